"""A server that forks: its children serve, or inherit what they should not."""

import argparse
import ctypes
import os
import signal
import socket
import sys
import time

PR_SET_PDEATHSIG = 1  # linux/prctl.h
LOG = 3  # where a handler of inetd says what it does: 0, 1 and 2 are its connection

parser = argparse.ArgumentParser()
parser.add_argument('--parent', type=int)
parser.add_argument('--port', type=int, default=8000)
parser.add_argument('--does', required=True)
options = parser.parse_args()


def live_with(parent):
    """The kernel ends this process with its parent. fork(2) clears it, execve(2) does not."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def say(line, log=1):
    os.write(log, f'{line}\n'.encode())


def wait_for_nothing():
    os.read(os.pipe()[0], 1)


def start_child(run):
    """Forks; `run` is what the child does, and it does not come back."""
    parent = os.getpid()
    pid = os.fork()
    if pid == 0:
        live_with(parent)
        run()
        os._exit(0)
    return pid


def start_orphan(run):
    """Forks twice, so that nobody waits for the grandchild. It ends when the laboratory lets its input go."""
    told, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        if os.fork() == 0:
            os.close(told)
            os.write(tell, str(os.getpid()).encode())
            os.close(tell)
            run()
            os._exit(0)
        os._exit(0)
    os.waitpid(pid, 0)
    os.close(tell)
    orphan = int(os.read(told, 20))
    os.close(told)
    return orphan


def read_input_to_the_end():
    while os.read(0, 1):
        pass


def sleep_with(*not_needed):
    """A child that closes what it does not need, and sleeps."""
    for descriptor in not_needed:
        descriptor.close()
    time.sleep(86_400)


def idle_with(*not_needed):
    for descriptor in not_needed:
        descriptor.close()
    read_input_to_the_end()


def answer_and_close(connection, what):
    connection.sendall(b'ok\n')
    number = connection.fileno()
    connection.close()
    say(f'connection {number}: {what}')


def keep_in_child(listener, connection):
    connection.recv(4096)
    pid = start_child(lambda: sleep_with(listener))
    answer_and_close(connection, f'answered and closed, inherited by the child {pid}')


def keep_all_in_child(listener, connection):
    connection.recv(4096)
    pid = start_child(sleep_with)
    answer_and_close(connection, f'answered and closed, inherited with the listener by the child {pid}')


def keep_in_orphan(listener, connection):
    connection.recv(4096)
    pid = start_orphan(lambda: idle_with(listener))
    answer_and_close(connection, f'answered and closed, inherited by the child {pid}, which has no parent')


def handle_in_child(listener, connection):
    def handle():
        listener.close()
        connection.recv(4096)
        say(f'connection {connection.fileno()}: read by the child {os.getpid()}, which sleeps before it answers')
        time.sleep(86_400)

    start_child(handle)
    connection.close()


def handle_like_inetd(listener, connection):
    def handle():
        os.dup2(1, LOG)
        for number in (0, 1, 2):
            os.dup2(connection.fileno(), number)
        os.execv(sys.executable, [sys.executable, os.path.abspath(__file__), '--does', 'be-handler'])

    start_child(handle)
    connection.close()


def be_handler():
    os.read(0, 4096)
    say(f'connection 0: read by the child {os.getpid()}, which reads elsewhere before it answers', LOG)
    wait_for_nothing()


forgotten = []


def answer_and_forget(_listener, connection):
    connection.recv(4096)
    connection.sendall(b'ok\n')
    forgotten.append(connection)
    say(f'connection {connection.fileno()}: answered and forgotten by the child {os.getpid()}')


def pass_to_worker():
    own, theirs = socket.socketpair()

    def never_receive():
        own.close()
        wait_for_nothing()

    worker = start_child(never_receive)
    theirs.close()

    def pass_on(_listener, connection):
        number = connection.fileno()
        socket.send_fds(own, [b'x'], [number])
        connection.close()
        say(f'connection {number}: passed to the child {worker}, which does not receive it')

    serve(listen(), pass_on)


def listen():
    listener = socket.create_server(('127.0.0.1', options.port), backlog=64)
    say(f'accepts connections on 127.0.0.1:{options.port}')
    return listener


def serve(listener, handle):
    while True:
        connection, _ = listener.accept()
        handle(listener, connection)


def prefork():
    listener = socket.create_server(('127.0.0.1', options.port), backlog=64)
    workers = [start_child(lambda: serve(listener, answer_and_forget)) for _ in range(2)]
    say(f'accepts connections on 127.0.0.1:{options.port} in the workers {workers}')
    os.wait()


def leave_to_orphan():
    """The server itself ends, as at a restart; this process only started it."""

    def serve_once():
        listener = listen()
        connection, _ = listener.accept()
        keep_in_orphan(listener, connection)

    start_child(serve_once)
    os.wait()
    say('has ended')
    read_input_to_the_end()


DOES = {
    'keep-in-child': lambda: serve(listen(), keep_in_child),
    'keep-all-in-child': lambda: serve(listen(), keep_all_in_child),
    'keep-in-orphan': lambda: serve(listen(), keep_in_orphan),
    'leave-to-orphan': leave_to_orphan,
    'handle-in-child': lambda: serve(listen(), handle_in_child),
    'handle-like-inetd': lambda: serve(listen(), handle_like_inetd),
    'be-handler': be_handler,
    'prefork': prefork,
    'pass-to-worker': pass_to_worker,
}

if options.parent is not None:
    live_with(options.parent)
DOES[options.does]()
