import { parseArgs } from 'node:util';
import { formatEndpoint } from '@closewait/core/facts';
import {
  AF_INET,
  acceptIpv4,
  bindIpv4,
  closeDescriptor,
  describeFailure,
  listenOn,
  localIpv4,
  openSocket,
  readInto,
  SO_REUSEADDR,
  SOCK_STREAM,
  SOL_SOCKET,
  type SystemResult,
  setIntegerOption,
  writeFrom,
} from '../../ffi/index.ts';
import { liveWith, must, say, waitForNothing } from './child-program.ts';
import { BUSY_WITH, type BusyWith, choose, SERVER_SAYS } from './flawed-server-contract.ts';

const { values } = parseArgs({
  options: {
    parent: { type: 'string' },
    port: { type: 'string', default: '8000' },
    busy: { type: 'string' },
    fixed: { type: 'boolean', default: false },
  },
});
const { fixed } = values;
const busy: BusyWith | null = values.busy === undefined ? null : choose(BUSY_WITH, values.busy);

const BACKLOG = 20;
const BUFFER_BYTES = 80;

/** Errors of read(2) after which the connection lives on. */
const TRY_AGAIN: readonly string[] = ['EAGAIN', 'EWOULDBLOCK', 'EINTR'];

/** The rule: 0 means that the other side has closed, so close; an error means the same unless it asks to try again. */
function isOver(answer: SystemResult<number>): boolean {
  return answer.ok ? answer.value === 0 : !TRY_AGAIN.includes(answer.errno);
}

function upperCase(request: Uint8Array): Buffer {
  return Buffer.from(request.map((byte) => (byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte)));
}

/** Writes on until the call fails, which is never while the peer lives and does not read. */
function writeForEver(connection: number, text: Uint8Array): void {
  say(SERVER_SAYS.writes);
  const answer = Buffer.alloc(1024 * 1024, text);
  while (writeFrom(connection, answer).ok);
}

function answerRequest(connection: number, request: Uint8Array): void {
  if (busy === 'read') {
    say(SERVER_SAYS.waits);
    waitForNothing();
  }
  if (busy === 'write') writeForEver(connection, upperCase(request));
  // An error shows in the next read.
  writeFrom(connection, upperCase(request));
}

function serve(connection: number, peer: string): void {
  const buffer = Buffer.alloc(BUFFER_BYTES);
  for (;;) {
    const read = readInto(connection, buffer);
    if (read.ok && read.value > 0) {
      say(`request from ${peer}`);
      answerRequest(connection, buffer.subarray(0, read.value));
    } else if (fixed && !isOver(read)) {
      say(`tries again: ${peer}`);
    } else {
      say(read.ok ? `${SERVER_SAYS.closed} ${peer}` : `${describeFailure(read)}: ${peer}`);
      break;
    }
  }
  // The flaw: without these lines the descriptor stays open, and the connection stays in CLOSE-WAIT.
  if (fixed) {
    must(closeDescriptor(connection));
    say(`${SERVER_SAYS.closes} ${peer}`);
  }
}

liveWith(values.parent);
const listener = must(openSocket(AF_INET, SOCK_STREAM, 0));
must(setIntegerOption(listener, SOL_SOCKET, SO_REUSEADDR, 1));
must(bindIpv4(listener, { address: '127.0.0.1', port: Number(values.port) }));
must(listenOn(listener, BACKLOG));
say(`${SERVER_SAYS.accepts} ${formatEndpoint(must(localIpv4(listener)))}`);
for (;;) {
  const { fd, peer } = must(acceptIpv4(listener));
  serve(fd, formatEndpoint(peer));
}
