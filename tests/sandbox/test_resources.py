"""Bombs: each ends within its limits, and a kernel beside it notices nothing."""

import time
from dataclasses import replace

import pytest


@pytest.fixture
def bystander(start):
    """A kernel of another submission, which must go on."""
    session = start()
    yield session
    assert session.run("print('alive')").text == "alive"


def test_one_large_array_is_a_memory_error(session, bystander):
    answer = session.run("import numpy as np; np.ones(1 << 28)")
    assert "MemoryError" in answer.error and not answer.died
    assert session.run("print('alive')").text == "alive"


def test_many_processes_cannot_share_out_a_memory_bomb(start, bystander):
    session = start()
    answer = session.run(
        """
        import os, time
        for _ in range(8):
            if os.fork() == 0:
                block = bytearray(b'x') * (500 << 20)
                time.sleep(100)
        time.sleep(100)
        """,
        seconds=60,
    )
    assert answer.died and session.kernel.cause == "memory"
    assert "1500 MB" in session.kernel.explain()


def test_shared_pages_count_once(start):
    """Ten idle forks of a kernel with 200 MB are not 2000 MB."""
    session = start()
    answer = session.run(
        """
        import os, time
        block = bytearray(b'x') * (200 << 20)
        children = []
        for _ in range(10):
            child = os.fork()
            if child == 0:
                time.sleep(1.5)
                os._exit(0)
            children.append(child)
        for child in children:
            os.waitpid(child, 0)
        print('done')
        """,
        seconds=60,
    )
    assert answer.text == "done" and session.kernel.cause is None


def test_a_fork_bomb_is_stopped(session, bystander, kernels, watch):
    session.client.execute(
        "import os\nwhile True:\n    try:\n        os.fork()\n    except OSError:\n        pass"
    )
    time.sleep(1.0)
    assert len(watch.descendants(kernels.template.pid)) < 64 + 10
    assert bystander.run("import subprocess; print(subprocess.call('true'))").text == "0"
    session.kernel.kill("time")
    assert not session.kernel.is_alive()


def test_threads_are_counted_too(session, bystander):
    answer = session.run(
        """
        import threading, time
        started = 0
        try:
            for _ in range(500):
                threading.Thread(target=time.sleep, args=(30,), daemon=True).start()
                started += 1
        except RuntimeError as error:
            print(started < 64, error)
        """
    )
    assert answer.died or answer.text.startswith("True")


def test_a_file_cannot_grow_without_end(session):
    answer = session.run("file = open('big', 'wb')\nwhile True: file.write(bytes(1 << 20))")
    assert answer.error.startswith("OSError: [Errno 27]")


@pytest.mark.parametrize("folder", ["/tmp", "/tmp/home", "/dev/shm"])
def test_the_disk_cannot_be_filled(session, folder):
    answer = session.run(
        f"""
        import itertools
        for number in itertools.count():
            with open(f'{folder}/{{number}}', 'wb') as file:
                file.write(bytes(4 << 20))
        """
    )
    assert answer.error.startswith("OSError: [Errno 28]")
    assert session.run("print('alive')").text == "alive"


def test_many_empty_files_end_too(session):
    answer = session.run(
        "import itertools\nfor n in itertools.count(): open(f'f{n}', 'w').close()", seconds=60
    )
    assert answer.error.startswith("OSError: [Errno 28]")


def test_output_has_an_end(session, bystander):
    answer = session.run("while True: print('x' * 100_000)", seconds=60)
    assert answer.died and session.kernel.cause == "output"


def test_one_huge_message_does_not_reach_the_grader(start, limits):
    session = start(limits=replace(limits, message_mb=2))
    session.client.execute(
        "from IPython.display import display; display({'text/plain': 'x' * (50 << 20)}, raw=True)"
    )
    with pytest.raises(TimeoutError):
        session.run("print('the end')", seconds=2)
    assert session.client.output_bytes < 4 << 20


def test_a_huge_line_is_counted(session):
    answer = session.run("print('x' * (50 << 20))")
    assert answer.died and session.kernel.cause == "output"


def test_much_output_below_the_limit_arrives_whole(start, limits):
    session = start(limits=replace(limits, output_mb=64))
    answer = session.run(
        "print('x' * 10_000_000); print('end')\nfor n in range(200_000): print(n)", seconds=60
    )
    lines = answer.text.splitlines()
    assert len(lines[0]) == 10_000_000 and lines[1] == "end" and lines[2:] == [str(n) for n in range(200_000)]


def test_the_life_of_a_kernel_has_an_end(start, bystander, limits):
    session = start(limits=replace(limits, submission_seconds=1))
    answer = session.run("while True: pass")
    assert answer.died and session.kernel.cause == "time" and answer.seconds < 4


def test_a_loop_that_swallows_interrupts_is_killed(session, bystander):
    session.client.execute(
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\n"
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass"
    )
    time.sleep(0.3)
    session.kernel.interrupt()
    time.sleep(0.3)
    assert session.kernel.is_alive()
    session.kernel.kill("time")
    assert not session.kernel.is_alive() and session.kernel.cause == "time"


def test_an_interrupt_ends_an_honest_loop(session):
    request = session.client.execute("while True: pass", stop_on_error=False)
    time.sleep(0.3)
    session.kernel.interrupt()
    reply = session.loop.run_until_complete(session.client.get_shell_msg(timeout=5))
    assert reply["parent_header"]["msg_id"] == request and reply["content"]["ename"] == "KeyboardInterrupt"
    assert session.run("print('alive')").text == "alive"


def test_open_files_have_an_end(session):
    assert session.run("files = [open('/dev/null') for _ in range(10_000)]").error.startswith(
        "OSError: [Errno 24]"
    )


def test_endless_recursion_is_an_error_or_an_end(session, bystander):
    answer = session.run("def f(): return f()\nf()")
    assert answer.error.startswith("RecursionError")


def test_a_runaway_stack_ends_only_its_kernel(session, bystander):
    answer = session.run(
        "import sys; sys.setrecursionlimit(10**9)\nclass A:\n    __repr__ = lambda s: repr(s)\nrepr(A())"
    )
    assert answer.died or "Error" in answer.error


FLOOD = """
import os, socket, struct, time
for name in os.listdir('/proc/self/fd'):
    try:
        item = socket.socket(fileno=os.dup(int(name)))
    except OSError:
        continue
    if item.family == socket.AF_UNIX and item.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN) == 0:
        item.setblocking(True)
        if os.fork() == 0:
            part = struct.pack('>BQ', 3, 1 << 20) + bytes(1 << 20)  # "long, more to come"
            try:
                while True:
                    item.sendall(part)
            finally:
                os._exit(0)
time.sleep(100)
"""


@pytest.mark.slow
def test_a_message_without_end_does_not_fill_the_memory_of_the_grader(session):
    answer = session.run(FLOOD, seconds=60)
    assert answer.died and session.kernel.cause == "messages"


def test_malformed_messages_end_the_kernel(session, bystander):
    answer = session.run(
        "from ipykernel.kernelapp import IPKernelApp\n"
        "app = IPKernelApp.instance()\n"
        "app.iopub_thread.schedule(lambda: app.iopub_thread.socket.send_multipart([b'x'] * 9))\n"
        "import time; time.sleep(30)"
    )
    assert answer.died and session.kernel.cause == "messages"


def test_a_stopped_kernel_can_be_ended(session, bystander):
    session.client.execute("import os, signal; os.kill(os.getpid(), signal.SIGSTOP)")
    time.sleep(0.3)
    session.kernel.kill("time")
    assert not session.kernel.is_alive()
