"""Every lesson runs as its reader gets it, on the CPU and on the GPU's path, and keeps its promises."""

import importlib.util
from contextlib import ExitStack
from pathlib import Path

import nbformat
import pytest

from autograder.course import Course
from tests.notebooks import running

LESSONS = [
    # Tests of one lesson stay in one worker: they share its run.
    pytest.param(lesson, id=lesson.stem, marks=pytest.mark.xdist_group(lesson.stem))
    for lesson in Course().lessons
]

# The scope has all tests of one lesson run one after the other.
each_lesson = pytest.mark.parametrize("lesson", LESSONS, scope="module")

GPU_STAND_IN = """
import numpy, keras, tensorflow
_devices = tensorflow.config.list_physical_devices
tensorflow.config.list_physical_devices = lambda kind=None: ["stand-in"] if kind == "GPU" else _devices(kind)
def _cifar10():
    random = numpy.random.default_rng(0)
    split = lambda n: (
        random.integers(0, 256, (n, 32, 32, 3), dtype="uint8"), random.integers(0, 10, (n, 1), dtype="uint8")
    )
    return split(256), split(128)
keras.datasets.cifar10.load_data = _cifar10
"""


def _claims(lesson: Path) -> dict[str, str]:
    path = Path(__file__).with_name(f"claims_{lesson.stem}.py")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.CLAIMS


@pytest.fixture(scope="module")
def finished():
    """Runs a lesson once for all tests that look at it; the kernel of the last one alone stays."""
    lessons = {}
    with ExitStack() as kernels:

        def run(lesson: Path):
            if lesson not in lessons:
                lessons.clear()
                kernels.close()
                lessons[lesson] = kernels.enter_context(running(lesson.with_suffix(".ipynb")))
            return lessons[lesson]

        yield run


@each_lesson
def test_it_runs_in_an_empty_folder_without_the_repository(lesson, finished):
    assert finished(lesson).imported_ours() == []


@each_lesson
def test_its_claims_hold(lesson, finished):
    claims = _claims(lesson)
    assert claims
    broken = {
        claim: expression for claim, expression in claims.items() if not finished(lesson).evaluate(expression)
    }
    assert broken == {}


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [(3, 4, 5), (6, 7, 8)], ids=str)
@pytest.mark.parametrize("lesson", [each for each in LESSONS if '"seeds": ' in each.values[0].read_text()])
def test_its_claims_hold_for_other_seeds(lesson, seeds):
    cells = nbformat.read(lesson.with_suffix(".ipynb"), as_version=4).cells
    (config,) = [number for number, cell in enumerate(cells) if "CONFIG = " in cell.source]
    inserted = {config + 1: f"CONFIG['seeds'] = {list(seeds)}"}
    with running(lesson.with_suffix(".ipynb"), inserted=inserted) as notebook:
        claims = _claims(lesson)
        assert [claim for claim, expression in claims.items() if not notebook.evaluate(expression)] == []


@each_lesson
def test_its_gpu_profile_runs_a_few_steps(lesson):
    cells = nbformat.read(lesson.with_suffix(".ipynb"), as_version=4).cells
    (config,) = [number for number, cell in enumerate(cells) if "CONFIG = " in cell.source]
    inserted = {0: GPU_STAND_IN, config + 1: "CONFIG.update(CONFIG['smoke'])"}
    with running(lesson.with_suffix(".ipynb"), inserted=inserted) as notebook:
        # A lesson that trains, and so has a number of epochs, does it on real images where there is a GPU.
        assert notebook.evaluate("CONFIG['data'] == 'cifar10' or 'epochs' not in CONFIG")


@each_lesson
def test_it_has_what_every_lesson_has(lesson):
    # Not every lesson has an assignment; where there is one, the lesson leads to it.
    stems = {one.stem for one in Course().assignments}
    assignment = [f"/exercises/{lesson.stem}/{lesson.stem}.ipynb"] if lesson.stem in stems else []
    text = "\n".join(cell.source for cell in nbformat.read(lesson.with_suffix(".ipynb"), as_version=4).cells)
    for part in (
        '<div class="box goals">',
        '<div class="box mistakes">',
        '<div class="box quiz">',
        '<details class="answer">',
        "## References",
        *assignment,
    ):
        assert part in text, part
    assert text.count("<details") == text.count("</details>")
    assert text.count("<div") == text.count("</div>")
