"""A peer that asks for a long answer, closes its half, and reads slowly."""

import socket
import time

from child_program import LAB_PORT, parse_options, say

PART_BYTES = 32 * 1024
EVERY_S = 0.05

parse_options()
connection = socket.socket()
# Small, so that the answer waits at its sender and not here.
connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * PART_BYTES)
connection.connect(('127.0.0.1', LAB_PORT))
connection.sendall(b'GET /export HTTP/1.0\r\n\r\n')
connection.shutdown(socket.SHUT_WR)
say('has closed its sending half, and reads slowly')
while connection.recv(PART_BYTES) != b'':
    time.sleep(EVERY_S)
