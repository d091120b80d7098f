"""A place in the program of the matrix of remedies: a listener, a worker of its own, one connection, and what the program does
about it. Many lie in one process, and none of them waits for another."""

import errno
import json
import select
import socket
import threading
import time

from child_program import say

FOLLOW_UP = '127.0.0.2'  # who comes from there asks whether somebody still serves
HEARTBEAT = b'still there\n'
HEARTBEAT_EVERY_S = 0.25
SWEEP_EVERY_S = 0.1
IDLE_LIMIT_S = 0.5
KEEPALIVE = {'idle': 2, 'interval': 1, 'probes': 2}
USER_TIMEOUT_MS = 3000

go = threading.Event()  # set when every peer is as its cell says: what acts by the clock starts then


def log(slot, call, answer, **more):
    say(json.dumps({'slot': slot, 'atMs': time.time_ns() / 1e6, 'call': call, 'answer': answer, **more}))


def name_of(error):
    return errno.errorcode.get(error.errno, str(error))


class Slot:
    def __init__(self, number, port, remedy, upstream, in_loop):
        self.in_loop = in_loop
        self.number = number
        self.port = port
        self.remedy = remedy
        self.upstream = upstream
        self.connections = []
        self.unix = None  # both ends of what a descriptor was passed into
        self.listener = None
        self._last = {}
        self._saying = threading.Lock()

    def says(self, call, answer, **more):
        """A call and what it answered; the same answer again says nothing new."""
        with self._saying:
            if self._last.get(call) != answer:
                self._last[call] = answer
                log(self.number, call, answer, **more)

    @property
    def follows_rule(self):
        return self.remedy == 'read-rule'

    def listen(self):
        self.listener = socket.create_server(('127.0.0.1', self.port), backlog=16)
        # Far below the usual: a blocked writer has to fill it, in each of many slots.
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 16384)
        self.set_options(self.listener)

    def set_options(self, sock):
        """A listener hands its options on to what it accepts, in the kernel and before accept(2)."""
        if self.remedy in ('keepalive-system', 'keepalive-socket', 'keepalive-and-timeout'):
            if self.remedy != 'keepalive-system':
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEPALIVE['idle'])
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, KEEPALIVE['interval'])
                # The user timeout takes the place of the count (tcp(7)): so many would take too long.
                probes = 50 if self.remedy == 'keepalive-and-timeout' else KEEPALIVE['probes']
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, probes)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if self.remedy in ('user-timeout', 'keepalive-and-timeout', 'heartbeat-and-timeout'):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT_MS)

    def accept(self):
        """The next connection; None for one that only asks, and for an error."""
        try:
            sock, address = self.listener.accept()
        except OSError as error:
            self.says('accept', name_of(error))
            time.sleep(0.02)
            return None
        if address[0] == FOLLOW_UP:
            with sock:
                try:
                    sock.send(b'served\n', socket.MSG_NOSIGNAL)
                except OSError:
                    pass  # it has stopped waiting
            return None
        return self.take(sock)

    def take(self, sock, is_upstream=False):
        connection = Connection(self, sock, is_upstream)
        self.connections.append(connection)
        if self.remedy == 'rdhup' and not self.in_loop:
            # Before anything else is done with it: a program that passes it on has then asked already.
            epoll = select.epoll()
            epoll.register(sock, select.EPOLLRDHUP | select.EPOLLET)
            threading.Thread(target=watch_for_end, args=(connection, epoll), daemon=True).start()
        return connection


class Connection:
    """A connection, with the time at which the program last did something with it."""

    def __init__(self, slot, sock, is_upstream):
        self.slot = slot
        self.sock = sock
        self.is_upstream = is_upstream  # the leg of a relay that it has opened
        self.at = time.monotonic()

    def read(self):
        """What recv(2) gives: bytes, b'' for the end, None where it failed for good."""
        try:
            data = self.sock.recv(4096)
        except OSError as error:
            self.slot.says('recv', name_of(error))
            return None
        if data:
            self.at = time.monotonic()
        self.slot.says('recv', 'data' if data else '0')
        return data

    def send(self, data):
        """Whether it was sent; the program gives the connection up where it was not."""
        try:
            self.sock.sendall(data)
        except OSError as error:
            self.slot.says('send', name_of(error))
            return False
        self.at = time.monotonic()
        self.slot.says('send', 'ok')
        return True

    def close(self, why):
        """close(2), and nothing else: no shutdown(2) goes before it."""
        if self.sock.fileno() == -1:
            self.slot.says('close', 'EBADF', why=why)
            return
        self.sock.close()
        self.slot.says('close', 'ok', why=why)


def watch_for_end(connection, epoll):
    """EPOLLRDHUP for programs without an event loop: a thread that waits for the end of a connection. Edges: a descriptor that
    was closed here, and whose connection lives elsewhere, would be reported for ever."""
    while True:
        for _, events in epoll.poll():
            connection.slot.says('epoll_wait', describe_events(events))
            if events & select.EPOLLRDHUP:
                return connection.close('EPOLLRDHUP')


def describe_events(events):
    names = ['IN', 'OUT', 'RDHUP', 'HUP', 'ERR']
    return '|'.join(name for name in names if events & getattr(select, f'EPOLL{name}')) or 'nothing'


def sweep(slots):
    """The periodic sweep: closes what was idle for too long."""
    for slot in slots:
        if slot.remedy != 'sweep':
            continue
        for connection in slot.connections:
            if connection.sock.fileno() != -1 and time.monotonic() - connection.at > IDLE_LIMIT_S:
                connection.close('idle for too long')


def keep_sweeping(slots):
    go.wait()
    while True:
        sweep(slots)
        time.sleep(SWEEP_EVERY_S)


def keep_beating(slots):
    """Writes the same line to every connection, and closes where that fails. A full buffer is no failure."""
    go.wait()
    while True:
        for slot in slots:
            if slot.remedy not in ('heartbeat', 'heartbeat-and-timeout'):
                continue
            for connection in slot.connections:
                if connection.sock.fileno() != -1 and not connection.is_upstream:
                    beat(connection)
        time.sleep(HEARTBEAT_EVERY_S)


def beat(connection):
    try:
        connection.sock.send(HEARTBEAT, socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
        connection.slot.says('heartbeat', 'ok')
    except OSError as error:
        connection.slot.says('heartbeat', name_of(error))
        if error.errno != errno.EAGAIN:
            connection.close('heartbeat failed')


def ask_what_is_left(slots):
    """What the next calls would answer on each descriptor that is still open. After the measurement: it changes things."""
    for slot in slots:
        for connection in slot.connections:
            sock = connection.sock
            if sock.fileno() == -1 or connection.is_upstream:
                continue
            poll = select.poll()
            poll.register(sock, select.POLLIN | select.POLLOUT | select.POLLRDHUP)
            events = [event for _, event in poll.poll(0)]
            log(slot.number, 'then poll', describe_events(events[0]) if events else 'nothing')
            log(slot.number, 'then recv', read_to_the_end(sock))
            for _ in range(2):
                log(slot.number, 'then send', try_to_send(sock))


def read_to_the_end(sock):
    total = 0
    for _ in range(64):
        try:
            data = sock.recv(65536, socket.MSG_DONTWAIT)
        except OSError as error:
            return f'{total} bytes, then {name_of(error)}' if total else name_of(error)
        if not data:
            return f'{total} bytes, then 0' if total else '0'
        total += len(data)
    return f'{total} bytes and more'


def try_to_send(sock):
    try:
        return f'{sock.send(b"x", socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)}'
    except OSError as error:
        return name_of(error)
