/**
 * Two ends of connections whose ends are known. `serve PORT` listens on every address and closes each connection as its
 * first octet says: `c` closes, `h` holds on to it after the peer's FIN, `r` resets. `connect PORT ADDRESS…` makes one of
 * each to every address, closes its own side, and stays; a held one probes its peer every second.
 */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

const [role, port, ...addresses] = process.argv.slice(2);
process.stdin.on('end', () => process.exit(0)).resume();

if (role === 'serve') {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (octet: Buffer) => {
      const wish = octet.toString();
      socket.write('answer');
      socket.on('end', () => {
        if (wish === 'c') socket.end();
        if (wish === 'r') socket.resetAndDestroy();
      });
    });
  });
  server.listen({ port: Number(port), host: '::' }, () => process.stdout.write('ready\n'));
} else {
  for (const address of addresses) {
    for (const wish of ['c', 'r', 'h']) await hold(address, wish);
  }
  process.stdout.write('ready\n');
}

/** Resolves when nothing more will come of the connection by itself. */
async function hold(address: string, wish: string): Promise<void> {
  const socket: Socket = connect({ port: Number(port), host: address, allowHalfOpen: true });
  // A reset is an error to once(); here it is what was wished for.
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  socket.on('error', () => undefined).on('close', () => resolve());
  socket.setKeepAlive(true, 1000);
  await once(socket, 'connect');
  socket.write(wish);
  await once(socket, 'data');
  socket.end();
  if (wish !== 'h') await closed;
}
