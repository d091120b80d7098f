import { connect, createServer, type Socket } from 'node:net';
import { parseArgs } from 'node:util';
import { sleepSeconds } from '../../ffi/index.ts';
import { liveWith, say } from './child-program.ts';
import { LAB_PORT, LOOP_DOES, type LoopDoes, SAYS, UPSTREAM_PORT } from './contract.ts';
import { choose } from './flawed-server-contract.ts';

const { values } = parseArgs({
  options: {
    parent: { type: 'string' },
    does: { type: 'string', default: '' },
  },
});
const does: LoopDoes = choose(LOOP_DOES, values.does);

const A_DAY_S = 86_400;
const LONG_ANSWER = Buffer.alloc(8 * 1024 * 1024, 'ok\n');

function tell(socket: Socket, what: string): void {
  say(`${SAYS.done} from port ${socket.remotePort}: ${what}`);
}

const SERVE: Readonly<Record<LoopDoes, (socket: Socket) => void>> = {
  // Without allowHalfOpen Node closes its side when the other one has.
  serve: (socket) => {
    socket.on('data', () => socket.write('ok\n'));
  },
  stall: (socket) => {
    socket.write('welcome\n');
    socket.once('data', () => {
      tell(socket, 'a synchronous call sleeps, and the event loop with it');
      sleepSeconds(A_DAY_S);
    });
  },
  pause: (socket) => tell(socket, 'is paused, and nobody resumes it'),
  'half-open': (socket) => {
    socket.on('data', () => socket.write('ok\n'));
    socket.on('end', () => tell(socket, 'the end was read, and nobody calls end()'));
  },
  write: (socket) => {
    socket.once('data', () => {
      socket.write(LONG_ANSWER);
      tell(socket, 'a long answer is under way');
    });
  },
  relay: (socket) => {
    const upstream = connect({ host: '127.0.0.1', port: UPSTREAM_PORT, allowHalfOpen: true });
    socket.pipe(upstream).pipe(socket);
    socket.on('end', () => tell(socket, 'the client has closed, passed on; waits for the upstream to do the same'));
  },
};

liveWith(values.parent);
const allowHalfOpen = does === 'half-open' || does === 'relay';
createServer({ allowHalfOpen, pauseOnConnect: does === 'pause' }, SERVE[does]).listen(LAB_PORT, '127.0.0.1', () => {
  say(`${SAYS.ready} 127.0.0.1:${LAB_PORT}`);
});
