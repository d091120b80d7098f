"""A server with threads: --workers of them, or one for each connection. Each reads a request and then waits for a lock
that is never released."""

import argparse
import ctypes
import os
import queue
import signal
import socket
import sys
import threading

PR_SET_PDEATHSIG = 1  # linux/prctl.h

parser = argparse.ArgumentParser()
parser.add_argument('--parent', type=int)
parser.add_argument('--port', type=int, required=True)
parser.add_argument('--workers', type=int, default=0)
options = parser.parse_args()

if options.parent is not None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != options.parent:
        sys.exit(1)


def say(line):
    os.write(1, f'{line}\n'.encode())


lock = threading.Lock()
lock.acquire()


def handle(connection):
    connection.recv(4096)
    say(f'connection {connection.fileno()}: waits for a lock before it answers')
    with lock:
        connection.sendall(b'ok\n')
    connection.close()


waiting = queue.Queue()


def work():
    while True:
        handle(waiting.get())


for _ in range(options.workers):
    threading.Thread(target=work, daemon=True).start()

listener = socket.create_server(('127.0.0.1', options.port), backlog=64)
say(f'accepts connections on 127.0.0.1:{options.port}')
while True:
    accepted, _ = listener.accept()
    if options.workers > 0:
        waiting.put(accepted)
    else:
        threading.Thread(target=handle, args=(accepted,), daemon=True).start()
