"""Both sides of the benchmarks train the same networks; what is concluded from their times.

No times are looked at here. Where PyTorch isn't, the tests of its side are skipped.
"""

import contextlib
import functools
import io
import json
import re
import sys
import unittest
from unittest import mock

import numpy as np
from matplotlib.image import imread
from numpy.testing import assert_allclose

from benchmarks import bench, machine, ours, plots, report, tables, targets, timing, worker
from benchmarks.idle import Others
from benchmarks.interleave import Rival, ratio
from benchmarks.networks import ARMS, Conv, Dense, Net, Recurrent, arms_of, data, flops, named
from benchmarks.plan import GROWTH, NETWORKS, Measurement, everything, plan, rivals
from benchmarks.results import Results, busy
from tests.small import message, temporary_folder, without_c_code
from yann_weightnorm import to_torch

TINY = (
    Net("dense", 4, (3, 2, 1), (Dense(5), Dense(4))),
    Net("conv", 4, (8, 8, 2), (Conv(3, 3, 1, 2, slope=0.1), Conv(4, 3, 0, 2, "mean"), Dense(3))),
    Net("recurrent", 4, (5, 3, 1), (Recurrent(4),)),
)
RATE, STEPS = 0.5, 4


def peer():
    """Return PyTorch's side, or skip the test."""
    try:
        from benchmarks import peer as side
    except ImportError as error:
        raise unittest.SkipTest(f"needs PyTorch: {error}") from error
    return side


@functools.lru_cache(maxsize=None)
def our(net, arm):
    """Return our network, and the costs of its first steps at a rate that moves them."""
    with without_c_code():
        built = ours.build(net, arm)
        start = to_torch_state(built, net, arm)
        built.set_learning_rate(RATE)
        step = ours.stepper(built)
        return built, start, [float(step(number)) for number in range(STEPS)]


def to_torch_state(built, net, arm):
    """Return what PyTorch's side is to begin with, name -> array."""
    recurrent = net.name == "recurrent"
    if arm == "batch norm" and recurrent:
        layer = built.layers["hidden1"]
        found = {f"hidden1.{name}": getattr(layer, name).get_value()
                 for name in ("gamma_x", "gamma_h", "gamma_c", "beta_c")}
        found.update({"hidden1.weight_ih": layer.w_x.get_value().T, "hidden1.bias":
                      layer.b.get_value(), "hidden1.weight_hh": layer.w_h.get_value().T})
        return dict(found, **to_torch(built, layers=["softmax"]))
    if "mean-only" in arm:  # it begins as weight norm does: means and biases at 0
        alike = ours.build(net, "weight norm")
        return {name: array for name, array in to_torch(alike).items() if "bias" not in name}
    if recurrent and arm == "weight norm":
        found = to_torch(built, style="weight_norm", layers=["hidden1"],
                         names={"hidden1": "hidden1.lstm"})
        return dict(found, **to_torch(built, layers=["softmax"]))
    return to_torch(built, names={"hidden1": "hidden1.lstm"} if recurrent else None)


def cases():
    return [(net, arm) for net in TINY for arm in arms_of(net)]


# -- the networks ----------------------------------------------------------------------------------

def test_both_sides_take_the_same_steps():
    torch_side = peer()
    import torch
    for net, arm in cases():
        _, start, wanted = our(net, arm)
        module = torch_side.build(net, arm)
        absent = module.load_state_dict({name: torch.tensor(np.ascontiguousarray(array))
                                         for name, array in start.items()}, strict=False)
        assert not absent.unexpected_keys, absent
        assert all(re.search("_mean.|bias$|num_batches", n) for n in absent.missing_keys), absent
        sgd = torch_side.optimizer(module)
        sgd.param_groups[0]["lr"] = RATE
        x, y = (part.view(2, net.rows, *part.shape[1:]) for part in torch_side.tensors(data(net)))
        costs = [torch_side.train_step(module, sgd, x[n % 2], y[n % 2]) for n in range(STEPS)]
        assert_allclose(costs, wanted, rtol=1e-4, err_msg=f"{net.name}, {arm}")
        assert abs(wanted[2] - wanted[0]) > 1e-3, "the steps change nothing"


def test_both_sides_learn_as_many_numbers():
    torch_side = peer()
    for net, arm in cases():
        count = sum(p.numel() for p in torch_side.build(net, arm).parameters() if p.requires_grad)
        assert count == numbers(our(net, arm)[0]), (net.name, arm)


def numbers(built):
    """Return how many numbers training changes."""
    return sum(p.get_value().size for p in built.active_params)


def test_each_arm_has_what_its_name_says():
    for net in TINY:
        plain = numbers(our(net, "plain")[0])
        outputs = {"dense": 5 + 4, "conv": 3 + 4 + 3, "recurrent": 4 * 4 + 4 * 4 + 4 + 4}[net.name]
        added = {"plain": 0, "batch norm": 2 * outputs,
                 "weight norm": {"recurrent": 2 * 4 * 4}.get(net.name, outputs) + 10}
        if net.name == "recurrent":
            added["batch norm"] = outputs
        added["mean-only + weight norm"] = added["weight norm"]
        for arm in arms_of(net):
            assert numbers(our(net, arm)[0]) - plain == added[arm], (net.name, arm)


def test_pytorch_multiplies_as_often_as_is_counted():
    torch_side = peer()
    import torch
    try:
        from torch.utils.flop_counter import FlopCounterMode
    except ImportError as error:
        raise unittest.SkipTest(f"needs a newer PyTorch: {error}") from error
    for net in TINY[:2]:  # its counter doesn't know an LSTM
        module = torch_side.build(net, "plain")
        x, y = (part[:net.rows] for part in torch_side.tensors(data(net)))
        with FlopCounterMode(display=False) as counter:
            torch.nn.functional.cross_entropy(module(x), y).backward()
        assert counter.get_total_flops() == flops(net), net.name


def test_we_multiply_as_often_as_is_counted():
    for net in TINY:
        layers = our(net, "plain")[0].layers
        found = [np.prod(layers["softmax"].w.get_value().shape)]
        for layer in (layers[id] for id in layers if id.startswith("hidden")):
            if hasattr(layer, "steps") and hasattr(layer, "w_h"):
                found += [layer.steps * w.get_value().size for w in (layer.w_x, layer.w_h)]
            elif hasattr(layer, "w"):
                found.append(layer.w.get_value().size * np.prod(getattr(layer, "conv_shape", 1)))
        lowest = {"dense": 6 * 5, "conv": 64 * 9 * 2 * 3, "recurrent": 5 * 3 * 16}[net.name]
        assert flops(net) == 2 * net.rows * (3 * sum(found) - lowest), net.name


def test_networks_go_by_name():
    assert named("mlp-100-w32-d3") == Net("mlp-100-w32-d3", 100, (28, 28, 1), (Dense(32),) * 3)
    assert named("mlp-500").hidden == (Dense(800), Dense(800)) and named("lenet").rows == 500
    said = message(ValueError, named, "cnn-third")
    assert "'cnn-third'" in said and "cnn-quarter" in said
    # The paper's: the multiplications of one image, in millions (appendix A of its code).
    full = named("cnn-full")
    assert [layer.maps for layer in full.hidden] == [96] * 3 + [192] * 6
    assert abs(flops(full) / 200 / 3e6 - 399.5) < 1 and full.shape == (32, 32, 3)
    for each in everything():
        if each.measure == "steps":
            assert set(each.arms) <= set(arms_of(named(each.subject)))
    assert arms_of(named("lstm")) == ARMS[:3]


# -- measuring -------------------------------------------------------------------------------------

def test_functions_take_turns():
    calls = []
    times = timing.in_turn({"a": lambda n: calls.append(("a", n)),
                            "b": lambda n: calls.append(("b", n))}, 8)
    assert calls == [(name, number) for number in range(10) for name in "ab"]
    assert [len(spent) for spent in times.values()] == [8, 8]
    assert timing.peak_memory() > 10 and 0 <= (Others().share() or 0) <= 1


def test_a_worker_prints_what_it_measured():
    out = io.StringIO()
    with without_c_code(), contextlib.redirect_stdout(out):
        worker.main(["steps", "ours", "mlp-4-w3-d1", "--steps", "2", "--arms", "plain"])
    found = json.loads(out.getvalue())
    assert len(found["ms"]["plain"]) == 2 and found["megabytes"] > 10
    assert found["versions"]["Theano"] == "1.0.5" and found["kernels"]


def test_our_epochs_are_timed():
    with without_c_code():
        assert len(ours.epochs(TINY[0], "plain", mini_batches=3, count=2)) == 2


def test_pytorchs_epochs_are_timed():
    assert len(peer().epochs(TINY[0], "plain", mini_batches=3, count=2)) == 2


def test_a_study_is_timed():
    from benchmarks.studies import throughput
    found = throughput(1, epochs=1, networks="mlp 4", arms="normal", seeds="0", train_rows="100")
    assert found["runs"] == 1 and found["seconds"] > 0 and found["workers"] == 1


def test_what_steers_the_kernels_is_unset():
    given = {"OPENBLAS_CORETYPE": "Haswell", "THEANO_FLAGS": "floatX=float64,base_compiledir=there"}
    with mock.patch.dict("os.environ", given):
        found = machine.environ("folder", "openmp=False")
    assert found["OPENBLAS_CORETYPE"] is None
    assert found["THEANO_FLAGS"] == "base_compiledir=there,openmp=False"
    assert found["PYTHONPATH"].startswith("folder" + ":" + str(machine.ROOT))
    rival = Rival("it", [sys.executable, "-c", "import os; print('[1]' if os.environ.get("
                                               "'OPENBLAS_CORETYPE') else '[0]')"], found)
    with mock.patch.dict("os.environ", given):
        assert rival.run() == [0]


def test_a_program_that_fails_is_told_with_its_words():
    rival = Rival("it", [sys.executable, "-c", "raise SystemExit('no luck')"])
    said = message(RuntimeError, rival.run)
    assert "it failed" in said and "no luck" in said


def test_the_plan_is_narrowed_by_name():
    assert {each.subject for each in plan(["cnn"])} == {n for n in NETWORKS if n[:3] == "cnn"}
    assert [each.measure for each in plan(["study"])] == ["study"]
    assert all(each.sides == ("ours",) for each in plan(["mlp-50"], ("ours",)))
    assert {each.subject for each in plan(["mlp", "mlp-50"])} == {"mlp-500", "mlp-100", "mlp-50"}
    grown = {name for names in GROWTH.values() for name in names.values()}
    assert {each.subject for each in plan(["growth"])} == grown
    said = message(ValueError, plan, ["lstn"])
    assert "lstn" in said and "cnn-half" in said and "memory" in said
    subjects = {each.subject for each in plan() if each.measure == "steps"}
    assert set(NETWORKS) | {n for names in GROWTH.values() for n in names.values()} == subjects
    cold, warm = rivals(Measurement("compiling", "lenet", ("cold", "warm")), 5, "there")
    assert cold.environ["THEANO_FLAGS"] == warm.environ["THEANO_FLAGS"] == "base_compiledir=there"


# -- results ---------------------------------------------------------------------------------------

def line(measure="steps", subject="lstm", side="ours", number=0, **more):
    """Return a made-up measurement."""
    return dict({"measure": measure, "subject": subject, "side": side, "round": number, "steps": 20,
                 "machine": machine.machine(), "date": "2026-01-02", "others": 0.01}, **more)


def options(*words):
    return bench.parse(["--sides", "ours", *words])


def test_measuring_goes_on_where_it_was():
    with temporary_folder() as folder:
        path = folder / "new" / "r.jsonl"
        results = Results(path)
        assert len(bench.chosen(options("--only", "lstm"), results)) == 3
        results.add([line(number=0)])
        results.add([line(number=1, others=0.5)])
        results.add([line(number=2, steps=5)])
        again = Results(path)
        assert again.lines == results.lines and busy(again.lines[1]) and not busy(again.lines[0])
        assert [n for n, _ in bench.chosen(options("--only", "lstm"), again)] == [1, 2]
        assert [n for n, _ in bench.chosen(options("--only", "lstm", "--quick"), again)] == []
        assert not busy(line("memory", others=0.5))  # it takes as much, whoever else is there
        again.add([line(number=1)])
        assert len(Results(path).lines) == 3 and not busy(Results(path).select("steps")[1])
        path.write_text(path.read_text() + '{"measure": "st')
        assert "line 5" in message(ValueError, Results, path)
        assert Results(path, fresh=True).lines == [] and not path.exists()


def test_two_machines_are_not_mixed():
    with temporary_folder() as folder:
        results = Results(folder / "r.jsonl")
        results.add([line(machine="64 cores")])
        said = message(ValueError, bench.chosen, options(), results)
        assert "64 cores" in said and "--fresh" in said
        err = io.StringIO()
        with contextlib.redirect_stderr(err):
            assert bench.main(["--results", str(results.path), "--sides", "ours"]) == 2
        assert "64 cores" in err.getvalue()


def test_a_measurement_is_carried_out_and_kept():
    with temporary_folder() as folder:
        results = Results(folder / "r.jsonl")
        rival = Rival("ours", [sys.executable, "-c", "print('{\"ms\": {\"plain\": [1, 2]}}')"])
        found = bench.run(rival, plan(["lstm"])[0], 1, 2)
        results.add([found])
        kept, = Results(results.path).select("steps", "lstm", "ours")
        assert kept["ms"] == {"plain": [1, 2]} and kept["round"] == 1 and kept["steps"] == 2
        assert kept["machine"] == machine.machine() and kept["date"] == machine.today()


def next_of(rounds, *_):
    """Return the rivals of the next round."""
    return rounds.pop(0)


def test_what_fails_or_is_interrupted_keeps_what_was_measured():
    good, bad = (Rival("ours", [sys.executable, "-c", code]) for code in (
        "print('{\"ms\": {\"plain\": [1.0]}}')", "raise SystemExit('no memory')"))
    for wrong, code, words in ((bad, 2, "no memory"), (mock.Mock(), 130, "goes on")):
        wrong.name = "ours"
        if code == 130:
            wrong.run.side_effect = KeyboardInterrupt
        with temporary_folder() as folder, mock.patch.object(
                bench, "rivals", functools.partial(next_of, [[good], [good, wrong]])):
            err, path = io.StringIO(), folder / "r.jsonl"
            with contextlib.redirect_stderr(err), contextlib.redirect_stdout(io.StringIO()):
                assert bench.main(["--only", "lstm", "--sides", "ours", "--results",
                                   str(path)]) == code
            assert words in err.getvalue()
            # The second round is dropped whole: sides are compared that took turns.
            assert [kept["round"] for kept in Results(path).lines] == [0]


# -- what is concluded -----------------------------------------------------------------------------

def made_up(folder):
    """Return results of one network and the other measures, with ratios that are known."""
    results = Results(folder / "r.jsonl")
    kernels = {"versions": {"Theano": "1.0.5"}, "kernels": "fast ones"}
    for number, speed in enumerate((1.0, 2.0, 3.0)):  # the machine gets slower; ratios stay
        ms = {"plain": [10 * speed] * 3, "weight norm": [10.1 * speed, 10.2 * speed, 99 * speed]}
        results.add([line(number=number, ms=ms, **kernels)])
        for side, factor in (("torch", 0.9), ("torch-malloc", 1.25)):
            results.add([line(side=side, number=number, ms={
                "plain": [9 * speed], "weight norm": [10.2 * speed / factor]})])
        for side, megabytes in (("ours", 300), ("torch", 250)):
            results.add([line("memory", side=side, number=number, megabytes=megabytes)])
        for side, seconds in (("1 worker", 60), ("2 workers", 35 - number)):
            results.add([line("study", "mlp", side, number, seconds=seconds, runs=12)])
        for side, seconds in (("cold", 39), ("warm", 3.2)):
            results.add([line("compiling", "lenet", side, number, seconds=seconds)])
        results.add([line("loading", "mlp-100", "ours", number,
                          ms={"step": [5.0], "epoch": [5.5, 5.6]})])
        results.add([line("streaming", "mlp-500", "ours", number, ratio=1.01)])
        results.add([line(subject="mlp-200", number=number, ms={"plain": [4.0]})])
    return results


def test_ratios_and_verdicts_are_those_of_the_rounds():
    with temporary_folder() as folder:
        found = {(t.subject, t.what): t for t in targets.verdicts(made_up(folder))}
    wanted = {("lstm", "weight norm / plain"): (1.02, True),
              ("lstm", "ours / PyTorch"): (0.9, True),
              ("lstm", "ours / PyTorch, same malloc"): (1.25, False),
              ("lstm", "memory, ours / PyTorch"): (1.2, True),
              ("study", "2 workers / 1 worker"): (60 / 34, False),
              ("lenet", "seconds to the first step, cold"): (39, True),
              ("lenet", "seconds to the first step, warm"): (3.2, False),
              ("mlp-500", "streamed / in memory"): (1.01, True)}
    for key, (value, met) in wanted.items():
        assert_allclose(found[key].value, value, err_msg=str(key))
        assert found[key].met is met and len(found[key].values) == 3, key
    rest = [target for key, target in found.items() if key not in wanted]
    assert len(rest) == 25 and all(target.met is None and target.value is None for target in rest)
    assert ratio([2, 6, 5], [1, 2, 5]) == 2


def test_every_promise_of_the_issue_is_asked_for():
    with temporary_folder() as folder:
        found = targets.verdicts(Results(folder / "none.jsonl"))
    limits = {(t.subject, t.what): t.limit for t in found}
    steps = [[limits[name, what] for what in ("weight norm / plain", "ours / PyTorch",
                                              "ours / PyTorch, same malloc")] for name in NETWORKS]
    assert steps == [[1.03, 0.6, 0.7], [1.1, 0.8, 0.8], [1.02, 0.7, 0.9], [1.02, 0.9, 1.0],
                     [1.02, 0.8, 1.0], [1.02, 0.8, 1.0], [1.02, 1.0, 1.0]]
    assert {limits[name, "memory, ours / PyTorch"] for name in NETWORKS} == {1.2}


def test_the_page_and_its_pictures_show_what_was_measured():
    with temporary_folder() as folder:
        results = made_up(folder)
        text = report.write_page(results, folder / "docs").read_text("utf-8")
        for name in re.findall(r"\(images/(.*?)\)", text):
            assert imread(str(folder / "docs" / "images" / name)).std() > 0
        figures = plots.draw_steps(results), plots.draw_growth(results)
    assert "| lstm | ours / PyTorch, same malloc | 1.25 [1.25, 1.25] | <= 1.00 | NOT MET |" in text
    assert "| lstm | weight norm | 20.4 [10.2, 30.6] | 22.7 [11.3, 34.0] |" in text
    assert "| lstm | 300 [300, 300] | 250 [250, 250] | - |" in text
    assert "not measured" in text and machine.machine() in text and "2026-01-02" in text
    assert "kernels: fast ones" in text and "OPENBLAS_CORETYPE" in text
    bars = [bar.get_width() for bar in figures[0].axes[1].patches if bar.get_width()]
    assert_allclose(sorted(bars), sorted([10 / 9, 1.25]))
    line_, = [each for each in figures[1].axes[0].lines if each.get_label() == "ours, plain"]
    assert list(line_.get_xdata()) == [200] and list(line_.get_ydata()) == [4.0]


def test_a_terminal_gets_the_same_tables():
    with temporary_folder() as folder:
        results, out = made_up(folder), io.StringIO()
        results.add([line(number=0, others=0.2, ms={"plain": [1.0], "weight norm": [1.0]})])
        with contextlib.redirect_stdout(out):
            assert bench.tell(results) == 1
    text = out.getvalue()
    assert "1 of 36 measurements" in text and "not measured" not in text
    assert re.search(r"lstm +ours / PyTorch, same malloc +1\.25", text)
    assert tables.spread([3.0, 1.0, 2.0]) == "2.0 [1.0, 3.0]" and tables.spread([1.0]) == "1.0"
    assert tables.markdown([("a", "b"), ("1", "2")]) == "| a | b |\n|---|---|\n| 1 | 2 |"
