"""A small perceptron, and what is measured of it along training."""

import numpy as np
import theano.tensor as T

from yann_weightnorm.initialization import initialize_from_data
from yann_weightnorm.studies.building import weighted
from yann_weightnorm.studies.critique.spectra import Gradients, Hessian, leading_share
from yann_weightnorm.studies.critique.variants import variant_named
from yann_weightnorm.studies.data import dataset_of
from yann_weightnorm.studies.training import Cache, train_and_tell
from yann_weightnorm.toolbox.network import network

__all__ = ["Lengths", "cooked", "perform", "spectra_of"]


def perform(run, data, emit):
    """Train and test the network of `run`; measure after every epoch."""
    lengths = Lengths()

    def begin(net, run):
        net.restart(np.random.RandomState(run.seed))
        initialize_from_data(net)
        lengths.start(net)

    def tell(record):
        if record["kind"] == "epoch":
            net = cooked(run, data)
            record = dict(record, **lengths.measure(record["learning_rate"]))
            if run.part == "conditioning":
                record.update(spectra_of(net, run.probe_rows))
        emit(record)

    train_and_tell(cooked, begin, (0.0, run.learning_rate), run, data, tell)


@Cache
def cooked(run, data):
    """Return the network of the run's graph, compiled once in a process."""
    dataset = dataset_of(run.dataset, run.mini_batch_size, run.train_rows, data)
    variant, decayed = variant_named(run.arm), variant_named(run.arm).decayed
    options = {"regularize": decayed or False}
    if variant.form:
        options["form"] = variant.form
    net = network(rng=np.random.RandomState(0), verbose=0)
    net.add_module(type="datastream", params={"id": "data", "dataset": dataset, "shuffle": True})
    net.add_layer(type="input", id="input", origin="data")
    for place in range(1, run.depth + 1):
        net.add_layer(type="weightnorm_dot" if variant.form else "dot_product",
                      id=f"dense{place}", num_neurons=run.width, activation="tanh", **options)
    net.add_layer(type="weightnorm_classifier" if variant.form else "classifier", id="softmax",
                  num_classes=1 + int(dataset.labels("train").max()), **options)
    net.add_layer(type="objective", id="cost", objective="nll",
                  regularizer=(0, run.l2 if decayed else 0))
    net.add_module(type="optimizer", params={"id": "sgd", "optimizer_type": run.optimizer,
                                             "momentum_type": "false", "max_norm": None})
    net.cook(resultor=None)
    return net


class Lengths:
    """How long directions have become, and how long that makes steps.

    A gradient step in v is one in w of ``|w|^2 / |v|^2`` times the length, besides the part along
    w (the paper's equation 4, twice). That times the learning rate is the effective rate; of a
    plain weight it is the learning rate.
    """

    def start(self, net):
        """Remember the lengths that training starts from."""
        self._layers = weighted(net)
        self._first = self._lengths()[0]

    def measure(self, rate):
        """Return medians over neurons: lengths in those of the start, and the effective rate."""
        lengths, ratios = self._lengths()
        return {"growth": float(np.median(lengths / self._first)),
                "effective_rate": float(rate * np.median(ratios ** 2))}

    def _lengths(self):
        found = [(_direction(layer), layer.weight_value()) for layer in self._layers]
        v, w = (np.concatenate([np.linalg.norm(pair[of].astype("float64"), axis=0)
                                for pair in found]) for of in (0, 1))
        return v, w / v


def _direction(layer):
    return layer.v.get_value() if hasattr(layer, "v") else layer.weight_value()


def spectra_of(net, rows):
    """Return the Hessian's extreme eigenvalues and the leading share of the gradient's covariance.

    They are those of the first `rows` training rows, in the parameters that are learnt.
    """
    if not hasattr(net, "critique_spectra"):
        net.critique_spectra = _compiled(net)
    hessian, gradients = net.critique_spectra
    x, y = (part[:rows] for part in net.datastream["data"].dataset.load("train"))
    smallest, largest = hessian.extremes(x, y)
    return {"hessian_largest": float(largest), "hessian_smallest": float(smallest),
            "leading_share": 100 * float(leading_share(gradients(x, y)))}


def _cost(net):
    """Return the mean negative log likelihood, without L2, so that it has a second derivative."""
    y = net.datastream["data"].y
    probabilities = net.layers["softmax"].output
    hot = T.eq(y.dimshuffle(0, "x"), T.arange(probabilities.shape[1]))
    return -T.log(T.sum(hot * probabilities, axis=1)).mean()


def _compiled(net):
    stream, cost = net.datastream["data"], _cost(net)
    params = [param for layer in weighted(net) for param in layer.active_params]
    return Hessian([stream.x, stream.y], cost, params), Gradients(stream.x, stream.y, cost, params)
