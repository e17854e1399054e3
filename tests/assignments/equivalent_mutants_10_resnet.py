"""Mutants of assignment 10 that no hidden test can tell from the solution, each with the reason."""

SLOW = {"build_resnet"}

EQUIVALENT = {}
