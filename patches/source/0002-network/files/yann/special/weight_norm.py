"""
What a network does with layers of normalized weights: it adds them, and starts them from data.
"""
from collections import namedtuple

import numpy
import theano
import theano.tensor as T

from yann.core import weight_norm as mathematics
from yann.layers import weight_norm as layers

start_deviation = 0.05  # of every entry of a new direction, as the paper draws it

# What add_layer takes: the option, what the layer's class calls it, its default. An option that
# has to be supplied has none.
required = object()
normalization = (('batch_norm', 'batch_norm', False),)
common = (('input_params', 'input_params', None),
          ('mean_only_batch_norm', 'mean_only_batch_norm', False))
maps = (('num_neurons', 'nkerns', 20), ('filter_size', 'filter_shape', (3,3)),
        ('border_mode', 'border_mode', 'valid'), ('stride', 'stride', (1,1)),
        ('activation', 'activation', 'relu'))

kind = namedtuple('kind', 'layer dropout options flat')

dot = kind(layers.weight_norm_dot_product_layer,
           layers.dropout_weight_norm_dot_product_layer,
           common + normalization + (('num_neurons', 'num_neurons', 100),
                                     ('activation', 'activation', 'relu')), True)
conv_pool = kind(layers.weight_norm_conv_pool_layer_2d,
                 layers.dropout_weight_norm_conv_pool_layer_2d,
                 common + normalization + maps + (('pool_size', 'poolsize', (1,1)),
                                                  ('pool_type', 'pooltype', 'max')), False)
deconv = kind(layers.weight_norm_deconv_layer_2d,
              layers.dropout_weight_norm_deconv_layer_2d,
              common + normalization + maps + (('output_shape', 'output_shape', required),), False)
classifier = kind(layers.weight_norm_classifier_layer, None,
                  common + (('num_classes', 'num_classes', required),
                            ('activation', 'activation', 'softmax')), True)

kinds = {
    'weightnorm_dot': dot, 'weightnorm_dot_product': dot, 'weightnorm_hidden': dot,
    'weightnorm_mlp': dot, 'weightnorm_fully_connected': dot,
    'weightnorm_conv_pool': conv_pool, 'weightnorm_convolution': conv_pool,
    'weightnorm_deconv': deconv, 'weightnorm_deconvolution': deconv,
    'weightnorm_classifier': classifier, 'weightnorm_softmax': classifier,
    'weightnorm_output': classifier, 'weightnorm_label': classifier,
}


def add_weight_norm_layer(net, id, type, options, verbose = 2):
    """
    This is an internal function. Use ``add_layer`` with a type that begins with ``weightnorm_``.

    Args:
        net: the network.
        id: string, of the new layer.
        type: one of ``kinds``.
        options: what was supplied to ``add_layer``.
        verbose: how much is printed, from 0 to 3.
    """
    if verbose >= 3:
        print("... Adding a layer with normalized weights")
    new = kinds[type]
    origin = _origin(net, id, new, options, verbose)
    arguments = _arguments(net, id, new, options, verbose)
    arguments['input_shape'] = net.layers[origin].output_shape
    _add_streams(net, id, origin, new, arguments, options.get('dropout_rate', 0))
    if options.get('regularize', False) is True:
        net.L1 = net.L1 + net.layers[id].L1
        net.L2 = net.L2 + net.layers[id].L2
    for stream in (net.dropout_layers, net.layers, net.inference_layers):
        stream[id].origin.append(origin)
        stream[origin].destination.append(id)
    if new is classifier:
        net.last_classifier_created = id


def _origin(net, id, new, options, verbose):
    """
    This gives the id of the layer below; maps are flattened for a layer that wants rows.
    """
    origin = options.get('origin', net.last_layer_created)
    if origin is None:
        raise Exception("Layer " + id + " with normalized weights needs an origin. Add an input " +
                        "layer first, or supply origin.")
    if new.flat and len(net.layers[origin].output_shape) != 2:
        net.add_layer(type = 'flatten', origin = origin, verbose = verbose)
        origin = net.last_layer_created
    return origin


def _arguments(net, id, new, options, verbose):
    """
    This gives what the constructor of the layer takes, from options and defaults.
    """
    arguments = dict(id = id, rng = net.rng, borrow = net.borrow, verbose = verbose)
    for option, name, default in new.options:
        if option not in options and default is required:
            raise Exception("Layer " + id + " needs " + option + ". Supply it to add_layer.")
        if option not in options and verbose >= 3:
            print("... " + option + " of layer " + id + " is its default, " + str(default))
        arguments[name] = options.get(option, default)
    return arguments


def _add_streams(net, id, origin, new, arguments, rate):
    """
    This makes the layer in the dropout, the stable and the inference stream, in that order.
    """
    if new.dropout is None:
        first, rate = new.layer, 0
    else:
        first, arguments = new.dropout, dict(arguments)
        arguments['dropout_rate'] = rate
    net.dropout_layers[id] = first(input = net.dropout_layers[origin].output, **arguments)
    arguments.pop('dropout_rate', None)
    v, g = net.dropout_layers[id].params[:2]
    if rate > 0:  # the other streams keep all outputs, and scale the weight as yann does
        g = g * numpy.asarray(1 - rate, dtype = theano.config.floatX)
    arguments['input_params'] = [v, g] + net.dropout_layers[id].params[2:]
    net.layers[id] = new.layer(input = net.layers[origin].output, **arguments)
    net.inference_layers[id] = new.layer(
        input = net.inference_layers[origin].inference, **arguments)


def initialize_from_data(net, batch = 0, redraw = True, verbose = 2):
    """
    This is the data-dependent start of the paper, for a network that is cooked. The layers with
    normalized weights are set one by one, in order, so that what each makes of one mini batch,
    before its activation, has mean zero and deviation one for every neuron.

    Args:
        net: the network. Its stable stream is what is measured, in which nothing is dropped.
        batch: number of the mini batch, within the first training batch. Default is ``0``.
        redraw: If ``True``, directions are drawn anew, with deviation ``0.05``, unless
                ``input_params`` supplied them. Default is ``True``.
        verbose: how much is printed, from 0 to 3.

    Notes:
        Layers with ``batch_norm`` are left alone, since that does the same at every step. With
        ``mean_only_batch_norm`` the bias becomes zero and the running mean that of the mini batch.
        The same start is made by ``cook(data_dependent_start = True)``.
    """
    net._cache_data(type = 'train', batch = 0, verbose = verbose)
    done = []
    for id in _in_order(net.layers):
        layer = net.dropout_layers[id]
        if isinstance(layer, layers.weight_norm) and not layer.batch_norm and layer.g not in done:
            if verbose >= 3:
                print("... Starting layer " + id + " from data")
            _start(net, id, batch, redraw)
            done.append(layer.g)


def _in_order(layers_by_id):
    """
    This lists the ids so that each comes after its origins; a dictionary has no order of its own.
    """
    seen, ordered = set(), []

    def visit(id):
        if id in layers_by_id and id not in seen:
            seen.add(id)
            for origin in layers_by_id[id].origin:
                visit(origin)
            ordered.append(id)

    for id in sorted(layers_by_id):
        visit(id)
    return ordered


def _start(net, id, batch, redraw):
    """
    This sets one layer, whose origins were set before.
    """
    layer = net.dropout_layers[id]
    if redraw and layer.fresh:
        _redraw(layer, net.rng)
    mean, deviation = _measure(net, id, batch)
    bad = numpy.flatnonzero(~(numpy.isfinite(deviation) & (deviation > 0)))
    if len(bad) > 0:
        raise ValueError("Layer " + id + " makes the same of all samples, or what is not finite, " +
                         "in neurons " + str(bad.tolist()) + ". Use another mini batch, or look " +
                         "for constant input.")
    g, b = mathematics.standardize(layer.g.get_value(), mean, deviation)
    layer.g.set_value(_cast(g))
    layer.b.set_value(_cast(numpy.zeros_like(b) if layer.mean_only_batch_norm else b))
    if layer.mean_only_batch_norm:
        layer.running_mean.set_value(_cast(mean / deviation))


def _redraw(layer, rng):
    """
    This draws the directions of a layer from a normal distribution.
    """
    drawn = _cast(start_deviation * rng.standard_normal(size = layer.v.get_value().shape))
    v, g = mathematics.decompose(drawn, layer.neurons, layer.id)
    layer.v.set_value(v)
    layer.g.set_value(g)


def _measure(net, id, batch):
    """
    This gives mean and deviation of what a layer makes of a mini batch, before the bias.
    """
    index, size = T.lscalar('index'), net.mini_batch_size
    givens = {net.x: net.data_x[index * size:(index + 1) * size]}
    moments = theano.function(inputs = [index], givens = givens, name = 'start_' + id,
                              outputs = mathematics.moments(net.layers[id].linear))
    return moments(batch)


def _cast(values):
    return numpy.asarray(values, dtype = theano.config.floatX)

if __name__ == '__main__':  # pragma: no cover
    pass
