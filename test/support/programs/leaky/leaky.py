"""Answers lines with the same line, a thread for each connection, and forgets a connection upon the line `leak`.

Prints its port; ends with its standard input.
"""

import contextlib
import os
import resource
import socket
import sys
import threading

forgotten: list[socket.socket] = []


def serve(connection: socket.socket) -> None:
    # Whether a request failed is for whoever asked to say.
    with contextlib.suppress(ConnectionError):
        while line := connection.recv(256):
            while not line.endswith(b"\n"):
                line += connection.recv(256)
            if line == b"leak\n":
                forgotten.append(connection)
                return
            connection.sendall(line)
    connection.close()


def end_with_input() -> None:
    sys.stdin.read()
    os._exit(0)


_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
threading.Thread(target=end_with_input, daemon=True).start()
print(listener.getsockname()[1], flush=True)
while True:
    accepted, _ = listener.accept()
    threading.Thread(target=serve, args=(accepted,), daemon=True).start()
