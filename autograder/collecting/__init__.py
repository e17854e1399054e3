"""From what a learning platform gives to ``grading/submitted``: whose each notebook is, and where it goes."""

from autograder.collecting.collect import Collected, collect
from autograder.collecting.roster import Roster, Student, read_roster

__all__ = ["Collected", "Roster", "Student", "collect", "read_roster"]
