"""What the programs in Python share: they end with the laboratory, and say what they do in lines."""

import argparse
import ctypes
import os
import signal
import sys

LAB_PORT = 8000
UPSTREAM_PORT = 9000
PR_SET_PDEATHSIG = 1  # linux/prctl.h


def live_with(parent):
    """The kernel ends this process with `parent`, whatever happens to it. fork(2) clears this: a child calls it anew."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def parse_options(*does, **more):
    """`--does` is one of `does`; `more` are names of further options with their defaults."""
    parser = argparse.ArgumentParser()
    parser.add_argument('--parent', type=int)
    parser.add_argument('--does', choices=does, required=len(does) > 0)
    for name, default in more.items():
        parser.add_argument(f'--{name}', type=type(default), default=default)
    options = parser.parse_args()
    if options.parent is not None:
        live_with(options.parent)
    return options


def say(line):
    """At once, and in one write: threads say something at the same time."""
    os.write(1, f'{line}\n'.encode())


def say_ready(port=LAB_PORT):
    say(f'accepts connections on 127.0.0.1:{port}')


def wait_for_word():
    """Until the scenario calls LabProcess.tell()."""
    if os.read(0, 1) == b'':
        sys.exit(1)
