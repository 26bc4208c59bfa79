"""
A sandbox in which the kernel does not tell who is on the other end of a connection, as some containers are.

Run as a program, it becomes another one in it: `python sandbox.py PROGRAM ARGUMENT...`. A seccomp filter answers `socket(AF_NETLINK)`
with EPERM, for the program and everything that it starts; no rights are needed. For x86-64 and AArch64.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct
import sys

# <linux/prctl.h>, <linux/seccomp.h>, <linux/filter.h>
_PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS, _FILTER = 22, 38, 2
_ALLOW, _ERRNO = 0x7FFF0000, 0x00050000
_LOAD, _EQUAL, _RETURN = 0x20, 0x15, 0x06
_NUMBER_AT, _FIRST_ARGUMENT_AT = 0, 16  # struct seccomp_data
SOCKET = {"x86_64": 41, "aarch64": 198}
_AF_NETLINK = 16


def enter() -> None:
    """Puts this process into the sandbox."""
    steps = (
        (_LOAD, 0, 0, _NUMBER_AT),
        (_EQUAL, 0, 3, SOCKET[platform.machine()]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT_AT),
        (_EQUAL, 0, 1, _AF_NETLINK),
        (_RETURN, 0, 0, _ERRNO | errno.EPERM),
        (_RETURN, 0, 0, _ALLOW),
    )
    text = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(steps), ctypes.addressof(text)))
    libc = ctypes.CDLL(None, use_errno=True)
    for arguments in ((_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), (_PR_SET_SECCOMP, _FILTER, ctypes.addressof(program), 0, 0)):
        if libc.prctl(*map(ctypes.c_ulong, arguments)) != 0:
            raise OSError(ctypes.get_errno(), "prctl")


if __name__ == "__main__":
    enter()
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606  becoming the program is the point
