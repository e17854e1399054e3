"""What runs inside the sandbox: the template process and the kernels that it forks.

These modules are bound into the sandbox by themselves. The rest of the package is not readable there, so
they import nothing from it. They hold no secret: a student may read them.
"""

CHANNELS = ("shell", "iopub", "stdin", "control", "hb")  # the order of a kernel's sockets
