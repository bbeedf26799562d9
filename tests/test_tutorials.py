"""The lessons: each is run on small data, cell by cell, and shows what it says."""

import contextlib
import importlib.util
import io
import pathlib
import re
import unittest

import matplotlib.pyplot as plt
import numpy as np
from numpy.testing import assert_allclose

from tests.small import temporary_folder, without_c_code
from tests.test_examples import data

ROOT = pathlib.Path(__file__).resolve().parent.parent
LESSONS, NOTEBOOKS = ROOT / "examples" / "tutorials", ROOT / "docs" / "tutorials"


def cells(name):
    """Return the (heading, text) of the cells of a lesson: '# %%' and what follows it."""
    text = (LESSONS / f"{name}.py").read_text(encoding="utf-8")
    return re.findall(r"^(# %%[^\n]*)\n(.*?)(?=^# %%|\Z)", text, re.MULTILINE | re.DOTALL)


def lesson(name, **parameters):
    """Run a lesson with other parameters; return the names it leaves, and what it 'printed'.

    Pictures are drawn and not shown.
    """
    names, said, backend = {"__name__": "lesson"}, io.StringIO(), plt.get_backend()
    plt.switch_backend("agg")
    try:
        with temporary_folder(), without_c_code(), contextlib.redirect_stdout(said):
            for heading, text in cells(name):
                exec(compile(text, f"{name}.py", "exec"), names)
                if "parameters" in heading:
                    assert set(parameters) <= set(names), parameters
                    names.update(parameters)
            names["figures"] = [plt.figure(number) for number in plt.get_fignums()]
    finally:
        plt.close("all")
        plt.switch_backend(backend)
    return dict(names, printed=said.getvalue())


def check_arms(arms, rates):
    """Check that each arm was trained at each rate, and learnt something at its best."""
    for name, runs in arms.items():
        assert [run.rate for run in runs] == list(rates), name
        assert any(run.cost < run.history[0].cost for run in runs), name


def test_logistic_regression():
    rates = 0.1, 1.0
    found = lesson("log_reg", dataset=data(), EPOCHS=6, RATES=rates)
    check_arms(found["arms"], rates)
    assert_allclose(*found["beginnings"], rtol=1e-5)
    assert "softmax.v (100, 10), softmax.g (1, 10), softmax.b (10,)" in found["printed"]
    assert "softmax.w (100, 10), softmax.b (10,)" in found["printed"]
    grown = [float(line.split()[1]) for line in found["printed"].splitlines()[-len(rates):]]
    assert 0.1 < grown[0] < grown[1]
    assert [len(figure.axes) for figure in found["figures"]] == [2, 10]


def test_weight_norm_from_scratch():
    found = lesson("weight_norm_from_scratch", dataset=data(), STEPS=200, NEURONS=12)
    check_gradients(found["compose"], found["gradients"])
    for by_numbers, by_equation in (("numeric_v", "slope_v"), ("numeric_g", "slope_g"),
                                    ("projected", "slope_v"), ("graph_v", "slope_v"),
                                    ("graph_g", "slope_g")):
        assert_allclose(found[by_numbers], np.ravel(found[by_equation]), rtol=1e-7)
    check_growth(found["walk"](1.0))
    first, last = ([found["descend"](rate, 200)[1][at] for rate in (0.01, 1.0)] for at in (0, -1))
    assert_allclose(first[1] / first[0], 100)
    assert last[1] / last[0] < 3
    for t in found["started"]:
        assert_allclose(t.mean(axis=0), np.zeros(12), atol=1e-12)
        assert_allclose(t.std(axis=0), np.ones(12), rtol=1e-12)
    deviations = [t.std() for t in found["reached"]["small weights"]]
    assert np.all(np.diff(np.log(deviations)) < -1), deviations
    assert_allclose(found["t"].std(axis=0), np.ones(12), rtol=1e-4)  # what the layer was set to
    before, after, step = found["sizes"]
    assert_allclose(after, np.hypot(before, step), rtol=1e-5)
    assert np.all(after > before)
    assert len(found["figures"]) == 4


def check_gradients(compose, gradients):
    """Check equation 3 at a point of seven dimensions, for a loss that is no parabola."""
    rng = np.random.RandomState(3)
    v, g, at, step = rng.normal(size=7), -1.7, rng.normal(size=7), 1e-5
    slope_v, slope_g = gradients(v, g, np.cos(compose(v, g) * at) * at)

    def loss(v, g):
        return np.sin(compose(v, g) * at).sum()
    assert_allclose(slope_v, [(loss(v + e, g) - loss(v - e, g)) / (2 * step)
                              for e in step * np.eye(7)], rtol=1e-7)
    assert_allclose(slope_g, (loss(v, g + step) - loss(v, g - step)) / (2 * step), rtol=1e-7)
    assert abs(v @ slope_v) < 1e-14


def check_growth(path):
    """Check that the steps of `path` are at right angles to where they begin, and lengthen v."""
    steps = np.diff(path, axis=0)
    assert_allclose((steps * path[:-1]).sum(axis=1), np.zeros(len(steps)), atol=1e-12)
    assert np.all(np.diff(np.linalg.norm(path, axis=1)) > 0)


def test_a_network_with_hidden_layers():
    rates = 0.03, 1.0
    found = lesson("mlp", dataset=data(), NEURONS=8, EPOCHS=4, RATES=rates)
    check_arms(found["from_data"], rates)
    for name, runs in found["small"].items():  # where every class is as likely as the others
        assert_allclose([run.cost for run in runs], np.log(10), rtol=0.05)
        assert min(run.cost for run in found["from_data"][name]) < np.log(10) - 0.2
    assert set(found["from_data"]) == {"plain", "weight norm", "g fixed"}
    assert_allclose(found["found"]["small weights, at first"], np.ones(3), rtol=1e-5)
    assert min(found["found"]["set by the data, at first"]) > 1
    fixed = found["nets"]["g fixed"].layers
    assert "dot_product_1.g" not in [p.name for p in fixed["dot_product_1"].active_params]
    assert "softmax.g" in [p.name for p in fixed["softmax"].active_params]


def test_a_convolutional_network():
    rates = 0.01,
    found = lesson("lenet", dataset=data(16), MAPS=(2, 3), NEURONS=6, EPOCHS=2, RATES=rates)
    check_arms(found["arms"], rates)
    assert len(found["arms"]) == 4
    assert "conv_pool_2: (20, 3, 2, 2) v (3, 2, 3, 3) g (3, 1, 1, 1) b (3,)" in found["printed"]
    assert "conv_pool_1.w (2, 1, 5, 5)" in found["printed"]
    assert found["difference"] < 1e-6
    assert "conv_pool_1.v" not in [p.name for p in found["plain"].params]
    before, folded = re.search("right: (.*) % before, (.*) % folded", found["printed"]).groups()
    assert before == folded
    assert_allclose((found["directions"] ** 2).sum(axis=(1, 2, 3)), np.ones(2), rtol=1e-5)


def test_an_autoencoder():
    rates = 0.03,
    found = lesson("autoencoder", dataset=data(), CODE=4, EPOCHS=3, RATES=rates, SEEDS=())
    check_arms(found["arms"], rates)
    for name, parts in (("plain", "w"), ("weight norm", "vg")):
        net = found["nets"][name]
        assert [p.name for p in net.active_params] == [
            *(f"encoder.{part}" for part in parts), "encoder.b", "decoder.b"]
        w = net.layers["encoder"].weight_value()
        assert_allclose(net.layers["decoder"].w.eval(), w.T, rtol=1e-6)


def test_two_networks_against_each_other():
    found = lesson("gan", dataset=data(), NEURONS=8, EPOCHS=8, RATES=(0.01,), SEEDS=())
    digits = data().load("test")[0]
    noise = np.random.RandomState(0).uniform(size=digits.shape)
    for name, net in found["nets"].items():
        history = found["arms"][name][0.01].history
        assert np.all(np.isfinite(history.column("discriminator_cost"))), name
        images = found["images"][name][0.01]
        assert found["nearest"](images, digits) < found["nearest"](noise, digits), name
        for mine, theirs in zip(net.layers["D1(x)"].params, net.layers["D1(G(z))"].params):
            assert mine is theirs
    few, more = np.random.RandomState(0).uniform(size=(2, 5, 9))
    apart = np.sqrt(((few[:, None] - more) ** 2).mean(axis=2))
    assert_allclose(found["distances"](few, more), [apart.min(axis=1).mean(),
                                                   apart.min(axis=0).mean()])


# -- the notebooks --------------------------------------------------------------------------------

def script(name):
    """Return docs/notebooks.py as a module."""
    if not all(map(importlib.util.find_spec, ("jupytext", "nbclient"))):
        raise unittest.SkipTest("jupytext and nbclient, of the extra docs, are not installed.")
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_notebook_is_what_becomes_of_its_script():
    import nbformat
    notebook = script("notebooks").notebook
    for path in sorted(LESSONS.glob("*.py")):
        kept = nbformat.read(NOTEBOOKS / f"{path.stem}.ipynb", as_version=4)
        wanted = [(cell.cell_type, cell.source) for cell in notebook(path).cells]
        assert [(cell.cell_type, cell.source) for cell in kept.cells] == wanted, (
            f"docs/tutorials/{path.stem}.ipynb is not made of {path.name}: make notebooks")
        assert all(cell.outputs or cell.execution_count for cell in kept.cells
                   if cell.cell_type == "code"), f"{path.stem}.ipynb was not run: make notebooks"


def test_every_lesson_is_in_the_table_of_contents_and_has_one_parameters_cell():
    index = (NOTEBOOKS / "index.md").read_text(encoding="utf-8")
    for path in LESSONS.glob("*.py"):
        assert re.search(rf"^{path.stem}$", index, re.MULTILINE), path.stem
        assert sum("parameters" in heading for heading, _ in cells(path.stem)) == 1, path.stem
    assert {path.stem for path in NOTEBOOKS.glob("*.ipynb")} == {
        path.stem for path in LESSONS.glob("*.py")}


def test_notebooks_are_small():
    assert sum(path.stat().st_size for path in NOTEBOOKS.glob("*.ipynb")) < 1e6
