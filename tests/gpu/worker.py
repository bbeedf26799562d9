"""A process that builds networks on a device and tells what became of each, in lines of JSON.

::

    python worker.py FOLDER TASK NAME...

FOLDER is where pygpu lies, if it isn't installed beside Theano. TASK is ``graphs`` (what works on
the host, by OpenCL's graph), ``cuda`` (by the graph for an NVIDIA card), ``steps`` (the costs
of some steps) or ``info`` (what ``yann-weightnorm info`` prints). The device is Theano's own flag.
"""

import contextlib
import json
import sys

sys.path.extend(filter(None, [sys.argv[1]]))    # last: NumPy is there too

from tests import small  # noqa: E402 - prepares Theano
from tests.gpu import networks  # noqa: E402
import theano  # noqa: E402, I001

__all__ = []

STEPS = 20


def graphs(name, card=contextlib.nullcontext):
    """Return what of a training function works on the host."""
    from tests.gpu import residence, unlinked
    net = networks.ALONE[name]()
    with unlinked.unlinked(), card():
        return {"host": residence.on_host(net.train_step.compile().maker.fgraph)}


def cuda(name):
    """Return the same of the graph for an NVIDIA card."""
    from tests.gpu import unlinked
    return graphs(name, unlinked.as_for_cuda)


def steps(name):
    """Return the costs of the first steps, and what stood in the network."""
    processor = theano.config.device == "cpu"
    with small.without_c_code() if processor else contextlib.nullcontext():
        net = networks.STACKS[name]()
        stream = net.datastream["data"]
        stream.set_data("train", 0, verbose=0)
        costs = [float(net.train_step(step % stream.mini_batches_per_batch[0], 0)[0])
                 for step in range(STEPS)]
    return {"costs": costs, "types": sorted({view.type for view in net.layers.values()})}


def info(name):
    """Return what is said of the set-up, and of the measure `name`."""
    from yann_weightnorm.info import describe
    lines = describe(speed=False).splitlines()
    return {"lines": [line for line in lines if line.split()[:1] in (["device"], [name])]}


def main(task, names):
    """Do `task` for each network of `names`; what goes wrong with one is its result."""
    for name in names:
        print(json.dumps({"begin": name}), flush=True)
        try:
            result = task(name)
        except Exception as error:
            result = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps({"name": name, **result}), flush=True)


if __name__ == "__main__":
    main({"graphs": graphs, "cuda": cuda, "steps": steps, "info": info}[sys.argv[2]], sys.argv[3:])
