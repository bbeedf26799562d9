"""What the benchmark of streaming makes and concludes; its times are not looked at here."""

import numpy as np

from benchmarks import streaming as benchmark
from tests.small import temporary_folder
from yann_weightnorm import open_dataset

class Done:
    """A rival that has run: the milliseconds of its rounds, and the costs they ended with."""

    def __init__(self, ms, costs):
        self.ms, self.results = ms, [{"cost": cost} for cost in costs]

    def medians(self, kind):
        return self.ms


def test_the_data_are_what_was_asked_for():
    for kind in ("float32", "uint8"):
        with temporary_folder() as folder:
            benchmark.make(str(folder / "data"), "3", "2", kind)
            benchmark.forget(folder)        # which leaves them as they are
            data = open_dataset(folder / "data")
            assert data.rows("train") == 3 * benchmark.ROWS and data.blocks("train") == 2
            assert np.load(folder / "data" / "train" / "x.npy").dtype == kind
            x, y = data.load("train", 1)
            assert len(x) == benchmark.ROWS and 0 <= x.min() and 0.5 < x.max() <= 1
            assert np.corrcoef(x.mean(1), y)[0, 1] > 0.9        # there is something to learn


def test_streaming_is_judged_round_by_round():
    for disk, limit_is_kept in (([10, 21, 31], True), ([11, 22, 33], False)):
        report = benchmark.summary({"memory": Done([10, 20, 30], [1.5] * 3),
                                    "disk": Done(disk, [1.5] * 3)})
        assert report["same numbers"] and (report["ratio"] <= benchmark.LIMIT) == limit_is_kept
        text = benchmark.table(dict(report, machine="m", data="d", others=0.5))
        assert ("EXCEEDED" in text) != limit_is_kept and "took 50% of the machine" in text
    report = benchmark.summary({"memory": Done([1], [1.5]), "disk": Done([1], [1.25])})
    assert not report["same numbers"]
    assert "THE COSTS DIFFER" in benchmark.table(dict(report, machine="", data="", others=None))
