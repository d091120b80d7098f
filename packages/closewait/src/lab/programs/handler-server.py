"""A server with a thread for each connection, and what becomes of the thread once it has read the request."""

import select
import socket
import threading

from child_program import LAB_PORT, UPSTREAM_PORT, parse_options, say, say_ready

UPSTREAM = ('127.0.0.1', UPSTREAM_PORT)
A_DAY_S = 86_400
RESOLVER_TIMEOUT_MS = 5000  # resolv.conf(5): RES_TIMEOUT
LONG_ANSWER = b'ok\n' * (8 * 1024 * 1024)

never = threading.Event()
# Whatever stands here is not closed by the garbage collector.
kept = set()


def leave_at_end(connection):
    while connection.recv(4096) != b'':
        pass
    say(f'connection {connection.fileno()}: recv returned nothing, and the thread leaves without close')


def connect(connection):
    connection.recv(4096)
    say(f'connection {connection.fileno()}: connects to an upstream whose queue is full')
    socket.create_connection(UPSTREAM)


def resolve(connection):
    """As a resolver does it: send a question, poll for the answer, ask again."""
    connection.recv(4096)
    say(f'connection {connection.fileno()}: asks a name server that does not answer')
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as question:
        question.connect(UPSTREAM)
        answer = select.poll()
        answer.register(question, select.POLLIN)
        while True:
            question.send(b'where is the database?')
            if answer.poll(RESOLVER_TIMEOUT_MS):
                question.recv(512)


def compute(connection):
    connection.recv(4096)
    say(f'connection {connection.fileno()}: computes for ever')
    number = 1
    while number != 0:
        number = number * 3 % 1_000_003


def send_all(connection):
    connection.recv(4096)
    say(f'connection {connection.fileno()}: sends a long answer')
    connection.sendall(LONG_ANSWER)


def send_all_with_poll(connection):
    """With a timeout the socket does not block, and the thread waits in poll(2) until it can be written to."""
    connection.settimeout(A_DAY_S)
    send_all(connection)


def await_event(connection):
    connection.recv(4096)
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n')
    say(f'connection {connection.fileno()}: waits for an event to send, and never reads')
    never.wait()


HANDLERS = {
    'leave-at-end': leave_at_end,
    'connect': connect,
    'resolve': resolve,
    'compute': compute,
    'send-all': send_all,
    'send-all-with-poll': send_all_with_poll,
    'await-event': await_event,
}

options = parse_options(*HANDLERS)
listener = socket.create_server(('127.0.0.1', LAB_PORT), backlog=64)
say_ready()
while True:
    accepted, _ = listener.accept()
    kept.add(accepted)
    threading.Thread(target=HANDLERS[options.does], args=(accepted,), daemon=True).start()
