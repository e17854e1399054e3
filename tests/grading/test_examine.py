"""What examining prints: nothing."""

import asyncio
import gc

import pytest

from autograder.grading.examine import Examiner, _pass_over
from autograder.rebuild import Template, rebuild
from autograder.sandbox import Limits
from tests.faults.notebooks import code, pack
from tests.grading.courses import ASSIGNMENT, NOTEBOOKS


def test_a_kernel_that_dies_under_a_cell_is_told_and_not_printed(caplog, capfd):
    notebook = NOTEBOOKS.answered
    notebook["cells"].append(code("import os; os._exit(1)"))
    examiner = Examiner.start(Limits())
    try:
        found = examiner.examine(ASSIGNMENT, rebuild(pack(notebook), Template.of(ASSIGNMENT)))
    finally:
        examiner.close()
    assert any("was left out" in remark for remark in found.remarks)
    assert caplog.text == "" and capfd.readouterr() == ("", "")


@pytest.fixture
def loop():
    loop = asyncio.new_event_loop()
    loop.set_exception_handler(_pass_over)
    yield loop
    loop.close()


def test_an_exception_that_nobody_retrieves_is_not_printed(loop, caplog):
    async def leave_behind():
        async def fail():
            raise AssertionError("the client has gone")

        asyncio.ensure_future(fail())
        await asyncio.sleep(0)

    loop.run_until_complete(leave_behind())
    gc.collect()
    assert caplog.text == ""


def test_what_else_goes_wrong_in_the_loop_is_printed(loop, caplog):
    loop.call_exception_handler({"message": "something else"})
    assert "something else" in caplog.text
