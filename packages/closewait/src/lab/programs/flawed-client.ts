import { parseArgs } from 'node:util';
import {
  AF_INET,
  closeDescriptor,
  connectIpv4,
  openSocket,
  readInto,
  SOCK_STREAM,
  shutdownSending,
  writeFrom,
} from '../../ffi/index.ts';
import { liveWith, must, say, waitForNothing } from './child-program.ts';
import { CLIENT_ENDINGS, choose } from './flawed-server-contract.ts';

const { values, positionals: lines } = parseArgs({
  options: {
    parent: { type: 'string' },
    port: { type: 'string', default: '8000' },
    ending: { type: 'string', default: 'close' },
  },
  allowPositionals: true,
});
const ending = choose(CLIENT_ENDINGS, values.ending);

/** Reads as many bytes as were sent: the server answers each byte with one. */
function readAnswer(connection: number, bytes: number): string {
  const answer = Buffer.alloc(bytes);
  let length = 0;
  while (length < bytes) {
    const read = must(readInto(connection, answer.subarray(length)));
    if (read === 0) break;
    length += read;
  }
  return answer.toString('utf8', 0, length).trimEnd();
}

liveWith(values.parent);
const connection = must(openSocket(AF_INET, SOCK_STREAM, 0));
must(connectIpv4(connection, { address: '127.0.0.1', port: Number(values.port) }));
for (const line of lines) {
  say(`sends ${line}`);
  const request = Buffer.from(`${line}\n`);
  must(writeFrom(connection, request));
  if (ending === 'close') say(`answer ${readAnswer(connection, request.length)}`);
}
if (ending === 'half-close') {
  must(shutdownSending(connection));
  say('has closed its sending half, reads nothing and stays');
  waitForNothing();
}
must(closeDescriptor(connection));
say('has closed');
