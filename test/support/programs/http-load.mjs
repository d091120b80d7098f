// Opens and closes connections to a server, so many a second, until its input ends: http-load PORT PER_SECOND [redis]
// Half of the clients close after the answer, half close their sending half first and read to the end.
import { connect } from 'node:net';

const [port, perSecond, protocol = 'http'] = process.argv.slice(2);
const REQUEST =
  protocol === 'redis' ? 'PING\r\nQUIT\r\n' : 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n';
const KEPT = 10;
let made = 0;
let answered = 0;

function visit() {
  const halfClosesFirst = made++ % 2 === 0;
  const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => undefined);
  socket.on('connect', () => {
    socket.write(REQUEST);
    if (halfClosesFirst) socket.end();
  });
  socket.once('data', () => {
    answered++;
    if (!halfClosesFirst) socket.destroy();
  });
  socket.on('end', () => socket.end());
}

// Keep-alive connections that stay all the time.
if (protocol === 'http') {
  for (let index = 0; index < KEPT; index++) {
    const socket = connect({ port: Number(port), host: '127.0.0.1' });
    socket.on('error', () => undefined);
    // Read to the end: Node.js then closes when the server does.
    socket.resume();
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  }
}
const TICK_MS = 50;
const timer = setInterval(() => {
  for (let index = 0; index < (Number(perSecond) * TICK_MS) / 1000; index++) visit();
}, TICK_MS);
process.stdout.write('loading\n');
process.stdin.resume().on('end', () => {
  clearInterval(timer);
  process.stdout.write(`made ${made} answered ${answered}\n`, () => process.exit(0));
});
