"""Data-dependent start: scale and shift every layer by what one mini batch shows.

Source: Salimans & Kingma (2016), section 3, arXiv:1602.07868.
"""

import numpy as np
import theano
import theano.tensor as T
from theano.gof.graph import clone_get_equiv

from yann_weightnorm.toolbox.checks import positive_number
from yann_weightnorm.toolbox.layers.starts import directions
from yann_weightnorm.toolbox.registry import start
from yann_weightnorm.toolbox.streams import Stream

__all__ = ["initialize_from_data"]

DEVIATION = 0.05  # of every element of v, the paper's first step


@start("data_dependent")
def initialize_from_data(net, batch=0, images=None, redraw=True, init_scale=1.0):
    """Set g and b so that every pre-activation of one mini batch has mean 0 and deviation 1.

    The paper's procedure, in the order of the layers: draw every element of v from N(0, 0.05^2);
    let t be a layer's pre-activation for the mini batch, mu[t] and sigma[t] its mean and deviation
    over the batch (and over positions, for maps); divide g by sigma[t] and shift b so that the
    pre-activation becomes (t - mu[t]) / sigma[t] (equations 5 and 6); let its activation go on to
    the next layer. A plain layer's w is divided instead of g, which is the paper's start for its
    baseline. A layer's pre-activation is what goes into its activation, so for maps it comes
    after pooling.

    Layers with batch norm are left as they are: that does the same at every step. With batch norm
    of the mean only g alone is set, b is 0, and the running mean begins as that of the mini batch.
    Layers whose weight can't be scaled neuron by neuron (some of weight norm's forms) and recurrent
    ones are left as they are too.

    Dropout and noise are off. Parameters that layers share are set by the first of them; one that
    is made of another layer's, such as a transposed weight, follows that. A network that begins
    with random numbers is set by one sample of them.

    Parameters
    ----------
    net : network
        Cooked.
    batch : int, default 0
        Number of the training mini batch.
    images : int, optional
        How many images to use from the start of that mini batch on, by default those of one mini
        batch. The paper's code takes 500 for mini batches of 100.
    redraw : bool, default True
        Draw directions first. Weights that were given by `input_params` are never redrawn, and
        those of a layer whose option `start` is not 'normal' are drawn as that says. False keeps
        all directions, of a trained network for example.
    init_scale : float, default 1
        The deviation of all pre-activations, times the option `init_scale` of each layer. The
        paper's code begins the second convolution of a residual block with 0.1.

    Returns
    -------
    network
        `net`.

    Raises
    ------
    RuntimeError
        If `net` is not cooked.
    ValueError
        If there are too few images, `init_scale` is no positive number, or one of the
        pre-activations is the same for all images, so that it has no deviation to be divided by.
    """
    net.check_cooked("initialize_from_data")
    init_scale = positive_number(init_scale, "init_scale", "initialize_from_data")
    x, y = _images(net.cooked_datastream, batch, images)
    if not hasattr(net, "_start_statistics") or net._start_statistics[0] is not net.train_step:
        net._start_statistics = net.train_step, Start(net)
    begin = net._start_statistics[1]
    if redraw:
        _redraw(begin.layers, net.rng)
    found = begin.function(x, y, init_scale)
    deviations, values = found[:len(begin.layers)], found[len(begin.layers):]
    _check(begin.layers, deviations, len(x))
    for layer, deviation in zip(begin.layers, deviations):
        layer.scale_weight(init_scale * layer.init_scale / deviation)
    for param, value in zip(begin.shifted, values):
        param.set_value(value.astype(param.dtype))
    return net


class Start(Stream):
    """A fourth stream: every pre-activation is standardised on its way to its activation.

    So one pass gives the statistics that each layer meets after those below it were set, and
    whatever else is made of their parameters, such as a tied weight, follows.

    Attributes
    ----------
    layers : list of Layer
        Those whose parameters are to be set, in order.
    shifted : list of shared variables
        What is to be set besides weights: their biases, and running means.
    function : compiled function
        A mini batch's rows and labels, and the deviation that is wanted -> the deviation of each
        layer's pre-activation, then the value of each of `shifted`.
    """

    def __new__(cls, net):
        return super().__new__(cls, "start", masks=False, batch_statistics=True)

    def __init__(self, net):
        self.layers, self.shifted, self._views = [], [], {}
        self._deviations, self._scale = [], T.scalar("init_scale")
        self._set = {}      # parameter, or output of another stream -> what it will be
        self._below = []    # outputs that are what they will be
        for view in net.layers.values():
            if view.type != "objective":
                self._read(net, view.layer)
        stream = net.cooked_datastream
        self.function = theano.function(
            [stream.x, stream.y, self._scale],
            self._deviations + [self._set[param] for param in self.shifted],
            on_unused_input="ignore", allow_input_downcast=True)

    def _read(self, net, layer):
        below = [self._views[origin] for origin in layer.origin if origin in self._views]
        self._below = [view.output for view in below]
        self._views[layer.id] = layer.read(self, below)
        for views in (net.dropout_layers, net.layers, net.inference_layers):
            self._set[views[layer.id].output] = self._views[layer.id].output

    def pre_activation(self, layer, t):
        """Return `t` as it will be: standardised over all axes but the channels', if it can be."""
        t = self.given(t)
        if not self._may_set(layer):
            return t
        mean, deviation = _moments(t)
        factor = self._scale * np.asarray(layer.init_scale, t.dtype) / deviation
        self.layers.append(layer)
        self._deviations.append(deviation)
        self._set.update(layer.rescaled(_along(factor, layer.scaled.ndim, layer.output_axis)))
        shifts = layer.standardised(mean, factor)
        self.shifted += shifts
        self._set.update(shifts)
        return (t - _along(mean, t.ndim)) * _along(factor, t.ndim)

    def given(self, tensor):
        """Return `tensor` made of parameters, and of other layers' outputs, as they will be."""
        known = dict(self._set)
        known.update((output, output) for output in self._below)
        if tensor.owner is None or tensor in known:
            return known.get(tensor, tensor)
        return clone_get_equiv(list(known), [tensor], copy_inputs=False, copy_orphans=False,
                               memo=known)[tensor]

    def _may_set(self, layer):
        """Return whether the parameters of `layer` can be set and are not set yet."""
        own = [layer.scaled, layer.b]
        own += [layer.running_mean] if layer.mean_only_batch_norm else []
        return not layer.batch_norm and all(
            hasattr(p, "set_value") and p not in self._set for p in own)


def _moments(t):
    axes = (0,) + tuple(range(2, t.ndim))
    mean = t.mean(axis=axes)
    return mean, T.sqrt(T.sqr(t - _along(mean, t.ndim)).mean(axis=axes))


def _along(values, ndim, axis=1):
    """Return the vector `values` along `axis` of `ndim` axes."""
    return values.dimshuffle(*[0 if n == axis else "x" for n in range(ndim)])


def _images(stream, batch, images):
    count = stream.mini_batch_size if images is None else images
    x, y = stream.load_data("train", 0)
    first = batch * stream.mini_batch_size
    if count < 2 or first < 0 or first + count > len(x):
        raise ValueError(f"initialize_from_data got batch {batch!r} and images {count!r}: it needs "
                         f"2 images or more among the {len(x)} of the first training block.")
    last = first + count
    return x[first:last], np.zeros(count, "int32") if y is None else y[first:last]


def _redraw(layers, rng):
    for layer in layers:
        if layer.fresh_weight:
            layer.start_weight(directions(layer, rng, deviation=DEVIATION))


def _check(layers, deviations, images):
    for layer, deviation in zip(layers, deviations):
        bad = np.count_nonzero(~(np.isfinite(deviation) & (deviation > 0)))
        if bad:
            raise ValueError(
                f"initialize_from_data: {bad} of {len(deviation)} pre-activations of {layer.who} "
                f"are the same for all {images} images, or not finite; use more images, or look "
                f"for constant or broken input.")
