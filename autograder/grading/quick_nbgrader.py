"""Makes nbgrader quick where it is slow; what it does stays the same."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import alembic.config
import nbgrader.api
from alembic.script import ScriptDirectory


@contextmanager
def quick_nbgrader() -> Iterator[None]:
    """Lets nbgrader use one engine of SQLAlchemy's, and look once whether its tables are there.

    It opens the gradebook a dozen times for each student, each time with a new engine, which knows no
    statement yet and compiles them all again.
    """
    api, metadata = nbgrader.api, nbgrader.api.Base.metadata
    before = api.create_engine, api.get_alembic_version
    create_all = metadata.create_all
    api.create_engine, api.get_alembic_version = cache(api.create_engine), alembic_version
    metadata.create_all = cache(lambda bind: create_all(bind=bind))
    try:
        yield
    finally:
        api.create_engine, api.get_alembic_version = before
        del metadata.create_all


@cache
def alembic_version() -> str:
    """The version that a new gradebook's tables have; nbgrader starts a program, for seconds, to learn it."""
    config = alembic.config.Config()
    config.set_main_option("script_location", str(Path(nbgrader.__file__).parent / "alembic"))
    return ScriptDirectory.from_config(config).get_current_head()
