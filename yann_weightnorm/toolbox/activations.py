"""Activation functions by name, as YANN's ``activation`` option spells them.

An activation is a name (``'relu'``), a tuple of a name and its arguments (``('relu', 0.1)``) or
None, the identity. Some have parameters that are learnt, one for each channel: those belong to the
layer, which makes them as :func:`activation_params` says.
"""

import numpy as np
import theano.tensor as T

from yann_weightnorm.toolbox.registry import hint

__all__ = ["activate", "activated_channels", "activation_name", "activation_params",
           "check_activation"]


def relu(x, alpha=0):
    """Return x where it is positive, `alpha` times x elsewhere."""
    # T.nnet.relu has no T.maximum in it, whose kernel does not build under OpenCL.
    return T.nnet.relu(x, alpha)


def elu(x, alpha=1):
    """Return x where it is positive, ``alpha (exp(x) - 1)`` elsewhere (Clevert et al. 2015)."""
    return T.nnet.elu(x, alpha)


def softmax(x, temperature=1):
    """Return the softmax of each row of x divided by `temperature`."""
    return T.nnet.softmax(x if temperature == 1 else x / temperature)


def maxout(x, kind, size):
    """Reduce every `size` consecutive channels of x to one (Goodfellow et al. 2013).

    `kind` is ``'maxout'`` (their maximum), ``'meanout'`` (their mean) or ``'mixedout'``
    (half of each).
    """
    slices = [x[:, i::size] for i in range(size)]
    largest, total = slices[0], slices[0]
    for piece in slices[1:]:
        largest = T.switch(T.gt(piece, largest), piece, largest)
        total = total + piece
    mean = total / size
    return {"maxout": largest, "meanout": mean, "mixedout": (largest + mean) / 2}[kind]


def norm_relu(x):
    """Return relu(x), shifted and scaled to mean 0 and deviation 1 where x is standard normal.

    Normalization propagation (Arpit et al. 2016, arXiv:1603.01431):
    ``(relu(x) - sqrt(1 / (2 pi))) / sqrt((1 - 1 / pi) / 2)``.
    """
    mean, variance = np.sqrt(0.5 / np.pi), 0.5 * (1 - 1 / np.pi)
    return (relu(x) - float(mean)) / float(np.sqrt(variance))


def trelu(x, threshold):
    """Return x where it is above `threshold`, `threshold` elsewhere (Xiang & Li 2017).

    The translated ReLU, ``max(x - threshold, 0) + threshold``, which begins as ReLU. Source:
    arXiv:1704.03971, for layers with weights of fixed length.
    """
    return relu(x - threshold) + threshold


def tprelu(x, slope, threshold):
    """Return x above `threshold`, and below it a line of `slope` through (threshold, threshold).

    The translated parametric ReLU of Xiang & Li (2017), arXiv:1704.03971. The slope is clipped to
    [0, 1], as in the authors' code (stormraiser/gan-weightnorm-resnet, `modules/TPReLU.py`); its
    gradient is 0 where it is clipped.
    """
    slope, below = T.clip(slope, 0, 1), x - threshold
    return T.switch(below > 0, below, slope * below) + threshold


def identity(x):
    """Return x."""
    return x


_functions = {
    "relu": relu, "elu": elu, "sigmoid": T.nnet.sigmoid, "tanh": T.tanh, "softmax": softmax,
    "abs": abs, "squared": T.sqr, "identity": identity, "maxout": maxout, "norm_relu": norm_relu,
    "trelu": trelu, "tprelu": tprelu,
}
_arguments = {"relu": 1, "elu": 1, "softmax": 1, "maxout": 2}
# Of those with parameters: their names, in order, and where each starts.
_params = {"trelu": (("threshold", 0.0),), "tprelu": (("slope", 0.25), ("threshold", 0.0))}
_maxout_kinds = ("maxout", "meanout", "mixedout")


def activate(x, activation, params=()):
    """Return the symbolic `x` passed through `activation`.

    Parameters
    ----------
    x : tensor, (batch, channels) or (batch, channels, height, width)
    activation : str, tuple or None
        See :func:`check_activation`.
    params : sequence of vectors, (channels,)
        Those that :func:`activation_params` names, in its order.

    Raises
    ------
    ValueError
        If there are not as many `params` as the activation has.
    """
    name, arguments = _parse(activation)
    if len(params) != len(_params.get(name, ())):
        raise ValueError(f"activation {name!r} has parameters that are learnt, "
                         f"{[n for n, _ in _params.get(name, ())]}, and got {len(params)} of them; "
                         f"use it in a layer that has a weight.")
    along = [p.dimshuffle(*["x", 0] + ["x"] * (x.ndim - 2)) for p in params]
    return _functions[name](x, *arguments, *along)


def activation_params(activation):
    """Return (name, start) of each parameter that `activation` learns for every channel.

    ``'trelu'`` has a threshold, ``'tprelu'`` a slope and a threshold, others have none.
    """
    return _params.get(_parse(activation)[0], ())


def activation_name(activation):
    """Return the bare name of `activation`: ``'relu'`` for ``('relu', 0.1)``."""
    return _parse(activation)[0]


def activated_channels(channels, activation):
    """Return how many channels remain of `channels` after `activation` (fewer after maxout)."""
    name, arguments = _parse(activation)
    return channels // arguments[1] if name == "maxout" else channels


def check_activation(activation, channels, who):
    """Raise a ValueError that names `who` unless `activation` can be applied to `channels`.

    Known are ``'relu'``, ``('relu', alpha)``, ``'elu'``, ``('elu', alpha)``, ``'sigmoid'``,
    ``'tanh'``, ``'softmax'``, ``('softmax', temperature)``, ``'abs'``, ``'squared'``,
    ``('maxout', 'maxout' | 'meanout' | 'mixedout', size)``, ``'norm_relu'``, ``'trelu'`` and
    ``'tprelu'``, which have learnt parameters, ``'identity'`` and None.
    """
    name, arguments = _parse(activation)
    if not isinstance(name, str) or name not in _functions:
        raise ValueError(f"{who} got activation {activation!r}{hint(name, _functions)}; "
                         f"known: {', '.join(sorted(_functions))}, or None.")
    least = 2 if name == "maxout" else 0
    if not least <= len(arguments) <= _arguments.get(name, 0):
        raise ValueError(f"{who} got activation {activation!r}; {name!r} takes "
                         f"{_usage(name)}.")
    if name == "maxout":
        _check_maxout(*arguments, channels=channels, who=who)


def _parse(activation):
    if activation is None:
        return "identity", ()
    if isinstance(activation, (tuple, list)) and activation:
        return activation[0], tuple(activation[1:])
    return activation, ()


def _usage(name):
    return {"relu": "('relu', alpha)", "elu": "('elu', alpha)",
            "softmax": "('softmax', temperature)",
            "maxout": "('maxout', 'maxout' or 'meanout' or 'mixedout', size)",
            }.get(name, "no argument")


def _check_maxout(kind, size, channels, who):
    if kind not in _maxout_kinds:
        raise ValueError(f"{who} got maxout kind {kind!r}{hint(kind, _maxout_kinds)}; "
                         f"known: {', '.join(_maxout_kinds)}.")
    if not isinstance(size, int) or size < 1 or channels % size:
        raise ValueError(f"{who} got maxout size {size!r}, which does not divide its {channels} "
                         f"channels; choose one that does.")
