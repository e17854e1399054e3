"""Every case of the corpus is rebuilt, earns what it should, and says what it should."""

import pytest

from autograder.rebuild import rebuild
from tests.faults.corpus import all_cases, folder_bytes
from tests.faults.verdict import findings

CASES = all_cases()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case_holds(case, notebooks):
    assert findings(case.make(notebooks), notebooks) == []


def test_every_case_says_what_is_odd():
    assert [case.name for case in CASES if not case.sentence] == []


def test_sentences_are_sentences(notebooks, template):
    for case in CASES:
        for name, content in folder_bytes(case.make(notebooks)).items():
            if name == notebooks.file_name and isinstance(content, bytes):
                rebuilt = rebuild(content, template)
                for sentence in filter(None, [*rebuilt.repairs, rebuilt.unreadable]):
                    assert sentence[0].isupper() or sentence[0].isdigit(), sentence
                    assert sentence[-1] in ".?", sentence
                    assert "{" not in sentence.replace('"{', ""), sentence


def test_rebuilding_twice_changes_nothing(notebooks, template):
    for case in CASES:
        content = folder_bytes(case.make(notebooks)).get(notebooks.file_name)
        if isinstance(content, bytes):
            assert rebuild(content, template) == rebuild(content, template), case.name
