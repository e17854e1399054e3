"""What a kernel's processes use, read from /proc by the trusted side.

Inside a sandbox the kernel's init process hands out its own /proc, which lists exactly the processes of that
kernel: no search, and no mistaking of a number that was given anew. Without a sandbox the descendants of
    the init process
are looked up.
"""

import os
from dataclasses import dataclass

_PAGE_MB = os.sysconf("SC_PAGE_SIZE") / (1 << 20)


@dataclass(frozen=True)
class Usage:
    """What the processes of one kernel use together.

    Attributes:
        memory_mb: Memory in MiB; a page that several processes share counts once, or in parts.
        processes: Processes and threads.
    """

    memory_mb: float
    processes: int


def own_memory_mb() -> float:
    """Memory of the calling process in MiB."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * _PAGE_MB


def measure(proc: int, root: int | None, enough_mb: float) -> Usage:
    """Adds up the processes of one kernel.

    The quick sum counts shared pages once for every process, so it is never too small. Only where it is above
    ``enough_mb`` is the exact sum worth its time.

    Args:
        proc: Descriptor of a /proc folder.
        root: Count only this process and its descendants; None: everything in ``proc``.
        enough_mb: Up to here the quick sum will do.
    """
    stats = {pid: stat for pid in _numbers(proc) if (stat := _stat(proc, pid))}
    if root is not None:
        stats = _descendants(stats, root)
    memory = sum(resident for _, _, resident in stats.values()) * _PAGE_MB
    if memory > enough_mb:
        memory = sum(_proportional_mb(proc, pid, resident) for pid, (_, _, resident) in stats.items())
    return Usage(memory, sum(threads for _, threads, _ in stats.values()))


def _numbers(proc: int) -> list[int]:
    try:
        return [int(name) for name in os.listdir(proc) if name.isdigit()]
    except OSError:
        return []  # the namespace is gone


def _read(proc: int, name: str) -> bytes:
    try:
        descriptor = os.open(name, os.O_RDONLY, dir_fd=proc)
    except OSError:
        return b""
    try:
        return os.read(descriptor, 1 << 14)
    except OSError:
        return b""
    finally:
        os.close(descriptor)


def _stat(proc: int, pid: int) -> tuple[int, int, int] | None:
    """Parent, threads and resident pages of a process; None if it has ended."""
    fields = _read(proc, f"{pid}/stat").rpartition(b")")[2].split()  # a process chooses its own name
    return (int(fields[1]), int(fields[17]), int(fields[21])) if len(fields) > 21 else None


def _proportional_mb(proc: int, pid: int, resident: int) -> float:
    for line in _read(proc, f"{pid}/smaps_rollup").splitlines():
        if line.startswith(b"Pss:"):
            return int(line.split()[1]) / 1024
    return resident * _PAGE_MB


def _descendants(stats: dict[int, tuple[int, int, int]], root: int) -> dict[int, tuple[int, int, int]]:
    children: dict[int, list[int]] = {}
    for pid, (parent, _, _) in stats.items():
        children.setdefault(parent, []).append(pid)
    found, waiting = {}, [root]
    while waiting:
        pid = waiting.pop()
        if pid in stats:
            found[pid] = stats[pid]
            waiting += children.get(pid, [])
    return found
