import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { parseArgs } from 'node:util';
import { liveWith, say } from './child-program.ts';
import { LAB_PORT, SAYS, UPSTREAM_PORT } from './contract.ts';
import { choose } from './flawed-server-contract.ts';

/** What a Node server does with the streams that its connections are. */
const STREAM_DOES = ['compute', 'pipe', 'upgrade', 'tick', 'export'] as const;
type StreamDoes = (typeof STREAM_DOES)[number];

const { values } = parseArgs({
  options: {
    parent: { type: 'string' },
    does: { type: 'string', default: '' },
  },
});

/** More than the buffers of both ends take: net.ipv4.tcp_wmem allows 4 MiB, and a reader that does not read gets less. */
const BACKLOG = Buffer.alloc(8 * 1024 * 1024, 'ok\n');
const PART = Buffer.alloc(64 * 1024, 'ok\n');
const TICK_MS = 50;

function tell(socket: Duplex & { readonly remotePort?: number | undefined }, what: string): void {
  say(`${SAYS.done} from port ${socket.remotePort}: ${what}`);
}

function sayReady(): void {
  say(`${SAYS.ready} 127.0.0.1:${LAB_PORT}`);
}

function serve(onConnection: (socket: Socket) => void): void {
  createServer({ allowHalfOpen: true }, onConnection).listen(LAB_PORT, '127.0.0.1', sayReady);
}

/** Writes as fast as the peer reads. */
function writeForEver(socket: Socket): void {
  let hasRoom = true;
  while (hasRoom) hasRoom = socket.write(PART);
  socket.once('drain', () => writeForEver(socket));
}

const SERVE: Readonly<Record<StreamDoes, () => void>> = {
  compute: () => {
    serve((socket) => {
      socket.write('welcome\n');
      socket.once('data', () => {
        tell(socket, 'computes, and the event loop with it');
        for (let number = 1; number !== 0; ) number = (number * 3) % 1_000_003;
      });
    });
  },
  // One slow consumer behind many producers: writable.writableNeedDrain pauses whatever is piped to it.
  pipe: () => {
    const consumer = connect({ host: '127.0.0.1', port: UPSTREAM_PORT });
    consumer.once('connect', () => {
      consumer.write(BACKLOG);
      serve((socket) => {
        socket.pipe(consumer, { end: false });
        tell(socket, 'waits for a slow consumer');
      });
    });
  },
  upgrade: () => {
    const server = createHttpServer();
    server.on('upgrade', (_request, socket) => {
      // Short: peers that close with something unread send a RST.
      socket.write('HTTP/1.1 101 Lab\r\nUpgrade: lab\r\n\r\n');
      socket.resume();
      socket.on('end', () => tell(socket, 'the end was read, and the upgrade handler does not call end()'));
    });
    server.listen(LAB_PORT, '127.0.0.1', sayReady);
  },
  tick: () => {
    serve((socket) => {
      socket.resume();
      setInterval(() => socket.write('tick\n'), TICK_MS);
      socket.on('end', () => tell(socket, 'the peer has closed its half, and gets a line every 50 ms'));
    });
  },
  export: () => {
    serve((socket) => {
      socket.resume();
      socket.on('end', () => {
        tell(socket, 'the peer has closed its half, and gets as much as it reads');
        writeForEver(socket);
      });
    });
  },
};

liveWith(values.parent);
SERVE[choose(STREAM_DOES, values.does)]();
