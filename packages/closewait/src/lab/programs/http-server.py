"""An HTTP server that answers one request on each connection and, when it is told, closes those that are idle."""

import os
import socket
import ssl
import subprocess
import tempfile

from child_program import LAB_PORT, parse_options, say, say_ready, wait_for_word

options = parse_options(tls='', connections=1, body=3)


def make_certificate(folder):
    """A key pair of its own for each run, which needs openssl(1)."""
    key, certificate = os.path.join(folder, 'key.pem'), os.path.join(folder, 'certificate.pem')
    subprocess.run(
        ['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
         '-subj', '/CN=127.0.0.1', '-keyout', key, '-out', certificate],
        stdin=subprocess.DEVNULL, capture_output=True, check=True)
    return certificate, key


def make_context():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = context.maximum_version = {'1.2': ssl.TLSVersion.TLSv1_2, '1.3': ssl.TLSVersion.TLSv1_3}[
        options.tls]
    with tempfile.TemporaryDirectory() as folder:
        context.load_cert_chain(*make_certificate(folder))
    return context


def answer(connection):
    request = b''
    while b'\r\n\r\n' not in request:
        request += connection.recv(4096)
    head = f'HTTP/1.1 200 OK\r\nContent-Length: {options.body}\r\n\r\n'
    connection.sendall(head.encode() + b'x' * options.body)


def end(connection):
    if options.tls:
        # Sends close_notify, and does not wait for that of the other side.
        connection.setblocking(False)
        try:
            connection.unwrap()
        except ssl.SSLWantReadError:
            pass
    connection.close()


context = make_context() if options.tls else None
listener = socket.create_server(('127.0.0.1', LAB_PORT), backlog=64)
say_ready()
idle = []
for _ in range(options.connections):
    accepted, _ = listener.accept()
    if context is not None:
        accepted = context.wrap_socket(accepted, server_side=True)
    answer(accepted)
    idle.append(accepted)
wait_for_word()
for accepted in idle:
    number = accepted.fileno()
    end(accepted)
    say(f'connection {number}: closed')
