"""
Layers whose weights are normalized, each a subclass of the plain layer of ``yann``.

A layer learns ``[v, g, b]`` where the plain one learns ``[w, b]``, and hands ``w = g v / |v|``
over to the plain one, which does the rest.
"""
import numpy
import theano
import theano.tensor as T
from theano.sandbox.rng_mrg import MRG_RandomStreams

from yann.core.weight_norm import compose, decompose, moments
from yann.layers.conv_pool import conv_pool_layer_2d, deconv_layer_2d
from yann.layers.fully_connected import dot_product_layer
from yann.layers.output import classifier_layer

new_share = 0.1  # of a mini batch in the running mean, as theano's batch normalization has it


class weight_norm(object):
    """
    What the layers have in common; the first base of each, before the plain layer.

    Args:
        input_params: ``[v, g, b]``, then what batch norm needs, or those of a plain layer,
                      ``[w, b]`` and so on, of which ``v`` and ``g`` are made. ``None`` for one of
                      them makes a new one.
        mean_only_batch_norm: If ``True``, what the layer makes of a mini batch loses its mean
                      before ``b`` is added, and a running mean at inference. ``running_mean`` is
                      the fourth parameter then. Default is ``False``.

    Notes:
        A new ``v`` is drawn as the plain layer draws ``w``, and a new ``g`` is its length, so that
        the layer begins with the very numbers of the plain one. ``g`` is a vector. ``linear`` is
        what the layer makes of its input before the bias, ``fresh`` tells whether ``v`` was new.
    """
    plain = None  # the class of the plain layer
    kind = None   # the layer's type, as ``add_layer`` has it
    neurons = 1   # the axis of the weight that tells neurons apart

    def _build(self, id, weight_shape, input_params = None, rng = None, deviation = 0.01,
               mean_only_batch_norm = False, **options):
        """
        This makes the parameters, then the plain layer with the weight that they make.

        Args:
            weight_shape: shape of the weight.
            deviation: that of the plain layer's new weights.
            options: of the plain layer.
        """
        if mean_only_batch_norm and options.get('batch_norm', False):
            raise ValueError("Layer " + id + " can't have both batch_norm and " +
                             "mean_only_batch_norm. Choose one of them.")
        options.update(id = id, rng = numpy.random if rng is None else rng)
        given = self._adopt(id, input_params, options.get('batch_norm', False))
        v, g, b = self._parameters(id, weight_shape, given, deviation, options['rng'])
        w = compose(v, g, self.neurons)
        linear = self._twin(w, T.zeros_like(b), dict(options, activation = None))
        mean = moments(linear)[0]
        bias = b - mean if mean_only_batch_norm else b
        super(weight_norm, self).__init__(input_params = [w, bias] + given[3:], **options)
        self.v, self.g, self.b, self.linear = v, g, b, linear
        self.type, self.fresh = self.kind, given[0] is None
        self.mean_only_batch_norm = mean_only_batch_norm
        self.params = [v, g, b] + self.params[2:]
        self.active_params = [v, g, b] + self.active_params[2:]
        if mean_only_batch_norm:
            self._keep_running_mean(given[3], mean, options)

    def _adopt(self, id, input_params, batch_norm):
        """
        This gives the list ``[v, g, b, ...]``, with ``None`` for what has to be made.
        """
        plain_count, most = (6, 7) if batch_norm else (2, 4)
        given = [] if input_params is None else list(input_params)
        if len(given) == plain_count:
            w = given.pop(0)
            made = (None, None)
            if w is not None:
                made = [theano.shared(p) for p in decompose(w.get_value(), self.neurons, id)]
            given = list(made) + given
        return given + [None] * (most - len(given))

    def _parameters(self, id, shape, given, deviation, rng):
        """
        This makes those of ``v``, ``g`` and ``b`` that were not given.
        """
        v, g, b = given[:3]
        if v is None:
            v = theano.shared(_cast(deviation * rng.standard_normal(size = shape)), name = 'v')
        if g is None:
            g = theano.shared(decompose(v.get_value(), self.neurons, id)[1], name = 'g')
        if b is None:
            b = theano.shared(_cast(numpy.zeros(shape[self.neurons])), name = 'bias')
        v.tag.weight_norm = True  # the optimizer bounds the length of other matrices only
        return v, g, b

    def _twin(self, w, b, options):
        """
        This gives the output of a plain layer with that weight and bias, and no batch norm.
        """
        options = dict(options, input_params = [w, b], verbose = 0)
        if 'batch_norm' in options:
            options['batch_norm'] = False
        return self.plain(**options).output

    def _keep_running_mean(self, running_mean, mean, options):
        """
        This makes the inference with a running mean, and the update of it.
        """
        if running_mean is None:
            running_mean = theano.shared(numpy.zeros_like(self.b.get_value()),
                                         name = 'population_mean')
        self.running_mean = running_mean
        self.params = self.params + [running_mean]
        self.inference = self._twin(self.w, self.b - running_mean, options)
        self.updates[running_mean] = T.cast(
            (1 - new_share) * running_mean + new_share * mean, theano.config.floatX)

    def print_layer(self, prefix = " ", nest = True, last = True):
        """
        This prints what the plain layer does, and that its weights are normalized.
        """
        prefix = super(weight_norm, self).print_layer(prefix = prefix, nest = nest, last = last)
        print(self.prefix_entry + " weight norm is ON")
        print(self.prefix_entry + "-----------------------------------")
        return prefix

    def _graph_attributes(self, verbose = 2):
        """
        This adds ``weight_norm`` to what the plain layer tells the graph.
        """
        out = super(weight_norm, self)._graph_attributes(verbose = verbose)
        out["weight_norm"] = True
        return out


class weight_norm_dot_product_layer(weight_norm, dot_product_layer):
    """
    This class is the fully connected layer with normalized weights, type ``weightnorm_dot``.

    Args:
        num_neurons: number of neurons in the layer.
        input_shape: ``(mini_batch_size, input_size)``.
        options: those of ``dot_product_layer`` and ``weight_norm``, where ``batch_norm`` is
                 ``False`` if it isn't supplied.

    Notes:
        ``v`` has the shape ``(input_size, num_neurons)``; a neuron's weights are a column.
    """
    plain = dot_product_layer
    kind = 'weightnorm_dot'

    def __init__(self, num_neurons, input_shape, activation = 'relu', batch_norm = False,
                 **options):
        self._build(weight_shape = (input_shape[1], num_neurons), input_shape = input_shape,
                    num_neurons = num_neurons, activation = activation, batch_norm = batch_norm,
                    deviation = 0.04 if activation == 'sigmoid' else 0.01, **options)


class weight_norm_conv_pool_layer_2d(weight_norm, conv_pool_layer_2d):
    """
    This class is the convolution with normalized filters, type ``weightnorm_conv_pool``.

    Args:
        nkerns: number of filters.
        input_shape: ``(mini_batch_size, channels, height, width)``.
        filter_shape: ``(<int>,<int>)``.
        options: those of ``conv_pool_layer_2d`` and ``weight_norm``.

    Notes:
        ``v`` has the shape ``(nkerns, channels, filter height, filter width)``; a filter has a
        length of its own.
    """
    plain = conv_pool_layer_2d
    kind = 'weightnorm_conv_pool'
    neurons = 0

    def __init__(self, nkerns, input_shape, filter_shape = (3,3), batch_norm = False, **options):
        self._build(weight_shape = (nkerns, input_shape[1]) + tuple(filter_shape),
                    nkerns = nkerns, input_shape = input_shape, filter_shape = filter_shape,
                    batch_norm = batch_norm, **options)


class weight_norm_deconv_layer_2d(weight_norm, deconv_layer_2d):
    """
    This class is the transposed convolution with normalized weights, type ``weightnorm_deconv``.

    Args:
        nkerns: number of filters, one for each input map.
        input_shape: ``(mini_batch_size, channels, height, width)``.
        output_shape: ``(height, width, channels)``.
        filter_shape: ``(<int>,<int>)``.
        options: those of ``deconv_layer_2d`` and ``weight_norm``.

    Notes:
        ``v`` has the shape ``(nkerns, output channels, filter height, filter width)``. A neuron is
        what makes an output map, so there is one length for each of these and not for a filter.
    """
    plain = deconv_layer_2d
    kind = 'weightnorm_deconv'

    def __init__(self, nkerns, input_shape, output_shape, filter_shape = (3,3),
                 batch_norm = False, **options):
        self._build(weight_shape = (nkerns, output_shape[2]) + tuple(filter_shape),
                    nkerns = nkerns, input_shape = input_shape, output_shape = output_shape,
                    filter_shape = filter_shape, batch_norm = batch_norm, **options)


class weight_norm_classifier_layer(weight_norm, classifier_layer):
    """
    This class is the classifier with normalized weights, type ``weightnorm_classifier``.

    Args:
        input_shape: ``(mini_batch_size, features)``.
        num_classes: number of classes.
        options: those of ``classifier_layer`` and ``weight_norm``.

    Notes:
        ``v`` has the shape ``(features, num_classes)``.
    """
    plain = classifier_layer
    kind = 'weightnorm_classifier'

    def __init__(self, input_shape, num_classes = 10, **options):
        self._build(weight_shape = (input_shape[1], num_classes), input_shape = input_shape,
                    num_classes = num_classes, **options)
        self.predictions = T.argmax(self.inference, axis = 1)


class dropout(object):
    """
    What the dropout layers have in common; the first base of each.

    Args:
        dropout_rate: probability that an output is zero, default is ``0.5``.
        options: those of the layer.

    Notes:
        The random stream is made without ``use_cuda``, which newer versions of theano refuse.
    """

    def __init__(self, dropout_rate = 0.5, rng = None, **options):
        rng = numpy.random if rng is None else rng
        super(dropout, self).__init__(rng = rng, **options)
        self.dropout_rate = dropout_rate
        if dropout_rate > 0:
            stream = MRG_RandomStreams(rng.randint(1, 2 ** 30))
            self.output = self.output * stream.binomial(
                size = self.output.shape, n = 1, p = 1 - dropout_rate,
                dtype = theano.config.floatX)


class dropout_weight_norm_dot_product_layer(dropout, weight_norm_dot_product_layer):
    """
    This class is the dropout version of ``weight_norm_dot_product_layer``.
    """


class dropout_weight_norm_conv_pool_layer_2d(dropout, weight_norm_conv_pool_layer_2d):
    """
    This class is the dropout version of ``weight_norm_conv_pool_layer_2d``.
    """


class dropout_weight_norm_deconv_layer_2d(dropout, weight_norm_deconv_layer_2d):
    """
    This class is the dropout version of ``weight_norm_deconv_layer_2d``.
    """


def _cast(values):
    return numpy.asarray(values, dtype = theano.config.floatX)

if __name__ == '__main__':  # pragma: no cover
    pass
