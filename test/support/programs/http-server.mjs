// A healthy HTTP server on PORT of 127.0.0.1; ends with its input.
import { createServer } from 'node:http';

const server = createServer((_request, response) => response.end('hello\n'));
server.listen(Number(process.argv[2]), '127.0.0.1', () => process.stdout.write('ready\n'));
process.stdin.resume().on('end', () => process.exit(0));
