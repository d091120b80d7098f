"""Classic BPF on a TCP socket: what it refuses is dropped before TCP sees it (tcp_filter in tcp_v4_rcv, net/ipv4/tcp_ipv4.c).
Offsets count from the TCP header."""

import ctypes
import socket

SO_ATTACH_FILTER = 26  # asm-generic/socket.h

# linux/bpf_common.h
LD_BYTE, LD_LEN, TO_X, AND, SHIFT_RIGHT, SHIFT_LEFT, SUB_X = 0x30, 0x80, 0x07, 0x54, 0x74, 0x64, 0x1C
JUMP_EQUAL, RETURN = 0x15, 0x06
WHOLE = 0xFFFF_FFFF
FIN_SYN_RST = 0x07

DROP_ALL = [(RETURN, 0, 0, 0)]

# Segments without FIN, SYN, RST and data.
LET_ACKS_PASS = [
    (LD_BYTE, 0, 0, 13),
    (AND, 0, 0, FIN_SYN_RST),
    (JUMP_EQUAL, 0, 8, 0),
    (LD_BYTE, 0, 0, 12),
    (SHIFT_RIGHT, 0, 0, 4),
    (SHIFT_LEFT, 0, 0, 2),
    (TO_X, 0, 0, 0),
    (LD_LEN, 0, 0, 0),
    (SUB_X, 0, 0, 0),
    (JUMP_EQUAL, 0, 1, 0),
    (RETURN, 0, 0, WHOLE),
    (RETURN, 0, 0, 0),
]


class Instruction(ctypes.Structure):
    _fields_ = [('code', ctypes.c_uint16), ('jt', ctypes.c_uint8), ('jf', ctypes.c_uint8), ('k', ctypes.c_uint32)]


class Program(ctypes.Structure):
    _fields_ = [('length', ctypes.c_uint16), ('filter', ctypes.POINTER(Instruction))]


def attach_filter(sock, instructions):
    array = (Instruction * len(instructions))(*instructions)
    sock.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, bytes(Program(len(instructions), array)))
