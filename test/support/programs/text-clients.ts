/**
 * Clients of a server that answers text with text: `PORT COUNT REQUEST` makes connections, sends the request on each and
 * waits for an answer. Then each line on standard input is a number of connections to close, the oldest first.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

const [port, count, request = ''] = process.argv.slice(2);
const sockets: Socket[] = [];
for (let made = 0; made < Number(count); made++) {
  const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.write(request);
  await once(socket, 'data');
  sockets.push(socket);
}
process.stdout.write('ready\n');
for await (const line of createInterface({ input: process.stdin })) {
  for (const socket of sockets.splice(0, Number(line))) socket.end();
  process.stdout.write(`closed ${line}\n`);
}
process.exit(0);
