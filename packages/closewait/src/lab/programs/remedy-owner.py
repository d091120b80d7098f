"""The program of the matrix of remedies: one cause, in many slots, each with the remedy that it is given. Follows words on its
input: `go`, `hand-on`, `ask`."""

import json
import os
import resource
import select
import socket
import sys
import threading
import time

from child_program import parse_options, say
from remedy_loop import LOOPS, Loop
from remedy_slot import Slot, ask_what_is_left, go, keep_beating, keep_sweeping, log

LINE = b'x' * 79 + b'\n'
never = threading.Event()


# --- what one worker does with one connection ---


def answer_and_forget(connection):
    connection.read()
    connection.send(b'ok\n')
    connection.slot.says('then', 'forgets it')


def read_to_the_end_and_keep(connection):
    while data := connection.read():
        connection.send(b'ok\n')
    if connection.slot.follows_rule:
        connection.close('read gave 0' if data == b'' else 'read failed')
    else:
        connection.slot.says('then', 'keeps it')


def spin(connection):
    """Takes 0 for "nothing yet". Slower than real ones, which take a whole processor: what a remedy does is the same."""
    while True:
        data = connection.read()
        if data is None:
            return connection.close('read failed')
        if data == b'':
            if connection.slot.follows_rule:
                return connection.close('read gave 0')
            time.sleep(0.005)


def wait_for_lock(connection):
    connection.read()
    connection.slot.says('then', 'waits for a lock')
    never.wait()


def write_for_ever(connection):
    connection.read()
    connection.slot.says('then', 'writes')
    while connection.send(LINE * 50):
        pass
    connection.close('send failed')


def answer_after_the_end(connection):
    """A legal half-close: the whole request first, then the answer, which takes long."""
    while data := connection.read():
        pass
    if connection.slot.follows_rule:
        return connection.close('read gave 0' if data == b'' else 'read failed')
    while connection.send(LINE):
        time.sleep(0.05)
    connection.close('send failed')


def relay(connection):
    slot = connection.slot
    sock = socket.socket()
    slot.set_options(sock)
    sock.connect(('127.0.0.1', slot.upstream))
    upstream = slot.take(sock, is_upstream=True)
    copy(connection, upstream)
    if slot.follows_rule:
        connection.close('read gave 0')
        return upstream.close('the other leg has ended')
    shut_down_writing(upstream)
    slot.says('then', 'waits for the other leg to end')
    copy(upstream, connection)
    connection.close('both legs have ended')
    upstream.close('both legs have ended')


def copy(source, target):
    while data := source.read():
        if not target.send(data):
            return


def shut_down_writing(connection):
    try:
        connection.sock.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # it has ended: the next read says so


def serve_well(connection):
    while data := connection.read():
        connection.send(b'ok\n')
    connection.close('read gave 0' if data == b'' else 'read failed')


def pass_on(connection):
    """Sends the descriptor over a Unix socket from which nobody receives, and closes its own."""
    slot = connection.slot
    connection.read()
    connection.send(b'ok\n')
    # Both ends stay open here; the receiving end's fdinfo counts what lies in it.
    slot.unix = socket.socketpair()
    socket.send_fds(slot.unix[0], [b'x'], [connection.sock.fileno()])
    slot.says('passed', 'ok', fd=slot.unix[1].fileno())
    connection.close('passed on')


to_hand_on = []


def keep_for_child(connection):
    connection.read()
    connection.send(b'ok\n')
    to_hand_on.append(connection)
    connection.slot.says('then', 'will be handed on')


def hand_on():
    """One child, that needs nothing of what it gets. It ends with the laboratory, not with this program."""
    laboratory = os.pidfd_open(options.parent)
    pid = os.fork()
    if pid == 0:
        # Nobody may wait for it by the end of a pipe.
        nothing = os.open(os.devnull, os.O_RDWR)
        for number in (0, 1, 2):
            os.dup2(nothing, number)
        for slot in slots:
            slot.listener.close()
        select.select([laboratory], [], [])
        os._exit(0)
    for connection in to_hand_on:
        connection.close('the parent is done with it')
    log(None, 'child', str(pid))


# --- workers ---


def work(slot, handle):
    while True:
        connection = slot.accept()
        if connection is not None:
            handle(connection)


def work_never(slot):
    if options.restarted:
        work(slot, serve_well)
    slot.says('then', 'does not accept')
    never.wait()


def use_pool(slot):
    """A client that keeps its connection for the next request; the listener is only for who asks."""
    if not options.restarted:
        sock = socket.socket()
        slot.set_options(sock)
        sock.connect(('127.0.0.1', slot.upstream))
        connection = slot.take(sock)
        connection.send(b'GET / HTTP/1.1\n\n')
        connection.read()
        slot.says('then', 'keeps it for the next request')
    work(slot, serve_well)


def use_up_descriptors():
    """Sets the limit above all that is open, and fills the gaps."""
    highest = max(int(name) for name in os.listdir('/proc/self/fd'))
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    try:
        while True:
            os.dup(0)
    except OSError:
        pass  # EMFILE


def workers(handle):
    return lambda slot: work(slot, handle)


def loops(on_event):
    return lambda slot: Loop(slot, on_event).run()


DOES = {
    **{cause: loops(on_event) for cause, on_event in LOOPS.items()},
    'descriptor-limit': workers(serve_well),
    'never-accepted': work_never,
    'holder-hidden': workers(pass_on),
    'inherited-descriptor': workers(keep_for_child),
    'half-close-in-use': workers(answer_after_the_end),
    'writer-blocked': workers(write_for_ever),
    'half-closed-relay': workers(relay),
    'eof-spin': workers(spin),
    'idle-pool': use_pool,
    'worker-stuck': workers(wait_for_lock),
    'descriptor-leaked': workers(answer_and_forget),
    'close-missing': workers(read_to_the_end_and_keep),
    'closed-but-held': workers(answer_and_forget),
}

options = parse_options(*DOES, slots='[]', restarted=0)
in_loop = options.does in LOOPS
slots = [Slot(**slot, in_loop=in_loop) for slot in json.loads(options.slots)]
threading.stack_size(512 * 1024)
for slot in slots:
    slot.listen()
for helper in [keep_beating] if in_loop else [keep_beating, keep_sweeping]:
    threading.Thread(target=helper, args=(slots,), daemon=True).start()
if options.does == 'descriptor-limit' and not options.restarted:
    use_up_descriptors()
for slot in slots:
    threading.Thread(target=DOES[options.does], args=(slot,), daemon=True).start()
say('ready')

WORDS = {'go': go.set, 'hand-on': hand_on, 'ask': lambda: ask_what_is_left(slots)}
for word in iter(sys.stdin.readline, ''):
    WORDS[word.strip()]()
    log(None, 'done', word.strip())
sys.exit(1)
