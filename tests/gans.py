"""YANN's five adversarial networks at tiny sizes, and small ones that NumPy can follow.

Each builder follows the calls of YANN's tutorial of that name. With ``prefix='weightnorm_'`` all
its layers have normalised weights, and none batch norm.
"""

import numpy as np
import theano.tensor as T

from tests.small import CLASSES, values
from yann_weightnorm import gan

SHAPE_OF_Z = 3, 4  # not as many rows as in a mini batch of data: the two need not agree


def begin(data, seed=0, modules=()):
    """Return an adversarial network with a datastream, more modules, and no layers."""
    net = gan(verbose=0, rng=np.random.RandomState(seed))
    net.add_module("datastream", {"dataset": data, "type": "xy", "id": "data"})
    for type, params in modules:
        net.add_module(type, params)
    return net


def add_twice(net, kind, id, origin, **options):
    """Add layer `id`-x on `origin`-x, and `id`-z on `origin`-z with the same parameters.

    `id` and `origin` may also be pairs of names.
    """
    on_data, on_noise = (id if isinstance(id, tuple) else (f"{id}-x", f"{id}-z"))
    data, noise = (origin if isinstance(origin, tuple) else (f"{origin}-x", f"{origin}-z"))
    net.add_layer(kind, id=on_data, origin=data, **options)
    net.add_layer(kind, id=on_noise, origin=noise,
                  input_params=net.dropout_layers[on_data].params, **options)


def add_objectives(net, discriminator, generator, head=True):
    """Add the losses, symbolic scalars, as YANN's scripts do; with a head a classifier's, too."""
    for name, task, loss in (("discriminator", "discriminator_task", discriminator),
                             ("generator", "objective_task", generator)):
        net.add_layer("tensor", input=loss, input_shape=(1,), id=task)
        net.add_layer("objective", id=f"{name}_obj", origin=task, layer_type="value",
                      objective=net.dropout_layers[task].output, datastream_origin="data")
    if head:
        net.add_layer("objective", id="classifier_obj", origin="softmax", objective="nll",
                      layer_type="discriminator", datastream_origin="data")


def entropies(net, real, fake):
    """Return the losses of Goodfellow et al. (2014), halved as in YANN."""
    real, fake = net.layers[real].output, net.layers[fake].output
    return (-0.5 * T.mean(T.log(real)) - 0.5 * T.mean(T.log(1 - fake)),
            -0.5 * T.mean(T.log(fake)))


def critics(net, real, fake):
    """Return the losses of YANN's Wasserstein network; nothing is clipped."""
    real, fake = net.layers[real].output, net.layers[fake].output
    return T.mean(real) - T.mean(fake), -T.mean(fake)


def least_squares(net, real, fake):
    """Return the losses of Mao et al. (2016)."""
    real, fake = net.layers[real].output, net.layers[fake].output
    return 0.5 * T.mean((real - 1) ** 2) + 0.5 * T.mean(fake ** 2), 0.5 * T.mean((fake - 1) ** 2)


def cook(net, discriminator, generator, game, **options):
    """Cook with a classifier that learns in the discriminator's layers."""
    settings = dict(
        objective_layers=["classifier_obj", "discriminator_obj", "generator_obj"],
        discriminator_layers=discriminator, generator_layers=generator,
        classifier_layers=discriminator + ["softmax"], softmax_layer="softmax", game_layers=game,
        resultor=None)
    net.cook(**dict(settings, **options))
    return net


# -- the tutorials' networks ------------------------------------------------------------------

def _shallow(data, prefix, losses, activation, optimizer, modules=()):
    net, features = begin(data, modules=modules), data.height * data.width * data.channels
    dense = prefix + "dot_product"
    net.add_layer("random", id="z", num_neurons=SHAPE_OF_Z, distribution="normal", mu=0,
                  sigma=1)
    net.add_layer("input", id="x", datastream_origin="data", mean_subtract=False)
    net.add_layer(dense, origin="z", id="G(z)", num_neurons=features, activation="tanh")
    add_twice(net, dense, ("D(x)", "D(G(z))"), ("x", "G(z)"), num_neurons=6, activation="relu",
              regularize=True)
    add_twice(net, dense, ("real", "fake"), ("D(x)", "D(G(z))"), num_neurons=1,
              activation=activation)
    net.add_layer(prefix + "classifier", id="softmax", origin="D(x)", num_classes=CLASSES,
                  activation="softmax")
    add_objectives(net, *losses(net, "real", "fake"))
    return cook(net, ["D(x)"], ["G(z)"], ("fake", "real"), optimizer_params=optimizer)


def shallow_gan(data, prefix="", modules=()):
    """A generator and a discriminator of one dense layer each."""
    return _shallow(data, prefix, entropies, "sigmoid", {
        "momentum_type": "polyak", "momentum_params": (0.65, 0.9, 50),
        "regularization": (0.0, 0.0), "optimizer_type": "rmsprop", "id": "main"}, modules)


def shallow_wgan(data, prefix=""):
    """The same with means instead of entropies, and no sigmoid."""
    return _shallow(data, prefix, critics, None, {
        "momentum_type": "false", "momentum_params": (0.65, 0.9, 50),
        "regularization": (0.0, 0.0), "optimizer_type": "adam", "id": "main"})


def deep_gan(data, prefix=""):
    """Three dense layers that generate, two of maxout that discriminate."""
    net, dense, maxout = begin(data), prefix + "dot_product", ("maxout", "maxout", 5)
    net.add_layer("random", id="z", num_neurons=SHAPE_OF_Z, distribution="normal", mu=0,
                  sigma=1)
    net.add_layer("input", id="x", datastream_origin="data", mean_subtract=False)
    net.add_layer(dense, origin="z", id="G1", num_neurons=5, activation="relu")
    net.add_layer(dense, origin="G1", id="G2", num_neurons=5, activation="relu")
    net.add_layer(dense, origin="G2", id="G(z)", num_neurons=data.height * data.width,
                  activation="tanh")
    net.add_layer("unflatten", origin="G(z)", id="G(z)-unflattened",
                  shape=(data.height, data.width))
    add_twice(net, dense, "D1", ("x", "G(z)-unflattened"), num_neurons=10, activation=maxout,
              regularize=True)
    add_twice(net, dense, "D2", "D1", num_neurons=10, activation=maxout, regularize=True)
    add_twice(net, dense, ("D(x)", "D(G(z))"), "D2", num_neurons=1, activation="sigmoid")
    net.add_layer(prefix + "classifier", id="softmax", origin="D2-x", num_classes=CLASSES)
    add_objectives(net, *entropies(net, "D(x)", "D(G(z))"))
    return cook(net, ["D1-x", "D2-x"], ["G1", "G2", "G(z)"], ("D(x)", "D(G(z))"),
                optimizer_params={"momentum_type": "polyak", "momentum_params": (0.5, 0.7, 20),
                                  "optimizer_type": "adagrad", "id": "main"})


def _add_convolutions(net, prefix, batch_norm, dropout_rate):
    """Add the discriminator of both deconvolutional networks, on images of 12 x 12."""
    conv, dense = prefix + "conv_pool", prefix + "dot_product"
    options = {"activation": "relu", "regularize": True, "batch_norm": batch_norm}
    net.add_layer("input", id="x", datastream_origin="data", mean_subtract=False)
    add_twice(net, conv, "D1", ("x", "G(z)"), num_neurons=3, filter_size=(5, 5),
              pool_size=(2, 2), **options)
    add_twice(net, conv, "D2", "D1", num_neurons=12, filter_size=(3, 3), pool_size=(2, 2),
              **options)
    for id, below in (("D3", "D2"), ("D4", "D3")):
        add_twice(net, dense, id, below, num_neurons=12, dropout_rate=dropout_rate, **options)
    add_twice(net, dense, ("D(x)", "D(G(z))"), "D4", num_neurons=1, activation="sigmoid",
              regularize=True)
    net.add_layer(prefix + "classifier", id="softmax", origin="D4-x", num_classes=CLASSES,
                  regularize=True)


def _deconvolutional(data, prefix, deconvolutions, losses, optimizer, dropout_rate=0.5):
    net, batch_norm = begin(data), not prefix
    options = {"activation": "relu", "regularize": True, "batch_norm": batch_norm}
    net.add_layer("random", id="z", num_neurons=SHAPE_OF_Z, distribution="normal", mu=0,
                  sigma=1)
    net.add_layer(prefix + "dot_product", origin="z", id="G1", num_neurons=5, **options)
    net.add_layer(prefix + "dot_product", origin="G1", id="G2", num_neurons=3 * 3 * 4, **options)
    net.add_layer("unflatten", origin="G2", id="G2-unflatten", shape=(3, 3, 4))
    *hidden, last = deconvolutions
    below = "G2-unflatten"
    for id, shape in hidden:
        stride = (2, 2) if id == "G3" else (1, 1)
        net.add_layer(prefix + "deconv", origin=below, id=id, output_shape=shape,
                      num_neurons=net.layers[below].output_shape[1], filter_size=(3, 3),
                      stride=stride, **options)
        below = id
    net.add_layer(prefix + "deconv", origin=below, id="G(z)", output_shape=(12, 12, 3),
                  num_neurons=net.layers[below].output_shape[1], filter_size=last,
                  activation="tanh", stride=(1, 1))
    _add_convolutions(net, prefix, batch_norm, dropout_rate)
    add_objectives(net, *losses(net, "D(x)", "D(G(z))"))
    discriminator = ["D1-x", "D2-x", "D3-x", "D4-x"]
    generator = ["G1", "G2", *(id for id, _ in hidden), "G(z)"]
    # Weights as small as YANN's let no signal through so many layers without batch norm.
    return cook(net, discriminator, generator, ("D(x)", "D(G(z))"), optimizer_params=optimizer,
                data_dependent_start=not batch_norm)


def deconvolutional_gan(data, prefix=""):
    """Two deconvolutions that generate, two convolutions that discriminate."""
    return _deconvolutional(data, prefix, [("G3", (8, 8, 4)), (5, 5)], entropies, {
        "momentum_type": "false", "momentum_params": (0.51, 0.95, 40),
        "regularization": (0.00001, 0.00001), "optimizer_type": "adam", "id": "main"})


def deconvolutional_lsgan(data, prefix=""):
    """Three deconvolutions, and squares instead of entropies."""
    return _deconvolutional(data, prefix, [("G3", (8, 8, 5)), ("G4", (10, 10, 6)), (3, 3)],
                            least_squares, {
        "momentum_type": "false", "momentum_params": (0.55, 0.9, 20),
        "regularization": (0.00001, 0.00001), "optimizer_type": "adam", "id": "main"})


# What each tutorial gives to train().
TRAINING = {shallow_gan: {"k": 2, "pre_train_discriminator": 3},
            shallow_wgan: {"k": 5, "pre_train_discriminator": 3},
            deep_gan: {"k": 1, "pre_train_discriminator": 3},
            deconvolutional_gan: {"k": 1, "pre_train_discriminator": 2},
            deconvolutional_lsgan: {"k": 1, "pre_train_discriminator": 0}}


def check_tutorial(build, data, prefix=""):
    """Train as the script says (`k` at most 2): finite numbers, and every weight learns."""
    net = build(data, prefix)
    start = values(net)
    history = net.train(epochs=(1, 1), learning_rates=(0.01, 0.01, 0.001), training_accuracy=True,
                        early_terminate=True, patience=2,
                        **dict(TRAINING[build], k=min(2, TRAINING[build]["k"])))
    assert len(history) == 2 and np.isfinite(history.column("cost")).all()
    assert all(np.isfinite(value).all() for value in values(net).values())
    weights = [p.name for p in net.active_params if p.ndim > 1 and not p.name.endswith(".g")]
    still = [name for name in weights if (values(net)[name] == start[name]).all()]
    assert still == [], f"{still} did not learn"
    made, images = net.layer_activity("G(z)"), net.layers["x"].output_shape
    assert made.size == SHAPE_OF_Z[0] * np.prod(images[1:]) and abs(made).max() <= 1
    assert 0 <= net.test() <= 100


# -- one that NumPy can follow ----------------------------------------------------------------

def linear_gan(data, noise, prefix="", head=True, **options):
    """Return a network without hidden nonlinearities; `noise` is a shared matrix, in place of z.

    All layers of the discriminator learn; plain gradient descent, unbounded weights.
    """
    net, dense = begin(data), prefix + "dot_product"
    rng, features = np.random.RandomState(1), data.height * data.width * data.channels
    rows, z = noise.get_value().shape
    weights = {shape: rng.normal(scale=0.3, size=shape)
               for shape in ((z, features), (features, 5), (5, 1), (5, CLASSES))}
    net.add_layer("tensor", id="z", input=noise, input_shape=(rows, z))
    net.add_layer("input", id="x")
    net.add_layer(dense, id="G(z)", origin="z", num_neurons=features, activation=None,
                  input_params=[weights[z, features], None])
    for ids, origins, activation, shape in (
            (("D(x)", "D(G(z))"), ("x", "G(z)"), None, (features, 5)),
            (("real", "fake"), ("D(x)", "D(G(z))"), "sigmoid", (5, 1))):
        net.add_layer(dense, id=ids[0], origin=origins[0], num_neurons=shape[1],
                      activation=activation, input_params=[weights[shape], None])
        net.add_layer(dense, id=ids[1], origin=origins[1], num_neurons=shape[1],
                      activation=activation, input_params=net.dropout_layers[ids[0]].params)
    if head:
        net.add_layer(prefix + "classifier", id="softmax", origin="D(x)", num_classes=CLASSES,
                      input_params=[weights[5, CLASSES], None])
    add_objectives(net, *entropies(net, "real", "fake"), head=head)
    options = dict({"optimizer_params": {"max_norm": None}}, **options)
    if not head:
        options.update(objective_layers=[None, "discriminator_obj", "generator_obj"],
                       classifier_layers=None, softmax_layer=None)
    return cook(net, ["D(x)", "real"], ["G(z)"], ("fake", "real"),
                **dict({"classifier_layers": ["D(x)", "softmax"]}, **options))


class NumpyGan:
    """The same network and its gradients by hand, in NumPy.

    Attributes
    ----------
    weights : dict
        Layer id -> [w, b] or, with normalised weights, [v, g, b].
    """

    LAYERS = ("G(z)", "D(x)", "real", "softmax")

    def __init__(self, net):
        self.weights = {id: net.dropout_layers[id].get_params(borrow=False)
                        for id in self.LAYERS if id in net.layers}

    def w(self, id):
        """Return the weight of layer `id`, by equation 2 of Salimans & Kingma (2016)."""
        first, *rest = self.weights[id]
        return first if len(rest) == 1 else first * rest[0] / np.linalg.norm(first, axis=0)

    def linear(self, id, x):
        return x @ self.w(id) + self.weights[id][-1]

    def forward(self, x, z):
        """Return (G(z), D's features of x and of G(z), D(x), D(G(z)), class probabilities)."""
        made = self.linear("G(z)", z)
        on_data, on_noise = self.linear("D(x)", x), self.linear("D(x)", made)
        real, fake = (1 / (1 + np.exp(-self.linear("real", h))) for h in (on_data, on_noise))
        fit = np.exp(self.linear("softmax", on_data)) if "softmax" in self.weights else np.ones(1)
        return made, on_data, on_noise, real, fake, fit / fit.sum(axis=-1, keepdims=True)

    def costs(self, x, y, z):
        """Return the cost of each player."""
        *_, real, fake, p = self.forward(x, z)
        found = {"discriminator": -0.5 * np.log(real).mean() - 0.5 * np.log(1 - fake).mean(),
                 "generator": -0.5 * np.log(fake).mean()}
        if "softmax" in self.weights:
            found["softmax"] = -np.log(p[np.arange(len(y)), y]).mean()
        return found

    def step(self, player, rate, x, y, z):
        """Take one step of gradient descent; return the cost before it."""
        cost = self.costs(x, y, z)[player]
        for id, (input, error) in getattr(self, f"_{player}")(x, y, z).items():
            self._descend(id, rate, sum(i.T @ e for i, e in zip(input, error)),
                          sum(e.sum(axis=0) for e in error))
        return cost

    def _softmax(self, x, y, z):
        _, features, _, _, _, p = self.forward(x, z)
        error = (p - np.eye(CLASSES)[y]) / len(x)
        return {"softmax": ([features], [error]), "D(x)": ([x], [error @ self.w("softmax").T])}

    def _discriminator(self, x, y, z):
        made, on_data, on_noise, real, fake, _ = self.forward(x, z)
        errors = [-0.5 * (1 - real) / len(x), 0.5 * fake / len(z)]
        return {"real": ([on_data, on_noise], errors),
                "D(x)": ([x, made], [e @ self.w("real").T for e in errors])}

    def _generator(self, x, y, z):
        fake = self.forward(x, z)[4]
        error = -0.5 * (1 - fake) / len(z)
        return {"G(z)": ([z], [error @ self.w("real").T @ self.w("D(x)").T])}

    def _descend(self, id, rate, dw, db):
        first, *rest = self.weights[id]
        if len(rest) == 1:
            gradients = [dw, db]
        else:  # equation 3 of Salimans & Kingma (2016)
            length, g = np.linalg.norm(first, axis=0), rest[0]
            dg = (dw * first).sum(axis=0, keepdims=True) / length
            gradients = [g / length * dw - g * dg / length ** 2 * first, dg, db]
        self.weights[id] = [p - rate * d for p, d in zip(self.weights[id], gradients)]
