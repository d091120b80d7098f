"""Connections in CLOSE-WAIT whose peers are alive, half-closed, and say at once when theirs ends.

watched-peers.py N

Says `ready PID` with the process that has them, then `ended PORT` for each peer that has seen a FIN or a reset. For every line that it
reads, the process that has them says `options` and the ports of those peers on whose connection SO_KEEPALIVE was switched on.
"""

import os
import select
import socket
import sys


def say(line):
    os.write(1, (line + "\n").encode())


def watch(address, count, opened):
    """The peers. Each sends a request and ends its half; what comes back is an end."""
    peers = {}
    poll = select.epoll()
    for _ in range(count):
        peer = socket.create_connection(address)
        peer.sendall(b"a request")
        peer.shutdown(socket.SHUT_WR)
        peers[peer.fileno()] = peer
        poll.register(peer, select.EPOLLIN | select.EPOLLRDHUP)
    os.write(opened, b"!")
    while True:
        for fd, _ in poll.poll():
            poll.unregister(fd)
            say(f"ended {peers[fd].getsockname()[1]}")


count = int(sys.argv[1])
listener = socket.create_server(("127.0.0.1", 0), backlog=count)
opened, opening = os.pipe()
if os.fork() == 0:
    watch(listener.getsockname(), count, opening)
held = [listener.accept()[0] for _ in range(count)]
os.read(opened, 1)
say(f"ready {os.getpid()}")
for _ in sys.stdin:
    probed = [c for c in held if c.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)]
    say(" ".join(["options", *(str(c.getpeername()[1]) for c in probed)]))
os.killpg(0, 9)
