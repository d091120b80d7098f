"""A server on the event loop of asyncio that stops to listen to its connections, or to all of them."""

import asyncio
import time

from child_program import LAB_PORT, parse_options, say, say_ready

A_DAY_S = 86_400
options = parse_options('pause', 'stall')


class Handler(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
        self.port = transport.get_extra_info('peername')[1]
        transport.write(b'welcome\n')

    def data_received(self, data):
        if options.does == 'pause':
            self.transport.pause_reading()
            say(f'connection from port {self.port}: is paused, and nobody resumes it')
        else:
            say(f'connection from port {self.port}: a blocking call sleeps, and the event loop with it')
            time.sleep(A_DAY_S)


async def main():
    server = await asyncio.get_running_loop().create_server(Handler, '127.0.0.1', LAB_PORT)
    say_ready()
    await server.serve_forever()


asyncio.run(main())
