"""Calls into the student's code: plain data out, plain data back, nothing else.

``endpoint`` answers requests next to the student's code, ``wire`` reads the answers on the trusted side,
``transport`` carries both, and ``proxy`` makes it all look like function calls to a hidden test.
"""
