"""Makes a clean notebook from whatever a student hands in.

The notebook that runs is the instructor's own: the released cells, in their order and with their metadata.
Only the student's solution cells, written answers and own cells are put in. What happened to the other cells
therefore cannot matter.

The way through: ``submission`` finds the file in the submitted folder, ``decoding`` reads JSON from its
    bytes, ``cells`` takes from the JSON what may survive, ``matching`` recognizes the assignment's cells,
    ``placing`` decides where the student's cells go, ``repairs`` says in words what was put right, and
    ``rebuild`` does all of it.
"""

from autograder.rebuild.cells import Limits
from autograder.rebuild.rebuild import Rebuilt, rebuild, rebuild_submission
from autograder.rebuild.submission import Submitted, read_secret, read_submission, read_timestamp
from autograder.rebuild.template import Template

__all__ = [
    "Limits",
    "Rebuilt",
    "Submitted",
    "Template",
    "read_secret",
    "read_submission",
    "read_timestamp",
    "rebuild",
    "rebuild_submission",
]
