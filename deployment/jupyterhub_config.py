"""JupyterHub on one machine, with nbgrader's exchange; see book/jupyterhub.md.

Every user of the hub is a user of the system: that is what keeps students from each other's files, and the
course with its solutions from students.
"""

import os
import sys
from pathlib import Path

c = get_config()  # noqa: F821 - JupyterHub puts this function here

# Three lines to edit (or three variables to set): who teaches, where the course is, where the exchange is.
instructors = set(os.environ.get("COURSE_INSTRUCTORS", "teacher").split(","))
course = os.environ.get("COURSE_FOLDER", "/srv/course")
exchange = os.environ.get("NBGRADER_EXCHANGE", "/srv/nbgrader/exchange")

c.JupyterHub.bind_url = "http://127.0.0.1:8000"  # a web server in front of it brings HTTPS
c.Authenticator.admin_users = instructors
c.Authenticator.allow_all = True  # everybody who has an account on this machine and a password

# Users' servers run in the hub's own environment, and read nbgrader_config.py beside this file.
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.default_url = "/lab"
c.Spawner.environment = {
    "JUPYTER_CONFIG_PATH": str(Path(__file__).resolve().parent),
    "NBGRADER_EXCHANGE": exchange,
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
}
c.Spawner.http_timeout = 120
c.Spawner.start_timeout = 120


def open_the_course(spawner):
    """Instructors see the course, and formgrader finds its settings; students see their home folder."""
    if spawner.user.name in instructors:
        spawner.notebook_dir = course
        # The server itself starts in the home folder, so nbgrader has to be told where nbgrader_config.py is.
        spawner.environment = {
            **spawner.environment,
            "JUPYTER_CONFIG_PATH": os.pathsep.join([course, spawner.environment["JUPYTER_CONFIG_PATH"]]),
        }


c.Spawner.pre_spawn_hook = open_the_course
