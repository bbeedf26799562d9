"""Whether this set-up is fast: five short measurements, each with a verdict and a cure.

What each measures decides on the speed of training, and is wrong on many machines without anybody
noticing: the BLAS, the whole of a step, exp and its like, memory, threads that wait.
"""

import os
import time
from typing import NamedTuple

import numpy as np

from yann_weightnorm import theano_setup
from yann_weightnorm.theano_setup import blas, threads

__all__ = ["Finding", "find_out", "page_faults", "product_rate", "spinning", "step_times",
           "tanh_time", "told"]

SIZE = 1536            # of the product that is timed: some milliseconds to a tenth of a second
ROWS = 500             # of the mini batch whose step is timed
# What counts as fast. A good set-up is at 0.8, 2, 0.4, 0 and 0.05.
LEAST_SHARE = 0.5      # of what the processors reach at best, in a product
MOST_STEP = 4.0        # times what the products of a step need by themselves
MOST_TANH = 3.0        # nanoseconds a number; one by one it is 15
MOST_FAULTS = 16.0     # page faults a megabyte; without the measure it is 256
MOST_SPINNING = 0.3    # of one processor
BUSY = 0.5             # programs that want a processor: measurements are disturbed


class Finding(NamedTuple):
    """One measurement.

    Attributes
    ----------
    name : str
    figure : str
        What was measured, with its unit.
    fast : bool or None
        The verdict; None where there is nothing to compare with.
    cure : str
        What to do if it is slow.
    """

    name: str
    figure: str
    fast: object
    cure: str


def find_out():
    """Measure, which takes some ten seconds and compiles the first time.

    Returns
    -------
    list of Finding
    """
    theano_setup.prepare()
    rate = product_rate()
    return [judge_product(rate), judge_step(rate, step_times()), judge_tanh(tanh_time()),
            judge_memory(page_faults()), judge_threads(spinning())]


def told(findings, load=None):
    """Return the findings as text, with what to do about those that are slow.

    Parameters
    ----------
    findings : list of Finding
    load : float, optional
        How many programs wanted a processor before the measurements.
    """
    words = {True: "fast", False: "SLOW", None: "nothing to compare with"}
    wide = [max(len(each[part]) for each in findings) for part in (0, 1)]
    lines = []
    for each in findings:
        lines.append(f"  {each.name:<{wide[0]}}  {each.figure:<{wide[1]}}  {words[each.fast]}")
        if each.fast is False:
            lines.append(f"    -> {each.cure}")
    slow = sum(each.fast is False for each in findings)
    lines.append(f"{slow} of {len(findings)} are slow." if slow else "This set-up is fast.")
    if load is not None and load > BUSY:
        lines.append(f"Other programs were busy before (load {load:.1f} on {threads.cores()} "
                     f"processors): measure again when they are not.")
    return "\n".join(lines)


# -- measurements ----------------------------------------------------------------------------------

def product_rate(size=SIZE, rounds=5):
    """Return the GFLOP/s of Theano's product of two matrices, the best of `rounds`."""
    import theano
    import theano.tensor as T
    matrix = theano.shared(np.ones((size, size), theano.config.floatX))
    product = theano.function([], [], updates=[(matrix, T.dot(matrix, matrix) / size)])
    return 2e-9 * size ** 3 / best(product, rounds)


def step_times(width=800, rounds=10):
    """Return the seconds of a training step, the best of `rounds`, and its GFLOP in products.

    The network is a perceptron 784-`width`-`width`-10 with weight norm.
    """
    from yann_weightnorm import dataset_from_arrays, network
    rng = np.random.RandomState(0)
    images = rng.uniform(size=(ROWS, 28, 28)), rng.randint(10, size=ROWS)
    net = network(rng=rng, verbose=0)
    net.add_module("datastream", {"id": "data", "dataset": dataset_from_arrays(
        images, mini_batch_size=ROWS)})
    net.add_layer("input", id="input", origin="data")
    for id in ("first", "second"):
        net.add_layer("weightnorm_dot", id=id, num_neurons=width)
    net.add_layer("weightnorm_classifier", id="softmax", num_classes=10)
    net.add_layer("objective", id="cost")
    net.cook(resultor=None)
    products = 2 * 784 * width + 3 * width * (width + 10)
    return best(lambda: net.mini_batch_train(0), rounds), 2e-9 * ROWS * products


def tanh_time(numbers=40000, rounds=20):
    """Return the nanoseconds that tanh takes for a number, the best of `rounds`."""
    import theano
    import theano.tensor as T
    x = theano.shared(np.linspace(-3, 3, numbers).astype(theano.config.floatX))
    y = theano.shared(x.get_value())
    tanh = theano.function([], [], updates=[(y, T.tanh(x))])
    return 1e9 * best(tanh, rounds) / numbers


def page_faults(megabytes=128, rounds=3):
    """Return how often the kernel is asked for memory, a megabyte, that was just given back.

    Returns
    -------
    float or None
        None where the system doesn't count page faults.
    """
    try:
        from resource import RUSAGE_SELF, getrusage
    except ImportError:                                 # Windows
        return None

    def fill():
        # Below 4 MB NumPy asks for no huge pages, whose faults would be few.
        return [np.ones(2 ** 20, np.uint8) for _ in range(megabytes)]

    fill()
    before = getrusage(RUSAGE_SELF).ru_minflt
    for _ in range(rounds):
        fill()
    return (getrusage(RUSAGE_SELF).ru_minflt - before) / (rounds * megabytes)


def spinning(size=512, pause=0.02, rounds=10):
    """Return what share of one processor is used while nothing is to do after a product."""
    import theano
    import theano.tensor as T
    matrix = theano.shared(np.ones((size, size), theano.config.floatX))
    product = theano.function([], [], updates=[(matrix, T.tanh(T.dot(matrix, matrix)))])
    used = []
    for _ in range(rounds):
        product()
        begin = time.process_time(), time.perf_counter()
        time.sleep(pause)
        used.append((time.process_time() - begin[0]) / (time.perf_counter() - begin[1]))
    return sorted(used)[rounds // 2]


def best(function, rounds):
    """Return the least seconds of `rounds` calls, after one that doesn't count."""
    function()
    return min(seconds(function) for _ in range(rounds))


def seconds(function):
    """Return the time that one call takes."""
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


# -- verdicts --------------------------------------------------------------------------------------

def judge_product(rate):
    """Return the finding on a matrix product of `rate` GFLOP/s."""
    chosen, figure = blas.choice(), f"{rate:.0f} GFLOP/s"
    if on_a_gpu() or chosen is not None and not chosen.verdict.peak:
        return Finding("matrix product", figure, None, "")
    if chosen is None:
        return Finding("matrix product", figure, False, blas_cure())
    peak = chosen.verdict.peak * threads.cores()
    return Finding("matrix product", f"{figure}, {threads.cores()} processors reach {peak:.0f}",
                   rate >= LEAST_SHARE * peak, blas_cure())


def on_a_gpu():
    """Return whether Theano computes elsewhere than on the processor."""
    import theano
    return not theano.config.device.startswith("cpu")


def blas_cure():
    """Return what makes products fast."""
    steering = [f"{name}={os.environ[name]}" for name in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
                if name in os.environ]
    if steering:
        return f"{' and '.join(steering)} chooses the kernel that runs: unset it, and try again"
    few = [f"{name}={os.environ[name]}" for name in threads.COUNTS
           if os.environ.get(name, "").isdigit() and int(os.environ[name]) < threads.cores()]
    if few:
        return f"{' and '.join(few)} takes fewer threads than there are processors: unset it"
    if blas.choice() is None or "scipy-openblas32" not in blas.choice().candidate.name:
        return ("pip install scipy-openblas32, and leave blas.ldflags to the package: "
                f"{why('blas') or 'another BLAS is in use'}")
    return "look for other programs that are busy, and for a limit on this one's processors"


def judge_step(rate, measured):
    """Return the finding on a training step: (seconds, GFLOP of its products)."""
    taken, work = measured
    times = taken * rate / work
    return Finding("training step", f"{1e3 * taken:.1f} ms, {times:.1f} times its products alone",
                   times <= MOST_STEP, "what isn't products takes its time: see the lines below, "
                   "and `python -m benchmarks` of the repository")


def judge_tanh(nanoseconds):
    """Return the finding on tanh."""
    return Finding("tanh", f"{nanoseconds:.1f} ns a number", nanoseconds <= MOST_TANH,
                   f"exp, tanh and sigmoid go number by number: {why('vector')}")


def judge_memory(faults):
    """Return the finding on memory that is given back and asked for again."""
    figure = "page faults aren't counted here" if faults is None else \
        f"{faults:.1f} page faults a megabyte"
    return Finding("memory", figure, None if faults is None else faults <= MOST_FAULTS,
                   f"freed memory goes back to the kernel at every step: {why('malloc')}")


def judge_threads(share):
    """Return the finding on threads that wait."""
    return Finding("waiting threads", f"use {share:.0%} of a processor", share <= MOST_SPINNING,
                   f"they spin instead of sleeping, in each other's way: {why('threads')}; unset "
                   f"OMP_WAIT_POLICY, GOMP_SPINCOUNT and OPENBLAS_THREAD_TIMEOUT, and import "
                   f"yann_weightnorm first")


def why(name):
    """Return what is said of the measure `name` where it is off, or of what it did."""
    return next((f"the measure {name!r} is {'on' if measure.on else 'off'}: {measure.why}"
                 for measure in theano_setup.applied() if measure.name == name), "")
