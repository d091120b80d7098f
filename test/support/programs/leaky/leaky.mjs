/**
 * Answers lines with the same line, and forgets a connection upon the line `leak`. Prints its port; ends with its
 * standard input. Beside the loop there are the threads of V8 and of libuv.
 */
import { readFile } from 'node:fs';
import { createServer } from 'node:net';

const forgotten = [];

const server = createServer({ allowHalfOpen: true }, (connection) => {
  let line = '';
  connection.setEncoding('latin1');
  // Whether a request failed is for whoever asked to say.
  connection.on('error', () => connection.destroy());
  connection.on('end', () => connection.end());
  connection.on('data', (part) => {
    line += part;
    if (!line.endsWith('\n')) return;
    if (line === 'leak\n') {
      connection.removeAllListeners('end');
      forgotten.push(connection);
      return;
    }
    connection.write(line, 'latin1');
    line = '';
  });
});
process.stdin.on('end', () => process.exit(0)).resume();
// So that the threads of libuv's pool are there.
readFile(import.meta.filename, () =>
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1024 }, () => {
    process.stdout.write(`${server.address().port}\n`);
  }),
);
