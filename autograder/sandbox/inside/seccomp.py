"""A filter on system calls: the second lock behind namespaces.

Namespaces do not cover everything. Key rings and sockets to a virtual machine's host (AF_VSOCK) belong to no
namespace that we make; memory behind ``memfd_create`` or System V segments is in no process's account; a
new user namespace would bring new capabilities and with them a wide piece of the kernel. None of this is
needed by NumPy, TensorFlow or a notebook, so it is refused. The rest stays allowed: honest work must not
notice.

The filter is classic BPF (seccomp(2)): a list of instructions (code, jump if true, jump if false, operand).
"""

import ctypes
import errno
import platform
import struct

from . import linux

# name: number on x86-64, number on ARM64; None: the same call does not exist there
_REFUSED = {
    # namespaces and mounts
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "open_by_handle_at": (304, 265),
    # key rings, shared by all processes of a user
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    # memory outside every account
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    # other processes' memory and descriptors
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    # wide pieces of the kernel
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "modify_ldt": (154, None),
}
# Answered as by a kernel that does not know the call: callers then take another way.
_UNKNOWN = {
    "clone3": (435, 435),
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
}
_CLONE, _SOCKET, _IOCTL = (56, 220), (41, 198), (16, 29)
_NAMESPACE_FLAGS = 0x7E020000
_FAMILIES = (1, 2, 10, 16)  # AF_UNIX, AF_INET, AF_INET6, AF_NETLINK: these belong to a network namespace

_ARCHITECTURES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}

_LOAD, _AND, _RETURN = 0x20, 0x54, 0x06  # BPF_LD|W|ABS, BPF_ALU|AND|K, BPF_RET|K
_IF_EQUAL, _IF_AT_LEAST = 0x15, 0x35  # BPF_JMP|JEQ|K, BPF_JMP|JGE|K
_NUMBER, _ARCHITECTURE, _FIRST_ARGUMENT, _SECOND_ARGUMENT = 0, 4, 16, 24  # offsets in struct seccomp_data
_ALLOW, _KILL = 0x7FFF0000, 0x80000000


def _error(number: int) -> tuple[int, int, int, int]:
    return (_RETURN, 0, 0, 0x00050000 | number)


def program(machine: str | None = None) -> list[tuple[int, int, int, int]]:
    """The filter as a list of instructions.

    Raises:
        OSError: The machine is neither x86-64 nor ARM64.
    """
    machine = machine or platform.machine()
    if machine not in _ARCHITECTURES:
        raise OSError(errno.ENOSYS, f"no filter of system calls is known for {machine}")
    column, architecture = _ARCHITECTURES[machine]
    code = [
        (_LOAD, 0, 0, _ARCHITECTURE),
        (_IF_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),  # 32-bit calls have other numbers
        (_LOAD, 0, 0, _NUMBER),
        (_IF_AT_LEAST, 0, 1, 0x40000000),  # so have x32 calls
        _error(errno.ENOSYS),
    ]
    for calls, number in ((_REFUSED, errno.EPERM), (_UNKNOWN, errno.ENOSYS)):
        for row in calls.values():
            if row[column] is not None:
                code += [(_IF_EQUAL, 0, 1, row[column]), _error(number)]
    # A jump counts the instructions that it skips.
    code += [
        # A kernel's connections come from outside: they could tell about the network there (SIOCGIFCONF).
        (_IF_EQUAL, 0, 5, _IOCTL[column]),
        (_LOAD, 0, 0, _SECOND_ARGUMENT),
        (_IF_AT_LEAST, 0, 2, 0x8900),
        (_IF_AT_LEAST, 1, 0, 0x8A00),
        _error(errno.EPERM),
        (_RETURN, 0, 0, _ALLOW),
        (_IF_EQUAL, 0, 5, _CLONE[column]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
        (_AND, 0, 0, _NAMESPACE_FLAGS),
        (_IF_EQUAL, 1, 0, 0),
        _error(errno.EPERM),
        (_RETURN, 0, 0, _ALLOW),
        (_IF_EQUAL, 0, len(_FAMILIES) + 2, _SOCKET[column]),
        (_LOAD, 0, 0, _FIRST_ARGUMENT),
    ]
    code += [(_IF_EQUAL, len(_FAMILIES) - i, 0, family) for i, family in enumerate(_FAMILIES)]
    code += [_error(errno.EAFNOSUPPORT), (_RETURN, 0, 0, _ALLOW)]
    return code


def install() -> None:
    """Puts this process and all its later children under the filter, for good."""
    code = program()
    text = b"".join(struct.pack("=HBBI", *instruction) for instruction in code)
    instructions = ctypes.create_string_buffer(text, len(text))

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))

    filter_ = Program(len(code), ctypes.addressof(instructions))
    linux.prctl(linux.PR_SET_SECCOMP, 2, ctypes.addressof(filter_))
