import { limitRemedy } from '../../descriptor-pressure.ts';
import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';

export { judgeClosedButHeld } from './rule.ts';

/** The kernel has closed the connection (reset, keepalive, destroyed) and the program keeps the descriptor. */
export const closedButHeld: Cause = {
  id: 'closed-but-held',
  severity: 'leak',
  summary: 'The kernel has closed the connection, and the program still has its descriptor.',
  explanation:
    'A connection in CLOSE-WAIT can end without the program: the peer resets it, a keepalive probe fails, ' +
    'somebody destroys it. The kernel then forgets the connection, and every list of connections with it; ' +
    'the descriptor stays until the program closes it. The leak looks healed and goes on: the descriptors ' +
    'still fill the table.',
  // These sockets are in no group of connections; diagnose() judges them by process.
  judge: () => null,
  remedies: ({ process }) => [...limitRemedy(process), restartRemedy(process)],
  codeFix:
    'A reset or a keepalive that fails ends the connection, never the descriptor: only close does. Close on ' +
    'every error of read, write and poll (EPOLLHUP and EPOLLERR come even when nothing is asked for), and in ' +
    'the paths that give up: finally, defer, with, a destructor.',
  codeFixes: {
    c:
      'if (events & (EPOLLHUP | EPOLLERR)) close(fd). They come in every mask but that of a one-shot that has ' +
      'fired: arm it again, or close it.',
    go:
      'Return on every err of Read and Write, with defer conn.Close() in front. Go arms keepalive (15 s) on ' +
      'accepted connections: it ends the connection, not the descriptor.',
    java:
      'Close the channel in the catch of IOException: a key that was cancelled, or is not valid any more, has ' +
      'not closed it.',
    python: 'try: … except OSError: … finally: sock.close(). ConnectionResetError leaves the descriptor open.',
  },
};
