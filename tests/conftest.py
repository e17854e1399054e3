"""What all tests have in common: the line that counts the corpus of faults, and groups that stay together."""

import pytest

CORPUS = ("test_whole_grader.py::test_case_holds[", "test_corpus.py::test_case_holds[")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Lets tests of one ``xdist_group`` run in one worker.

    pytest-xdist 3.8 adds the group's name to an attribute that pytest 9.2 no longer reads: without a word,
    tests that share a long run went to all workers, each of which did the run anew.
    """
    if getattr(config.option, "loadgroup", False):
        for item in items:
            with_group = getattr(item, "_nodeid", item.nodeid)
            if with_group != item.nodeid:
                item._id = type(item._id).parse(with_group)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints how many odd, broken and hostile submissions were graded, and how many as they should be."""
    held, all_of_them = set(), set()
    for outcome in ("passed", "failed", "error"):
        for report in terminalreporter.getreports(outcome):
            if any(name in report.nodeid for name in CORPUS):
                all_of_them.add(report.nodeid)
                if outcome == "passed" and report.when == "call":
                    held.add(report.nodeid)
    if all_of_them:
        failed = {
            report.nodeid
            for outcome in ("failed", "error")
            for report in terminalreporter.getreports(outcome)
        }
        terminalreporter.section("corpus of faults")
        terminalreporter.write_line(f"{len(all_of_them)} cases, {len(held - failed)} held")
