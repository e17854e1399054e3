"""Mutants of assignment 12 that no hidden test can tell from the solution, each with the reason."""

EQUIVALENT = {}
