"""nbgrader's settings: where the stages of an assignment stand, and how a submission is run and tested."""

import os
import sys
import warnings
from pathlib import Path

from sqlalchemy.exc import SAWarning

# nbgrader 0.9.6 builds its objects in an order that SQLAlchemy 2 comments on, for every submission.
warnings.simplefilter("ignore", SAWarning)

# For a new gradebook nbgrader starts "alembic", which stands beside this Python: .venv need not be activated.
os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])

c = get_config()  # noqa: F821 - nbgrader puts this function here

root = Path(__file__).resolve().parent

# solutions/ and exercises/ belong to the project; everything of a running course lies under grading/, outside
# version control.
c.CourseDirectory.root = str(root)
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
c.CourseDirectory.submitted_directory = "grading/submitted"
c.CourseDirectory.autograded_directory = "grading/autograded"
c.CourseDirectory.feedback_directory = "grading/feedback"
c.CourseDirectory.db_url = f"sqlite:///{root / 'grading' / 'gradebook.db'}"
(root / "grading").mkdir(exist_ok=True)  # SQLite makes the file, but not its folder

# The course's name in nbgrader's exchange; without one formgrader has no buttons to release and to collect.
c.CourseDirectory.course_id = "convolutional_networks"

# The percent sources in solutions/ must never reach exercises/, and no Python file that a student puts beside
# the notebook (numpy.py, sitecustomize.py) may reach the place where it is graded.
c.CourseDirectory.ignore = [".ipynb_checkpoints", "__pycache__", "*.py", "*.pyc"]

# The safe path: a submission is rebuilt as it is read, and run behind walls, with hidden tests outside,
# instead of by nbgrader's Execute, which gives full marks to a cell that prints nothing.
c.Autograde.exporter_class = "autograder.grading.nbgrader_plugin.RebuildingExporter"
c.Autograde.autograde_preprocessors = [
    "autograder.grading.nbgrader_plugin.RunHiddenTests",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# What a late submission costs: nothing, unless these lines say so. Due dates are set in formgrader.
c.AssignLatePenalties.plugin_class = "autograder.grading.late_policy.LatePolicy"
c.LatePolicy.grace_minutes = 0
c.LatePolicy.percent_per_day = 0

c.ExportPlugin.to = str(root / "grading" / "grades.csv")

# What a submission may use, where it differs from the defaults in autograder/sandbox/limits.py; for example
# {"cell_seconds": 300, "memory_mb": 8192}.
c.Grading.limits = {}
