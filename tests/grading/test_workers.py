"""How dask's workers are set up."""

from autograder.grading.workers import cluster


def test_workers_are_not_profiled():
    with cluster(1, None) as client:
        (running,) = client.run(lambda dask_worker: set(dask_worker.periodic_callbacks)).values()
    assert running and not {name for name in running if "profile" in name}
