"""A relay made of two processes: the parent has the client, the child has the upstream, a socketpair joins them."""

import os
import socket

from child_program import LAB_PORT, UPSTREAM_PORT, live_with, parse_options, say, say_ready


def copy(source, target):
    """Until the end of `source`, which is passed on."""
    while data := source.recv(4096):
        target.sendall(data)
    target.shutdown(socket.SHUT_WR)


parse_options()
near, far = socket.socketpair()
parent = os.getpid()
if os.fork() == 0:
    live_with(parent)
    near.close()
    upstream = socket.create_connection(('127.0.0.1', UPSTREAM_PORT))
    copy(far, upstream)
    say(f'child {os.getpid()}: the end is passed on; waits for the upstream to do the same')
    copy(upstream, far)
else:
    far.close()
    listener = socket.create_server(('127.0.0.1', LAB_PORT))
    say_ready()
    client, _ = listener.accept()
    copy(client, near)
    say(f'connection {client.fileno()}: the client has closed, passed on to the child')
    copy(near, client)
