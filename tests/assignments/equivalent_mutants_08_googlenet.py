"""Mutants of assignment 08 that no hidden test can tell from the solution, each with the reason."""

SLOW = {"build_googlenet"}

EQUIVALENT = {}
