"""The filter on system calls, run by a small interpreter: so that both machines' tables are tested."""

import errno

import pytest

from autograder.sandbox.inside import seccomp

ALLOW, KILL = 0x7FFF0000, 0x80000000
MACHINES = {"x86_64": (0xC000003E, 0), "aarch64": (0xC00000B7, 1)}


def decide(code, architecture, number, first=0, second=0):
    """Runs a filter on one call, as the operating system would."""
    data = {0: number, 4: architecture, 16: first, 24: second}
    place = value = 0
    while True:
        operation, true, false, operand = code[place]
        place += 1
        if operation == 0x06:
            return operand
        if operation == 0x20:
            value = data[operand]
        elif operation == 0x54:
            value &= operand
        else:
            holds = value == operand if operation == 0x15 else value >= operand
            assert operation in (0x15, 0x35)
            place += true if holds else false


@pytest.mark.parametrize("machine", MACHINES)
def test_listed_calls_are_refused_and_others_are_not(machine):
    architecture, column = MACHINES[machine]
    code = seccomp.program(machine)
    refused = {row[column] for row in seccomp._REFUSED.values()} - {None}
    unknown = {row[column] for row in seccomp._UNKNOWN.values()}
    for number in range(500):
        want = ALLOW
        if number in refused:
            want = 0x50000 | errno.EPERM
        elif number in unknown:
            want = 0x50000 | errno.ENOSYS
        elif number == seccomp._SOCKET[column]:
            want = 0x50000 | errno.EAFNOSUPPORT
        assert decide(code, architecture, number) == want, number


@pytest.mark.parametrize("machine", MACHINES)
def test_clone_makes_processes_and_threads_but_no_namespaces(machine):
    architecture, column = MACHINES[machine]
    code, clone = seccomp.program(machine), seccomp._CLONE[column]
    for flags in (17, 0x1200011, 0x3D0F00):  # fork, fork as glibc asks for it, a thread
        assert decide(code, architecture, clone, flags) == ALLOW
    for bit in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000):
        assert decide(code, architecture, clone, 17 | bit) == 0x50000 | errno.EPERM


@pytest.mark.parametrize("machine", MACHINES)
def test_sockets_of_a_network_namespace_only(machine):
    architecture, column = MACHINES[machine]
    code, socket = seccomp.program(machine), seccomp._SOCKET[column]
    allowed = {family for family in range(64) if decide(code, architecture, socket, family) == ALLOW}
    assert allowed == {1, 2, 10, 16}


@pytest.mark.parametrize("machine", MACHINES)
def test_no_questions_about_the_network_of_the_grader(machine):
    architecture, column = MACHINES[machine]
    code, ioctl = seccomp.program(machine), seccomp._IOCTL[column]
    for request, want in ((0x541B, ALLOW), (0x8912, 0x50000 | errno.EPERM), (0x89FF, 0x50000 | errno.EPERM)):
        assert decide(code, architecture, ioctl, 0, request) == want
    for request in (0x5401, 0x88FF, 0x8A00, 0xC0000000):
        assert decide(code, architecture, ioctl, 0, request) == ALLOW


@pytest.mark.parametrize("machine", MACHINES)
def test_the_numbers_of_another_machine_are_refused(machine):
    code = seccomp.program(machine)
    assert decide(code, 0x40000003, 1) == KILL
    assert decide(code, MACHINES[machine][0], 0x40000000 + 1) == 0x50000 | errno.ENOSYS


def test_an_unknown_machine_is_an_error():
    with pytest.raises(OSError, match="riscv"):
        seccomp.program("riscv64")
