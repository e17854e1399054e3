"""Mutants of assignment 08 that no hidden test can tell from the solution, each with the reason."""

EQUIVALENT = {}
