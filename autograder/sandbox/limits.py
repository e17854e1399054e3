"""How much a submission may use.

One frozen value travels with a run: it is part of what a result depends on, so it goes into the journal's
key (``as_json``), and ``nbgrader_config.py`` writes the names below.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from autograder.errors import CourseError


@dataclass(frozen=True)
class Limits:
    """The limits of one submission's kernel; the unit stands in each name.

    Attributes:
        memory_mb: Memory of all processes of the kernel together, in MiB. More than that ends the kernel.
        process_memory_mb: Data of each single process, in MiB. More than that is a MemoryError there.
        processes: Processes and threads together.
        file_mb: Size of one file, in MiB.
        tmp_mb: All files in /tmp, the home folder and /dev/shm together, in MiB.
        open_files: Open files of each process.
        output_mb: All output messages of the kernel, in MiB. More than that ends the kernel.
        message_mb: One message from the kernel, for example one plot or one returned array, in MiB.
        cell_seconds: Running time of one cell.
        call_seconds: Running time of one call of a student's function by a hidden test.
        submission_seconds: Life time of the kernel. More than that ends the kernel.
    """

    memory_mb: int = 4096
    process_memory_mb: int = 3072
    processes: int = 256
    file_mb: int = 64
    tmp_mb: int = 256
    open_files: int = 512
    output_mb: int = 16
    message_mb: int = 32
    cell_seconds: float = 120.0
    call_seconds: float = 30.0
    submission_seconds: float = 900.0

    def __post_init__(self) -> None:
        """Refuses limits that would refuse everything, or that are not numbers."""
        for field in fields(self):
            value = getattr(self, field.name)
            number = int if field.type in (int, "int") else (int, float)
            if isinstance(value, bool) or not isinstance(value, number) or not 0 < value < 2**31:
                raise CourseError(f"limit {field.name} = {value!r}: expected a positive number")

    def as_json(self) -> dict[str, int | float]:
        """The limits as plain data, in a fixed order."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> "Limits":
        """Reads limits; names that are left out keep their defaults.

        Raises:
            CourseError: A name is not a limit, or a value is not a positive number.
        """
        known = {field.name for field in fields(cls)}
        for name in values:
            if name not in known:
                raise CourseError(f"there is no limit {name!r}; the limits are {', '.join(sorted(known))}")
        return cls(**values)
