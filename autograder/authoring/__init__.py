"""From sources to notebooks: lessons, solutions, and the exercises that students get.

The way through: ``percent`` reads a source, ``short_form`` understands the words on its cell lines,
``include``, ``citations`` and ``links`` write out what a cell only names, ``notebook`` makes the notebook,
``release`` has nbgrader take the solutions out, and ``build`` does all of it for the whole course.
"""
