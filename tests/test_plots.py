"""The pictures of docs/weightnorm.md: they are drawn, and show what the page says of them."""

import functools
import importlib.util
import pathlib

import numpy as np
from matplotlib.image import imread
from numpy.testing import assert_allclose

from tests.small import temporary_folder
from yann_weightnorm.normalization import norm

DOCS = pathlib.Path(__file__).resolve().parent.parent / "docs"
PAGE = (DOCS / "weightnorm.md").read_text(encoding="utf-8")


@functools.lru_cache(maxsize=None)
def plots():
    """Return the script docs/plots/weightnorm.py as a module."""
    spec = importlib.util.spec_from_file_location("plots", DOCS / "plots" / "weightnorm.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_picture_is_drawn_and_shown():
    with temporary_folder() as folder:
        plots().main(["--out", str(folder)])
        drawn = {path.name: imread(str(path)) for path in folder.iterdir()}
    assert sorted(drawn) == sorted(path.name for path in (DOCS / "images").glob("weightnorm-*.png"))
    for name, pixels in drawn.items():
        assert f"images/{name}" in PAGE
        kept = imread(str(DOCS / "images" / name))
        # Text may be set a little otherwise by another version of Matplotlib.
        assert pixels.shape == kept.shape and abs(pixels - kept).mean() < 0.02, (
            f"{name} is not what docs/plots/weightnorm.py draws; run it")


def test_steps_lengthen_v_as_the_page_says():
    path = plots().turns(rate=0.7)
    sizes = norm(path.T, 0)[0]
    c = norm(np.diff(path, axis=0).T, 0)[0] / sizes[:-1]
    assert_allclose(sizes[1:], np.sqrt(1 + c ** 2) * sizes[:-1], rtol=1e-12)
    unit = path / sizes[:, None]
    turned = np.arccos(np.clip((unit[1:] * unit[:-1]).sum(axis=1), -1, 1))
    assert np.all(np.diff(sizes) > 0) and np.all(np.diff(turned) < 0)


def test_growth_brings_rates_together():
    runs = plots().growths()
    first, last = ([rate * (run.g[at] / run.v[at]) ** 2 for rate, run in runs.items()]
                   for at in (0, -1))
    assert_allclose(first, [0.045, 0.45, 4.5], rtol=0.02)
    assert_allclose(last, [0.023, 0.029, 0.023], rtol=0.03)
    assert_allclose([run.v[-1] for run in runs.values()], [1.3, 3.7, 13], rtol=0.03)


def test_losses_by_rate_are_those_of_the_page():
    rates = list(plots().RATES)
    found = {arm: dict(zip(rates, losses)) for arm, losses in plots().excess().items()}
    assert_allclose([found["g learnt"][0.01], found["g learnt"][0.3]], [0.006, 0.010], atol=5e-4)
    assert_allclose([found["plain"][0.01], found["plain"][0.3]], [0.002, 0.25], atol=5e-4)
    lost = {arm: [rate for rate in rates if not np.isfinite(losses[rate])]
            for arm, losses in found.items()}
    assert lost == {"plain": [1, 3, 10, 100], "g learnt": [3, 10, 100], "g fixed": []}
    assert found["plain"][0.003] < found["g learnt"][0.003]


def test_decay_of_g_shortens_w_and_decay_of_v_lengthens_steps():
    runs = {on: (run.v[-1], run.g[-500:].mean(), 0.1 * (run.g[-1] / run.v[-1]) ** 2,
                 run.error[-500:].mean()) for on, run in plots().decays().items()}
    assert_allclose([runs[on][0] for on in (None, "v")], [4.7, 1.2], atol=0.06)
    assert_allclose([runs[on][1] for on in (None, "g")], [2.0, 2.0 / 1.2], atol=0.02)
    for on in (None, "v"):
        rate, loss = (f"{value:.2g}" for value in runs[on][2:])
        assert rate in PAGE and loss in PAGE, (rate, loss)
