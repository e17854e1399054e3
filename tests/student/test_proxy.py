"""The student's functions, as hidden tests see them: here, and in a kernel."""

import numpy as np
import pytest
from jupyter_client.manager import start_new_kernel

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


@pytest.fixture(scope="module")
def kernel():
    manager, client = start_new_kernel(kernel_name="python3")
    transport = KernelTransport(client, manager.is_alive, call_seconds=60)
    transport.install()
    client.execute_interactive(CODE, output_hook=lambda _: None, timeout=30)
    yield transport
    client.stop_channels()
    manager.shutdown_kernel(now=True)


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
    kernel.client.execute_interactive(
        "names = sorted(n for n in globals() if 'install' in n or 'endpoint' in n or 'autograder' in n)"
        "\ndef found(): return names",
        output_hook=lambda _: None,
        timeout=30,
    )
    assert Student(kernel).found() == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [("while True: pass", "no result after 1 second"), ("import os; os._exit(0)", "the kernel died")],
)
def test_a_call_that_never_answers_is_given_up(body, reason):
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        transport = KernelTransport(client, manager.is_alive, call_seconds=60)
        transport.install()
        transport.call_seconds = 1 if "result" in reason else 60
        client.execute_interactive(f"def stuck():\n    {body}", output_hook=lambda _: None, timeout=30)
        with pytest.raises(StudentError, match=reason):
            Student(transport).stuck()
        with pytest.raises(TransportError, match=reason):  # and so is everything after it, at once
            transport.send({"operation": "call", "target": "stuck", "arguments": [], "keywords": {}})
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
