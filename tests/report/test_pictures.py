"""Learning curves as pictures: every graph is wide enough to be read."""

import io
import tempfile

import numpy as np
from PIL import Image

from tests.report.made_up import make_header
from tests.report.test_comparison import RUN
from yann_weightnorm.plan import Metric, Plan
from yann_weightnorm.records import RunWriter, read_records
from yann_weightnorm.report.comparison import compare
from yann_weightnorm.report.palette import looks
from yann_weightnorm.report.pictures import picture

LEFT_SPINE = 100  # pixels in a column that is dark from top to bottom of a graph


def drawn(count):
    """Return the pixels of a picture of `count` metrics, 0 to 255."""
    metrics = {f"m{place}": Metric(f"m{place}") for place in range(count)}
    plan = Plan(metrics=metrics, finals={}, judge="m0")
    with tempfile.TemporaryDirectory() as folder:
        with RunWriter(folder, "run", make_header(dict(RUN, arm="plain", learning_rate=0.1, seed=0),
                                                  plan=plan._asdict())) as record:
            for epoch in (1, 2):
                record.epoch(epoch, seconds=1, **dict.fromkeys(metrics, float(epoch)))
            record.end("finished")
        comparisons = compare(read_records(folder).runs)
    with Image.open(io.BytesIO(picture(comparisons, looks(comparisons)))) as image:
        return np.asarray(image.convert("L"))


def graphs_in_a_line(pixels):
    """Return how many left spines the upper line of graphs has."""
    dark = (pixels[:400] < 60).sum(axis=0) > LEFT_SPINE
    return int(np.count_nonzero(dark[1:] & ~dark[:-1]))


def test_a_line_has_five_graphs_at_most_and_more_are_in_more_lines():
    few, many = drawn(5), drawn(8)
    assert graphs_in_a_line(few) == 5
    assert graphs_in_a_line(many) == 4
    assert many.shape[0] > 1.5 * few.shape[0] and many.shape[1] == few.shape[1]
