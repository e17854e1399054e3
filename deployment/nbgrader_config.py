"""nbgrader's settings for everybody on a JupyterHub; see book/jupyterhub.md."""

import os

c = get_config()  # noqa: F821 - nbgrader puts this function here

# As in the course's own nbgrader_config.py, which only instructors can read.
c.CourseDirectory.course_id = "convolutional_networks"
c.Exchange.root = os.environ.get("NBGRADER_EXCHANGE", "/srv/nbgrader/exchange")
