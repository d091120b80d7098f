import { limitRemedy } from '../../descriptor-pressure.ts';
import { restartRemedy } from '../../restart-remedy.ts';
import type { Cause } from '../../rule.ts';
import { judgeEofSpin } from './rule.ts';

/** A read of 0 is taken for "nothing yet", and asked for again without end. */
export const eofSpin: Cause = {
  id: 'eof-spin',
  severity: 'leak',
  summary: 'A thread takes a read of 0 for "nothing yet" and asks again for ever, at full speed.',
  explanation:
    'A read at the end of a connection returns 0 at once, every time. A program that takes 0 for "no data ' +
    'yet" reads again, or goes back to a level-triggered loop that reports the connection as readable again. ' +
    'It costs one processor and one descriptor, and it slows down everything else that shares the loop.',
  judge: judgeEofSpin,
  remedies: ({ process }) => [...limitRemedy(process), restartRemedy(process)],
  codeFix:
    'A read has three results: above 0 is data, 0 is the end (close), below 0 is an error, and only then ' +
    'errno means something. Test for 0 before errno: errno still holds an older EAGAIN.',
  codeFixes: {
    c:
      'if (n > 0) use(buffer, n); else if (n == 0) close(fd); else if (errno != EAGAIN && errno != EINTR) ' +
      'close(fd).',
    go:
      'n, err := conn.Read(buffer): use buffer[:n], then return on every err; a loop that goes on at io.EOF ' +
      'spins.',
    java:
      'InputStream.read and SocketChannel.read return -1 at the end: close the channel. while (read(…) <= 0) ' +
      'and a loop on available() alone never end.',
    python:
      "recv() and await reader.read() return b'' at the end: break and close. A loop on readline() ends on b'' " +
      "too, while an empty line is b'\\n'.",
  },
};
