"""How dask's workers are set up."""

import asyncio
import contextvars
import threading
import time

from jupyter_core.utils import ensure_event_loop, run_sync

from autograder.grading.workers import cluster, event_loop


def test_workers_are_not_profiled():
    with cluster(1, None) as client:
        (running,) = client.run(lambda dask_worker: set(dask_worker.periodic_callbacks)).values()
    assert running and not {name for name in running if "profile" in name}


def test_a_task_leaves_no_event_loop_and_no_thread():
    waiting, finished = [], []

    async def work():
        async def wait():
            try:
                await asyncio.sleep(60)
            finally:
                finished.append(True)

        waiting.append(asyncio.ensure_future(wait()))
        return await asyncio.to_thread(threading.current_thread)

    def task():
        with event_loop():
            return run_sync(work)(), ensure_event_loop()

    thread, loop = contextvars.copy_context().run(task)
    assert thread is not threading.current_thread()
    deadline = time.monotonic() + 30
    while thread.is_alive() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert loop.is_closed() and not thread.is_alive()
    assert waiting[0].cancelled() and finished
