"""The course as students get it: a public repository without solutions, hidden tests and grader."""

from autograder.publishing.publish import publish

__all__ = ["publish"]
