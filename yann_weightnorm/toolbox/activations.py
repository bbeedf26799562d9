"""Activation functions by name, as YANN's ``activation`` option spells them.

An activation is a name (``'relu'``), a tuple of a name and its arguments (``('relu', 0.1)``) or
None, the identity.
"""

import theano.tensor as T

from yann_weightnorm.toolbox.registry import hint

__all__ = ["activate", "activated_channels", "activation_name", "check_activation"]


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


def identity(x):
    """Return x."""
    return x


_functions = {
    "relu": relu, "elu": elu, "sigmoid": T.nnet.sigmoid, "tanh": T.tanh, "softmax": softmax,
    "abs": abs, "squared": T.sqr, "identity": identity, "maxout": maxout,
}
_arguments = {"relu": 1, "elu": 1, "softmax": 1, "maxout": 2}
_maxout_kinds = ("maxout", "meanout", "mixedout")


def activate(x, activation):
    """Return the symbolic `x` passed through `activation`.

    Parameters
    ----------
    x : tensor, (batch, channels) or (batch, channels, height, width)
    activation : str, tuple or None
        See :func:`check_activation`.
    """
    name, arguments = _parse(activation)
    return _functions[name](x, *arguments)


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
    ``('maxout', 'maxout' | 'meanout' | 'mixedout', size)``, ``'identity'`` and None.
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
