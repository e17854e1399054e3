"""Builds the walls around one kernel, from inside: first around its init process, then the kernel itself.

bubblewrap has made the outer walls, once, for the template: read-only files, no network, no other
processes. But all kernels are forked from one template, so each needs walls of its own against the others:

* The init process, forked straight into a new process-id namespace, makes new mount, network and IPC
  namespaces and mounts a private /tmp, /proc, /dev/pts and /dev/shm (``separate``). For that the template
  keeps the capability CAP_SYS_ADMIN *within the sandbox*. This is simpler and stronger than a second
  bubblewrap, which could only exec and would lose the warm imports.
* The kernel process gives that up for good before the first line of a student runs (``lock_in``): another
  user, no capabilities, no way to new ones, resource limits, a filter on system calls.

The limit on processes counts per user *and* user namespace. When the grader runs as root, every kernel gets a
user id of its own; otherwise every kernel gets a user namespace of its own.
"""

import os
import resource

from . import linux, seccomp

HOME = "/tmp/home"  # the one private folder: home, temporary files and shared memory draw on the same size
_INODES = 50_000
_USER = 1000
_NICENESS = 5  # the grader and its watchdog get the processor before any number of student processes
_HIDDEN_IN_PROC = ("sys", "sysrq-trigger", "irq", "bus", "fs", "acpi", "scsi")


def separate(request: dict) -> None:
    """Gives the calling init process, number 1 of a new process-id namespace, its own surroundings.

    Args:
        request: ``limits``; ``keep``, folders of the Python environment that lie below /tmp; ``user``, the
            id of the kernel's user or None.
    """
    linux.unshare(linux.CLONE_NEWNS | linux.CLONE_NEWIPC | linux.CLONE_NEWNET)
    linux.mount(None, "/", None, linux.MS_REC | linux.MS_PRIVATE)
    _private_files(request)
    _private_views()
    linux.umount("/run/inside")


def _private_files(request: dict) -> None:
    keep = {path: os.open(path, os.O_PATH) for path in request["keep"]}
    options = f"size={request['limits']['tmp_mb']}m,nr_inodes={_INODES},mode=1777"
    linux.mount("tmpfs", "/tmp", "tmpfs", linux.MS_NOSUID | linux.MS_NODEV, options)
    for path, descriptor in keep.items():
        os.makedirs(path)
        linux.mount(f"/proc/self/fd/{descriptor}", path, None, linux.MS_BIND | linux.MS_REC)
        os.close(descriptor)
    os.mkdir(HOME)
    os.chmod(HOME, 0o777)
    os.mkdir("/tmp/.shm")
    os.chmod("/tmp/.shm", 0o1777)
    linux.mount("/tmp/.shm", "/dev/shm", None, linux.MS_BIND)
    os.chdir(HOME)


def _private_views() -> None:
    plain = linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC
    linux.mount("proc", "/proc", "proc", plain)
    for name in _HIDDEN_IN_PROC:
        path = f"/proc/{name}"
        if os.path.exists(path):
            linux.mount(path, path, None, linux.MS_BIND)
            linux.mount(None, path, None, linux.MS_REMOUNT | linux.MS_BIND | linux.MS_RDONLY | plain)
    options = "newinstance,ptmxmode=0666,mode=620"
    linux.mount("devpts", "/dev/pts", "devpts", linux.MS_NOSUID | linux.MS_NOEXEC, options)


def limit(limits: dict, own_user: bool) -> None:
    """Sets the limits that the operating system enforces, for this process and its children.

    Args:
        limits: ``Limits`` as plain data.
        own_user: The processes of this user, in this user namespace, are the kernel's only.
    """
    megabyte = 1 << 20
    for name, value in (
        ("DATA", limits["process_memory_mb"] * megabyte),
        *([("NPROC", limits["processes"])] if own_user else []),
        ("FSIZE", limits["file_mb"] * megabyte),
        ("NOFILE", limits["open_files"]),
        ("CORE", 1),  # not 0: a core handler behind a pipe does not look at 0
        ("MEMLOCK", 0),
        ("MSGQUEUE", 0),
    ):
        number = getattr(resource, f"RLIMIT_{name}")
        hard = resource.getrlimit(number)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(number, (value, value))


def lock_in(request: dict) -> None:
    """Turns the calling process into a student's process; there is no way back."""
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")  # should the machine run out of memory, this process goes first
    os.nice(_NICENESS)
    if request["user"] is None:
        _enter_user_namespace()
    else:
        os.setgroups([])
        os.setresgid(request["user"], request["user"], request["user"])
        os.setresuid(request["user"], request["user"], request["user"])
    limit(request["limits"], own_user=True)  # before, the number would hold for all kernels together
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    linux.drop_capabilities()
    linux.prctl(linux.PR_SET_DUMPABLE, 1)  # else /proc/self would belong to root
    seccomp.install()


def _enter_user_namespace() -> None:
    outside_user, outside_group = os.geteuid(), os.getegid()
    linux.unshare(linux.CLONE_NEWUSER)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{_USER} {outside_user} 1"),
        ("gid_map", f"{_USER} {outside_group} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as file:
            file.write(text)
