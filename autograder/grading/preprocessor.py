"""The place where our grading is plugged into nbgrader: instead of nbgrader's ``Execute``."""

from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.course import REPOSITORY, Course
from autograder.grading.examine import examine
from autograder.grading.marks import write_marks


class RunHiddenTests(NbGraderPreprocessor):
    """Runs a notebook and the hidden tests of its assignment, and leaves the marks in the test cells."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Grades one notebook; see ``nbconvert.preprocessors.Preprocessor``."""
        course = Course(Path(self.config.CourseDirectory.get("root", REPOSITORY)))
        assignment = course.assignment(resources["nbgrader"]["assignment"])
        results, remarks = examine(assignment, nb)
        write_marks(nb, results, remarks)
        passed = sum(test.passed for result in results.values() for test in result.tests)
        self.log.info(
            "%d of %d hidden tests passed", passed, sum(len(result.tests) for result in results.values())
        )
        return nb, resources
