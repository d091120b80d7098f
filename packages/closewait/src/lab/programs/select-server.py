"""A server with one thread that asks select(2), poll(2) or epoll(7) what there is to read."""

import selectors
import socket

from child_program import LAB_PORT, parse_options, say, say_ready

SELECTORS = {
    'unregister': selectors.DefaultSelector,
    'spin-select': selectors.SelectSelector,
    'spin-poll': selectors.PollSelector,
}

options = parse_options(*SELECTORS)
selector = SELECTORS[options.does]()
# Whatever stands here is not closed by the garbage collector.
sessions = {}


def accept(listener):
    connection, _ = listener.accept()
    selector.register(connection, selectors.EVENT_READ, answer)


def answer(connection):
    request = connection.recv(4096)
    if request == b'':
        # The flaw: nothing is taken for "nothing yet", and the next look finds the same.
        return
    if options.does == 'unregister':
        selector.unregister(connection)
        sessions[connection.fileno()] = connection
        say(f'connection {connection.fileno()}: nobody watches it any more, and its session keeps it')
    connection.sendall(b'ok\n')


server = socket.create_server(('127.0.0.1', LAB_PORT), backlog=64)
selector.register(server, selectors.EVENT_READ, accept)
say_ready()
while True:
    for key, _ in selector.select():
        key.data(key.fileobj)
