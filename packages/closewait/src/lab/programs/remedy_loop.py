"""Slots of the matrix of remedies whose worker is an event loop (epoll)."""

import select
import threading

from remedy_slot import describe_events, go, sweep


class Loop:
    """An event loop: `on_event` serves a connection. The sweep is a timer of the loop, and EPOLLRDHUP is asked for in it."""

    def __init__(self, slot, on_event):
        self.slot = slot
        self.on_event = on_event
        self.epoll = select.epoll()
        self.watched = {}

    def mask(self, events):
        return events | (select.EPOLLRDHUP if self.slot.remedy == 'rdhup' else 0)

    def run(self):
        listener = self.slot.listener
        listener.setblocking(False)
        self.epoll.register(listener, select.EPOLLIN)
        while True:
            for fd, events in self.epoll.poll(0.1):
                if fd == listener.fileno():
                    self.accept()
                else:
                    self.serve(self.watched[fd], events)
            if go.is_set():
                sweep([self.slot])

    def accept(self):
        connection = self.slot.accept()
        if connection is not None:
            connection.sock.setblocking(False)
            self.watched[connection.sock.fileno()] = connection
            self.epoll.register(connection.sock, self.mask(select.EPOLLIN))

    def serve(self, connection, events):
        self.slot.says('epoll_wait', describe_events(events))
        if events & select.EPOLLRDHUP and self.slot.remedy == 'rdhup':
            return connection.close('EPOLLRDHUP')
        self.on_event(self, connection, events)


def block_in_handler(_loop, connection, _events):
    connection.read()
    connection.slot.says('then', 'the handler blocks the loop')
    threading.Event().wait()


def pause(loop, connection, events):
    """Backpressure: reads no more until somebody else is ready, who never is. Only EPOLLRDHUP, where asked for, stays."""
    if not events & select.EPOLLIN:
        return
    connection.read()
    if loop.slot.remedy == 'rdhup':
        loop.epoll.modify(connection.sock, select.EPOLLRDHUP)
    else:
        loop.epoll.unregister(connection.sock)
    connection.slot.says('then', 'pauses reading')


def want_only_to_write(loop, connection, events):
    """After the request it asks for EPOLLOUT at edges alone, and never for EPOLLIN again."""
    if not events & select.EPOLLIN:
        return
    connection.read()
    loop.epoll.modify(connection.sock, loop.mask(select.EPOLLOUT | select.EPOLLET))
    connection.slot.says('then', 'asks only for EPOLLOUT')


def serve_well_in_loop(_loop, connection, events):
    if events & (select.EPOLLIN | select.EPOLLHUP | select.EPOLLERR):
        data = connection.read()
        if data:
            connection.send(b'ok\n')
            connection.slot.says('then', 'has answered')
        else:
            connection.close('read gave 0' if data == b'' else 'read failed')


LOOPS = {
    'process-stopped': serve_well_in_loop,
    'event-loop-stalled': block_in_handler,
    'interest-lost': want_only_to_write,
    'reader-paused': pause,
}
