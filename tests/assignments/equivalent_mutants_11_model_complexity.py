"""Mutants of assignment 11 that no hidden test can tell from the solution, each with the reason."""

EQUIVALENT = {}
