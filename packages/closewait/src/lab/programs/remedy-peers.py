"""The other ends of the matrix of remedies: a peer for each slot, which leaves as its cell says; those who ask whether somebody
still serves; the upstreams of relays and the servers of pools. One thread. Follows words on its input: `connect`, `follow`,
`leave`, `ask`."""

import errno
import json
import os
import selectors
import socket
import struct
import sys
import time

from child_program import parse_options, say
from remedy_filter import DROP_ALL, LET_ACKS_PASS, attach_filter

FOLLOW_UP = '127.0.0.2'
REQUEST = b'GET /orders HTTP/1.0\n'
SMALL_BUFFER = 4096
LONG_FIN_WAIT_S = 30
FIN_WAIT_2 = 5  # net/tcp_states.h
RETRY_S = 0.03

selector = selectors.DefaultSelector()


def log(slot, call, answer, **more):
    say(json.dumps({'slot': slot, 'atMs': time.time_ns() / 1e6, 'call': call, 'answer': answer, **more}))


def name_of(error):
    return errno.errorcode.get(error.errno, str(error))


class Peer:
    def __init__(self, number, port, leaves, reads, server, upstream):
        self.number = number
        self.port = port
        self.leaves = leaves
        self.reads = reads
        self.sock = None
        self.heard = 0
        self.has_left = False
        if server is not None:
            listen(server, self.accept)
        if upstream is not None:
            listen(upstream, self.accept_as_upstream)
        self.is_server = server is not None
        self.upstream = None

    def connect(self):
        if self.is_server:
            return
        sock = socket.socket()
        if not self.reads:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, SMALL_BUFFER)
        sock.connect(('127.0.0.1', self.port))
        sock.sendall(REQUEST)
        self.use(sock, sock.getsockname()[1])

    def accept(self, listener):
        """The owner is the client, and this is the server whose connection it keeps."""
        sock, address = listener.accept()
        sock.recv(4096)
        sock.sendall(b'ok\n')
        self.use(sock, address[1])

    def use(self, sock, port):
        self.sock = sock
        log(self.number, 'connected', 'ok', port=port)
        sock.setblocking(False)
        if self.reads:
            selector.register(sock, selectors.EVENT_READ, lambda _: self.read())

    def accept_as_upstream(self, listener):
        self.upstream, address = listener.accept()
        log(self.number, 'upstream', 'ok', port=address[1])
        selector.register(self.upstream, selectors.EVENT_READ, lambda sock: self.read_as_upstream(sock))

    def read_as_upstream(self, sock):
        """Reads to the end, and does not close."""
        try:
            data = sock.recv(4096)
        except OSError as error:
            data = name_of(error)
        if not data or isinstance(data, str):
            log(self.number, 'upstream recv', data or '0')
            selector.unregister(sock)

    def read(self):
        try:
            data = self.sock.recv(65536)
        except OSError as error:
            return self.hear_end(name_of(error))
        if not data:
            return self.hear_end('0')
        if self.has_left:
            if self.heard == 0:
                log(self.number, 'recv', f'{len(data)} bytes')
            self.heard += len(data)

    def hear_end(self, answer):
        log(self.number, 'recv', answer)
        selector.unregister(self.sock)

    def leave(self):
        self.has_left = True
        DOES[self.leaves](self)

    def half_close(self):
        self.sock.shutdown(socket.SHUT_WR)

    def close(self):
        if self.reads:
            selector.unregister(self.sock)
            self.drain()
        self.sock.close()

    def close_and_wait_long(self):
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_LINGER2, LONG_FIN_WAIT_S)
        self.close()

    def drain(self):
        """close(2) with unread data sends a RST instead of a FIN."""
        try:
            while self.sock.recv(65536):
                pass
        except BlockingIOError:
            pass

    def vanish(self):
        """Its host is gone once its FIN was acknowledged: from then on every segment is dropped before TCP sees it. Until
        then only pure acknowledgements come through, so that nothing that the owner does at once is answered."""
        attach_filter(self.sock, LET_ACKS_PASS)
        self.sock.shutdown(socket.SHUT_WR)
        vanishing.append(self)

    def half_close_and_reset(self):
        self.sock.shutdown(socket.SHUT_WR)
        selector.unregister(self.sock)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        self.sock.close()

    def ask(self):
        """What it heard, and what is left to hear."""
        if self.sock is None or self.sock.fileno() == -1 or self.leaves == 'vanish':
            return
        if self.reads:
            return log(self.number, 'then heard', f'{self.heard} bytes') if self.heard else None
        total, end = 0, 'nothing more'
        try:
            while data := self.sock.recv(65536):
                total += len(data)
            end = '0'
        except BlockingIOError:
            pass
        except OSError as error:
            end = name_of(error)
        log(self.number, 'then recv', f'{total} bytes, then {end}')


DOES = {
    'half-close': Peer.half_close,
    'close': Peer.close,
    'close-and-wait-long': Peer.close_and_wait_long,
    'vanish': Peer.vanish,
    'half-close-and-reset': Peer.half_close_and_reset,
}
vanishing = []


def finish_vanishing():
    for peer in list(vanishing):
        if peer.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0] == FIN_WAIT_2:
            attach_filter(peer.sock, DROP_ALL)
            vanishing.remove(peer)
            log(peer.number, 'vanished', 'ok')


class FollowUp:
    """Asks whether somebody serves, for as long as nobody answers."""

    def __init__(self, peer):
        self.peer = peer
        self.ask()

    def ask(self):
        self.sock = socket.socket()
        self.sock.setblocking(False)
        self.sock.bind((FOLLOW_UP, 0))
        self.sock.connect_ex(('127.0.0.1', self.peer.port))
        selector.register(self.sock, selectors.EVENT_READ, lambda _: self.read())

    def read(self):
        try:
            data = self.sock.recv(64)
        except OSError:
            data = b''
        selector.unregister(self.sock)
        self.sock.close()
        if data:
            log(self.peer.number, 'follow-up', 'served')
        else:
            later.append((time.monotonic() + RETRY_S, self.ask))


later = []


def run_what_is_due():
    now = time.monotonic()
    due = [run for at, run in later if at <= now]
    later[:] = [(at, run) for at, run in later if at > now]
    for run in due:
        run()


def listen(port, accept):
    listener = socket.create_server(('127.0.0.1', port), backlog=16)
    selector.register(listener, selectors.EVENT_READ, accept)


def follow_word(_):
    for word in os.read(0, 4096).decode().split() or sys.exit(1):
        for peer in peers:
            if word == 'follow':
                FollowUp(peer)
            else:
                getattr(peer, word)()
        log(None, 'done', word)


options = parse_options(slots='[]')
peers = [Peer(**slot) for slot in json.loads(options.slots)]
selector.register(0, selectors.EVENT_READ, follow_word)
say('ready')
while True:
    for key, _ in selector.select(0.005 if vanishing else RETRY_S if later else None):
        key.data(key.fileobj)
    finish_vanishing()
    run_what_is_due()
