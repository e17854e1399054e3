"""Runs student code behind walls, and quickly.

``WarmKernels`` makes kernels (``warm``), ``kernel_manager`` offers them to nbclient (``provisioner``),
``Limits`` says how much each may use. ``inside/`` is the part that runs within the sandbox.
"""

from autograder.sandbox.kernel import Kernel
from autograder.sandbox.limits import Limits
from autograder.sandbox.provisioner import SandboxProvisioner, kernel_manager
from autograder.sandbox.warm import WarmKernels, shared_template

__all__ = ["Kernel", "Limits", "SandboxProvisioner", "WarmKernels", "kernel_manager", "shared_template"]
