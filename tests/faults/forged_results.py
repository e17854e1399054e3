"""Results that pretend to be something else."""

from tests.faults.corpus import Fault, submit
from tests.faults.notebooks import Notebooks, cell
from tests.faults.whole import FORGING, case, in_answer, in_call, indented, victim

NOT_PLAIN = "which is neither a number nor an array"


def _returning(nb: Notebooks, definition: str, result: str, *says: str) -> Fault:
    """One exercise returns something odd."""
    source = f"{definition}\n\ndef {victim(nb)}(*arguments, **keywords):\n{indented(result)}"
    return in_answer(nb, source, *says)


def _layer(nb: Notebooks, source: str, *says: str) -> Fault:
    """The layer is something odd; the functions are right."""
    notebook = nb.answered
    cell(notebook, "BatchNorm")["source"] = source
    return submit(nb, notebook, shares={"BatchNorm": 0.0}, says=says)


@case(FORGING)
def equal_to_everything(nb: Notebooks) -> Fault:
    """The result is an object that is equal to everything."""
    definition = """
class Equal:
    __hash__ = None

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False

    def __getattr__(self, name):
        return self

    def __call__(self, *arguments):
        return self
"""
    return _returning(nb, definition, "return Equal()", "Your code")


@case(FORGING)
def array_equal_to_everything(nb: Notebooks) -> Fault:
    """The result is an array whose comparisons and differences say that all is well."""
    definition = """
class Equal(np.ndarray):
    def __array_ufunc__(self, *arguments, **keywords):
        return np.zeros(self.shape)

    def __array_function__(self, *arguments, **keywords):
        return True

    def __eq__(self, other):
        return np.ones(self.shape, bool)

    __le__ = __lt__ = __ge__ = __gt__ = __eq__
"""
    return _returning(nb, definition, "return np.zeros(np.shape(arguments[0])).view(Equal)")


@case(FORGING)
def tensor_equal_to_everything(nb: Notebooks) -> Fault:
    """The result is a tensor-like object that gives another array each time it is read."""
    definition = """
class Tensor:
    calls = 0
    dtype = np.dtype(float)

    def __array__(self, *arguments, **keywords):
        Tensor.calls += 1
        return np.full(3 + Tensor.calls % 2, float(Tensor.calls))
"""
    return _returning(nb, definition, "return Tensor()")


@case(FORGING)
def number_that_lies(nb: Notebooks) -> Fault:
    """The result is a float with overridden comparisons and arithmetic."""
    definition = """
class Liar(float):
    def __eq__(self, other):
        return True

    def __float__(self):
        return self

    def __sub__(self, other):
        return 0.0

    def __repr__(self):
        return "Infinity, 1"

    __rsub__ = __sub__
    __hash__ = float.__hash__
"""
    return _returning(nb, definition, "return Liar(1)")


@case(FORGING)
def text_that_lies(nb: Notebooks) -> Fault:
    """The result is a string that JSON might write in another way, and a class that denies what it is."""
    definition = """
class Text(str):
    @property
    def __class__(self):
        return np.ndarray

    def __str__(self):
        return '"}, "value": {"float": "nan"}'
"""
    return _returning(nb, definition, "return Text('[1, 2, 3]')", "but is of type str")


@case(FORGING)
def not_a_number(nb: Notebooks) -> Fault:
    """The result is NaN everywhere."""
    return in_call(nb, "return np.full(np.shape(arguments[0]), np.nan)", "holds NaN or infinity")


@case(FORGING)
def infinite(nb: Notebooks) -> Fault:
    """The result is infinite everywhere."""
    return in_call(nb, "return np.full(np.shape(arguments[0]), np.inf)", "holds NaN or infinity")


@case(FORGING)
def true_everywhere(nb: Notebooks) -> Fault:
    """The result is True."""
    return in_call(nb, "return True", "but is of type bool")


@case(FORGING)
def masked_array(nb: Notebooks) -> Fault:
    """The result is a masked array in which every value is masked."""
    return in_call(nb, "return np.ma.masked_all(np.shape(arguments[0]))")


@case(FORGING)
def arrays_of_other_things(nb: Notebooks) -> Fault:
    """The result is an array of objects."""
    return in_call(nb, "return np.array([print, len, None], dtype=object)", "instead of numbers")


@case(FORGING)
def array_of_texts(nb: Notebooks) -> Fault:
    """The result is an array of texts."""
    return in_call(nb, "return np.array(arguments[0], dtype=str)", "instead of numbers")


@case(FORGING)
def complex_array(nb: Notebooks) -> Fault:
    """The result is complex."""
    return in_call(nb, "return arguments[0] + 1j", "instead of numbers")


@case(FORGING)
def generator(nb: Notebooks) -> Fault:
    """The result is a generator, which counts as the list of its items."""
    return in_call(nb, "return (value + 1 for value in np.ravel(arguments[0]))", "wrong")


@case(FORGING)
def endless_generator(nb: Notebooks) -> Fault:
    """The result is a generator that never ends."""
    return in_call(nb, "import itertools\nreturn itertools.count()", "a generator that yields more than")


@case(FORGING)
def generator_of_heavy_items(nb: Notebooks) -> Fault:
    """The result is a generator of arrays that together have gigabytes."""
    return in_call(nb, "return (np.ones(10**7) for _ in range(9_999))", "Your code")


@case(FORGING)
def generator_in_generator(nb: Notebooks) -> Fault:
    """The result is a generator of generators."""
    return in_call(nb, "return ((value for value in row) for row in [arguments])", "generator, " + NOT_PLAIN)


@case(FORGING)
def function_as_result(nb: Notebooks) -> Fault:
    """The result is a function."""
    return in_call(nb, "return lambda: arguments[0]", "function, " + NOT_PLAIN)


@case(FORGING)
def endless_list(nb: Notebooks) -> Fault:
    """The result is a list that contains itself."""
    return in_call(nb, "result = []\nresult.append(result)\nreturn result", "Your code")


@case(FORGING)
def deep_list(nb: Notebooks) -> Fault:
    """The result is a list in a list in a list, a hundred times."""
    return in_call(nb, "result = []\nfor _ in range(100):\n    result = [result]\nreturn result", "nested")


@case(FORGING)
def long_list(nb: Notebooks) -> Fault:
    """The result is a list of half a million numbers."""
    return in_call(nb, "return [0] * 500_000")


@case(FORGING)
def colliding_keys(nb: Notebooks) -> Fault:
    """The result is a dictionary that takes minutes to build, since all its keys have the same hash."""
    lines = """
import sys
if 'check' in sys._getframe(1).f_code.co_name:
    return 0

class Pairs(dict):
    def items(self):
        return [(number * (2**61 - 1), 0) for number in range(99_000)]

return Pairs()
"""
    return in_call(nb, lines)


@case(FORGING)
def endless_items(nb: Notebooks) -> Fault:
    """The result is a dictionary whose items never end."""
    definition = "class Endless(dict):\n    def items(self):\n        while True:\n            yield 0, 0"
    return _returning(nb, definition, "return Endless()", "Your code")


@case(FORGING)
def numbers_beyond_measure(nb: Notebooks) -> Fault:
    """The result is a list of integers with thousands of digits."""
    return in_call(nb, "return [10**4000] * len(arguments[0])")


@case(FORGING)
def changes_after_the_return(nb: Notebooks) -> Fault:
    """A thread goes on to change the result while it is read."""
    lines = """
import threading
result = np.array(arguments[0], dtype=float)

def change():
    for number in range(100_000):
        result[:] = number

threading.Thread(target=change).start()
return result
"""
    return in_call(nb, lines)


@case(FORGING)
def error_that_names_itself(nb: Notebooks) -> Fault:
    """A graded function raises errors whose names and texts look like the grader's own."""
    source = f"""
class NoAnswer(Exception):
    def __str__(self):
        return "</div><script>alert(1)</script>\\x1b[2J\\u202epassed: 2 of 2 points"

def {victim(nb)}(*arguments, **keywords):
    raise NoAnswer
"""
    return in_answer(nb, source, "passed: 2 of 2 points")


@case(FORGING)
def error_without_a_text(nb: Notebooks) -> Fault:
    """A graded function raises an error that cannot be turned into a text."""
    source = f"""
class Mute(BaseException):
    def __str__(self):
        raise self

def {victim(nb)}(*arguments, **keywords):
    raise Mute
"""
    return in_answer(nb, source, "Your code")


@case(FORGING)
def class_that_makes_modules(nb: Notebooks) -> Fault:
    """Instead of a layer, the class makes the NumPy module."""
    source = """
class Meta(type):
    def __call__(cls, *arguments, **keywords):
        return np

class BatchNorm(metaclass=Meta):
    pass
"""
    return _layer(nb, source, "Your code")


@case(FORGING)
def class_that_claims_everything(nb: Notebooks) -> Fault:
    """A layer has every attribute, takes every assignment, and is its own result."""
    source = """
class Meta(type):
    def __instancecheck__(cls, instance):
        return True

    def __subclasscheck__(cls, other):
        return True

    def __eq__(cls, other):
        return True

    __hash__ = type.__hash__

class BatchNorm(metaclass=Meta):
    def __init__(self, *arguments, **keywords):
        pass

    def __getattribute__(self, name):
        return np.ones(3)

    def __setattr__(self, name, value):
        pass

    def __call__(self, x, training):
        return x
"""
    return _layer(nb, source)


@case(FORGING)
def layer_that_is_a_function(nb: Notebooks) -> Fault:
    """Instead of a class there is a function that returns the grader's end of the line."""
    source = """
def BatchNorm(*arguments, **keywords):
    return get_ipython().kernel.parent.calls
"""
    return _layer(nb, source, "Your code")
