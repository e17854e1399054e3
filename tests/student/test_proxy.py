"""The student's functions, as hidden tests see them: here, and in a kernel."""

from contextlib import contextmanager

import numpy as np
import pytest
from jupyter_core.utils import run_sync

from autograder.sandbox import Limits, WarmKernels, kernel_manager
from autograder.student.kernel import KernelTransport
from autograder.student.proxy import Student, StudentError, StudentObject
from autograder.student.transport import LocalTransport, TransportError

CODE = """
import sys
import numpy as np

def double(x, times=2):
    print("printed by the student")
    print("noise", file=sys.stderr)
    return times * x

def spoil(x, y):
    y[0] = 100
    return x

def fail(kind):
    if kind == "exit":
        sys.exit(3)
    raise ValueError("x must be positive")

def strange():
    return object()

class Counter:
    def __init__(self, start=0):
        self.count = np.array([start])
    def __call__(self, step, twice=False):
        self.count = self.count + step * (2 if twice else 1)
        return self.count
"""


def _execute(client, code):
    run_sync(client.execute_interactive)(code, output_hook=lambda _: None, timeout=60)


@pytest.fixture(scope="module")
def running_kernel():
    """Gives kernels that have run some code, and the way to them."""
    with WarmKernels(preload=["numpy"], sandbox=False) as kernels:

        @contextmanager
        def run(code, **options):
            limits = Limits(**options)
            manager = kernel_manager(kernels, limits=limits)
            run_sync(manager.start_kernel)()
            kernel, client = manager.provisioner.kernel, manager.client()
            client.start_channels()
            transport = KernelTransport(
                client,
                kernel.take_calls(),
                lambda: None if kernel.is_alive() else kernel.explain(),
                limits.call_seconds,
                limits.message_mb,
            )
            try:
                run_sync(client.wait_for_ready)(timeout=30)
                transport.install()
                _execute(client, code)
                yield transport
            finally:
                transport.close()
                client.stop_channels()
                run_sync(manager.shutdown_kernel)(now=True)

        yield run


@pytest.fixture(scope="module")
def kernel(running_kernel):
    with running_kernel(CODE) as transport:
        yield transport


@pytest.fixture(params=["here", "in a kernel"])
def student(request):
    if request.param == "in a kernel":
        return Student(request.getfixturevalue("kernel"))
    namespace = {}
    exec(CODE, namespace)
    return Student(LocalTransport(namespace))


def test_results_come_back_as_plain_data(student):
    assert np.array_equal(student.double(np.arange(3), times=3), [0, 3, 6])
    assert student.double((1, 2)) == (1, 2, 1, 2)
    assert student.double(1.5) == 3.0


def test_large_arrays_pass(student):
    x = np.random.default_rng(0).normal(size=(500, 1000))
    assert np.array_equal(student.double(x), 2 * x)


def test_a_function_gets_copies_and_is_seen_to_change_them(student):
    x, y = np.zeros(2), np.zeros(2)
    call = student.call("spoil", x, y=y)
    assert call.changed_arguments == ["y"]
    assert student.call("spoil", x, y).changed_arguments == [1]
    assert student.call("double", x).changed_arguments == []
    assert y[0] == 0


def test_errors_carry_their_class_and_message(student):
    with pytest.raises(StudentError, match="ValueError: x must be positive") as caught:
        student.fail("value")
    assert caught.value.types[:2] == ["ValueError", "Exception"]
    with pytest.raises(StudentError, match="NameError: missing is not defined"):
        student.missing()
    with pytest.raises(StudentError, match="SystemExit: 3"):
        student.fail("exit")
    with pytest.raises(StudentError, match="an object of type object"):
        student.strange()


def test_objects_stay_there_and_are_used_from_here(student):
    first, second = student.Counter(), student.Counter(10)
    assert isinstance(first, StudentObject)
    first(1)
    assert np.array_equal(first(2, twice=True), [5])
    assert np.array_equal(second.count, [10])
    second.count = np.array([7.0])
    assert np.array_equal(second(1), [8])
    assert student.call(first, np.ones(1)).changed_arguments == []
    with pytest.raises(StudentError, match="AttributeError"):
        _ = first.missing


def test_every_exchange_is_in_the_transcript(student):
    student.double(2)
    with pytest.raises(StudentError):
        student.missing()
    assert [set(exchange.outcome) for exchange in student.transcript] == [{"value", "changed"}, {"error"}]


def test_the_endpoint_adds_no_name_to_the_students(kernel):
    _execute(
        kernel.client,
        "names = sorted(n for n in globals() if 'install' in n or 'endpoint' in n or 'autograder' in n)"
        "\ndef found(): return names",
    )
    assert Student(kernel).found() == []


@pytest.mark.parametrize(
    ("body", "reason", "seconds"),
    [
        ("while True: pass", "no result after 1 second", 1),
        ("import os; os._exit(0)", "it ended by itself with exit status 0", 60),
    ],
)
def test_a_call_that_never_answers_is_given_up(running_kernel, body, reason, seconds):
    with running_kernel(f"def stuck():\n    {body}", call_seconds=seconds) as transport:
        with pytest.raises(StudentError, match=reason):
            Student(transport).stuck()
        with pytest.raises(TransportError, match=reason):  # and so is everything after it, at once
            transport.send({"operation": "call", "target": "stuck", "arguments": [], "keywords": {}})


def test_a_result_that_is_too_large_is_an_error_of_this_call_only(running_kernel):
    code = "import numpy as np\ndef much(count):\n    return np.zeros(count)"
    with running_kernel(code, message_mb=1) as transport:
        student = Student(transport)
        with pytest.raises(
            StudentError, match=r"a result that takes [\d,]+ bytes to send, more than 1,048,576"
        ):
            student.much(123_000)
        assert len(student.much(90_000)) == 90_000


def test_floods_of_prints_disturb_no_answer(running_kernel):
    code = """
def loud(x):
    for _ in range(100):
        print("y" * 100_000)
    return x
"""
    with running_kernel(code) as transport:
        student = Student(transport)
        assert [student.loud(number) for number in range(5)] == list(range(5))
