"""Train one network in upstream YANN or in the bundled toolbox, and print what it cost.

One script for both, on Python 2.7 and 3: that is what YANN's interface is for. The task comes as
JSON on standard input, and the last line of the output is JSON; see patches/side_by_side.py.
"""

import json
import sys
import time

import numpy as np

__all__ = ["build", "train"]


def build(task, network):
    """Return the network of `task`, cooked, and with weights large enough to learn soon.

    Parameters
    ----------
    task : dict
        `layers`, a list of [type, options]; `optimizer`; `cook`, options of cook; `scale`, of the
        start; `data`, a folder in YANN's format; `folder` for what a network writes.
    network : class
        Upstream's or the toolbox's.
    """
    np.random.seed(task["seed"])
    net = network(verbose=0)
    modules = {"datastream": {"dataset": task["data"], "id": "data"},
               "optimizer": dict(task["optimizer"], id="main"),
               "resultor": {"root": task["folder"] + "/results", "id": "results"},
               "visualizer": {"root": task["folder"] + "/pictures", "sample_size": 1,
                              "id": "pictures"}}
    for kind, params in sorted(modules.items()):
        net.add_module(type=kind, params=params, verbose=0)
    net.add_layer(type="input", id="input", origin="data", verbose=0)
    for number, (kind, options) in enumerate(task["layers"]):
        net.add_layer(type=kind, id="layer" + str(number), verbose=0, **options)
    net.cook(verbose=0, **task["cook"])
    for number, (kind, _) in enumerate(task["layers"]):
        params = net.dropout_layers["layer" + str(number)].params or [None]
        length = params["weightnorm" in kind]  # g of [v, g, b], w of [w, b]
        if length is not None:
            length.set_value((length.get_value() * task["scale"]).astype(length.dtype))
    return net


def train(net, task):
    """Return the costs of the first steps, and the seconds of the fastest of later epochs."""
    net.learning_rate.set_value(np.asarray(task["rate"], net.learning_rate.dtype))
    batches = net.cooked_datastream.mini_batches_per_batch[0]
    costs = [float(net.mini_batch_train(step % batches, step // batches))
             for step in range(task["steps"])]
    seconds = []
    for _ in range(task["epochs"]):
        start = time.time()
        for index in range(batches):
            net.mini_batch_train(index, 0)
        seconds.append(time.time() - start)
    return {"costs": costs, "seconds": min(seconds)}


def plain(value):
    """Return what JSON gave as YANN takes it: tuples for lists, str for Python 2's unicode."""
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list):
        return tuple(plain(part) for part in value)
    return value if isinstance(value, (bool, int, float)) or value is None else str(value)


def main():
    """Do the task on standard input."""
    task = plain(json.load(sys.stdin))
    if task["toolbox"] == "upstream":
        from yann.network import network
    else:
        from yann_weightnorm import network
    sys.stdout.write("\n" + json.dumps(train(build(task, network), task)) + "\n")


if __name__ == "__main__":
    main()
