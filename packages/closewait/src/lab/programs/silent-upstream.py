"""An upstream that does not answer: a listener that is full, so that connect(2) hangs, or a deaf UDP socket."""

import select
import socket

from child_program import UPSTREAM_PORT, parse_options, say_ready

HERE = ('127.0.0.1', UPSTREAM_PORT)
options = parse_options('full', 'datagrams')

if options.does == 'full':
    listener = socket.socket()
    listener.bind(HERE)
    # sk_acceptq_is_full(): one connection waits, and every further SYN is dropped.
    listener.listen(0)
    first = socket.create_connection(HERE)
else:
    deaf = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    deaf.bind(HERE)
say_ready(UPSTREAM_PORT)
select.select([], [], [])
