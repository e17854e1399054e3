"""Mutants of assignment 05 that no hidden test can tell from the solution, each with the reason."""

EQUIVALENT = {}
# A comparison of two networks takes seconds.
SLOW = ("build_alexnet",)
