"""From a submitted notebook to marks: run it, test it, write down what each cell earned and why."""

import sys

# nbformat checks notebooks with jsonschema, which can check addresses by RFC 3987. The package for this builds
# its parser whenever it is imported, and that takes longer than all other imports of a worker together. No
# notebook needs it.
if "rfc3987_syntax" not in sys.modules:
    sys.modules["rfc3987_syntax"] = None
    import jsonschema  # noqa: F401

    del sys.modules["rfc3987_syntax"]
