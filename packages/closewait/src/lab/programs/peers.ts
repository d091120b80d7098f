import { parseArgs } from 'node:util';
import {
  AF_INET,
  closeDescriptor,
  connectIpv4,
  openSocket,
  readInto,
  resetOnClose,
  SOCK_STREAM,
  shutdownSending,
  writeFrom,
} from '../../ffi/index.ts';
import { liveWith, must, say, waitForNothing, waitForWord } from './child-program.ts';
import { PEERS_LEAVE, type PeersLeave, SAYS } from './contract.ts';
import { choose } from './flawed-server-contract.ts';

const { values } = parseArgs({
  options: {
    parent: { type: 'string' },
    port: { type: 'string', default: '' },
    connections: { type: 'string', default: '1' },
    sends: { type: 'string', default: '' },
    greeted: { type: 'boolean', default: false },
    answered: { type: 'boolean', default: false },
    told: { type: 'boolean', default: false },
    leaves: { type: 'string', default: 'close' },
  },
});
const leaves: PeersLeave = choose(PEERS_LEAVE, values.leaves);

function connect(): number {
  const fd = must(openSocket(AF_INET, SOCK_STREAM, 0));
  must(connectIpv4(fd, { address: '127.0.0.1', port: Number(values.port) }));
  return fd;
}

/** Greetings and answers are a few bytes, which never come in two parts. */
function readLine(fd: number): void {
  must(readInto(fd, Buffer.alloc(64)));
}

function readToTheEnd(fd: number): void {
  const buffer = Buffer.alloc(4096);
  while (must(readInto(fd, buffer)) > 0);
}

function leave(connections: readonly number[]): void {
  if (leaves === 'stay') {
    say('stay, and look at nothing');
    waitForNothing();
  }
  if (leaves !== 'close') {
    for (const fd of connections) must(shutdownSending(fd));
    say('have closed their sending half');
  }
  if (leaves === 'half-close') for (const fd of connections) readToTheEnd(fd);
  if (leaves === 'half-close-unread') waitForNothing();
  if (leaves === 'reset') {
    waitForWord();
    for (const fd of connections) must(resetOnClose(fd));
  }
  for (const fd of connections) must(closeDescriptor(fd));
  say(SAYS.left);
}

liveWith(values.parent);
const connections = Array.from({ length: Number(values.connections) }, connect);
if (values.greeted) for (const fd of connections) readLine(fd);
if (values.sends !== '') for (const fd of connections) must(writeFrom(fd, Buffer.from(values.sends)));
if (values.answered) for (const fd of connections) readLine(fd);
say(SAYS.served);
if (values.told) waitForWord();
leave(connections);
