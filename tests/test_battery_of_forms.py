"""What must hold of every layer type with normalised weights, in every form.

The registry is walked: each type is built in each form and dtype, with dropout where it has that,
without batch norm and, where it can, with that of the mean only. Each is held to the laws of weight
normalization. A new type, or a new form, is tested by being registered. What a form computes is
compared with formulas in tests/forms.
"""

import functools

import numpy as np
import theano
from numpy.testing import assert_allclose, assert_array_equal

from tests.small import begin, floatx, temporary_folder, values, without_c_code
from tests.test_battery import (
    CHANNELS,
    DTYPES,
    MEAN_ONLY,
    STREAMS,
    mini_batch,
    place_of,
    types,
    weighted,
)
from yann_weightnorm.forms import FORMS
from yann_weightnorm.toolbox import registry, storage

STEP = 1e-6
MASKED, WHOLE = "dropout_layers", "layers"  # a stream with masks and one without


def normalised_types():
    """Return the types that have forms."""
    return [name for name, cls in types().items() if "form" in registry.option_names(cls)]


def options_of(type):
    """Return the options that the laws must hold with: none, and batch norm of the mean only."""
    able = MEAN_ONLY in registry.option_names(registry.layer_class(type))
    return [(), (MEAN_ONLY,)] if able else [()]


def built(type, form, *on, seed=0):
    """Return a network with a layer of `type` in `form`, called 'it', and dropout if it has that.

    The options `on` are on. Without an activation, so that what comes out is what is normalised,
    unless it needs one.
    """
    where, net = place_of(type), begin(seed, channels=CHANNELS)
    for kind, given in where.below:
        net.add_layer(kind, **given)
    names = registry.option_names(registry.layer_class(type))
    wanted = dict({"activation": None, "dropout_rate": 0.5}, **where.options)
    options = {name: value for name, value in wanted.items() if name in names}
    net.add_layer(type, id="it", form=form, **options, **dict.fromkeys(on, True))
    return net


class Case:
    """A network with one layer, and a function that shows what the layer does.

    Attributes
    ----------
    show : compiled function
        Rows and labels -> the output in each stream; a cost made of that with masks and one of
        that without; the gradients of each by every learnable parameter; the weights.
    """

    def __init__(self, type, form, dtype, *on):
        with floatx(dtype):
            self.net = built(type, form, *on)  # draws seeds, which takes long without C code
        with floatx(dtype), without_c_code():
            self.layer, stream = self.net.dropout_layers["it"].layer, self.net.datastream["data"]
            outputs = [getattr(self.net, name)["it"].output for name in STREAMS]
            costs = [weighted(getattr(self.net, name)["it"].output, self.layer.output_shape)
                     for name in (MASKED, WHOLE)]
            slopes = [slope for cost in costs
                      for slope in theano.grad(cost, self.layer.active_params)]
            self.weights = weights_of(self.layer)
            self._show = theano.function(
                [stream.x, stream.y], outputs + costs + slopes + [w for w, _, _ in self.weights],
                on_unused_input="ignore")
        self.start, self.dtype = values(self.net), dtype
        self.masks = [(state, state.get_value()) for generator in self.layer.generators
                      for state, *_ in generator.state_updates]

    def show(self):
        """Return [outputs], [costs], [slopes of either cost], [weights], with the same masks."""
        for state, value in self.masks:
            state.set_value(value)
        found, learnt = self._show(*mini_batch(self.dtype)), len(self.layer.active_params)
        outputs, costs, rest = found[:len(STREAMS)], found[len(STREAMS):][:2], found[5:]
        return outputs, costs, [rest[:learnt], rest[learnt:2 * learnt]], rest[2 * learnt:]

    def again(self):
        """Return the case, with its parameters as at the start."""
        for p in self.net.params:
            p.set_value(self.start[p.name])
        return self


def weights_of(layer):
    """Return (symbolic weight, its form, its parameters) of each of a layer's weights."""
    if hasattr(layer, "normalised"):
        return [(weight.symbolic(), weight.form, [weight.v, *weight.values])
                for weight in layer.normalised.values()]
    return [(layer.w, layer._form, layer._parts())]


@functools.lru_cache(maxsize=None)
def _case(type, form, dtype, *on):
    return Case(type, form, dtype, *on)


def case(type, form, dtype, *on):
    return _case(type, form, dtype, *on).again()


def neurons(w, axes):
    """Return `w` with a row for each neuron."""
    neuron, = [axis for axis in range(w.ndim) if axis not in np.atleast_1d(axes)]
    return np.moveaxis(w, neuron, 0).reshape(w.shape[neuron], -1)


# -- what must hold of each -------------------------------------------------------------------

def check_outputs(type, form, dtype, *on):
    """Finite, of the layer's shape and dtype; masks silence and keep the mean's scale."""
    made = case(type, form, dtype, *on)
    outputs, costs, _, weights = made.show()
    for found in list(outputs):
        assert found.shape == made.layer.output_shape and found.dtype == dtype
        assert np.all(np.isfinite(found))
    assert all(w.dtype == dtype for w in weights) and all(np.isfinite(costs))
    if made.layer.dropout_rate:
        masked, whole = outputs[0], outputs[1]
        kept = masked != 0
        assert 0.2 < kept.mean() < 0.8
        assert_allclose(masked[kept], 2 * whole[kept], rtol=1e-5)
    check_centring(made, outputs[1], outputs[2])


def check_centring(made, stable, inference):
    """Inference gives what the stable stream does; with the mean taken off, but for that mean."""
    if not getattr(made.layer, MEAN_ONLY, False):
        assert_array_equal(stable, inference)
    elif made.layer.activation != "softmax":
        axes = (0,) + tuple(range(2, stable.ndim))
        mean = inference.mean(axis=axes, keepdims=True)  # the running mean begins as 0
        tolerance = abs(inference).max() * {"float32": 1e-6, "float64": 1e-14}[made.dtype]
        assert abs(mean).max() > tolerance
        assert_allclose(stable, inference - mean, rtol=0, atol=tolerance)


def check_gradients(type, form, *on):
    """By finite differences along a drawn direction, with masks and without."""
    made = case(type, form, "float64", *on)
    for p, *found in zip(made.layer.active_params, *made.show()[2]):
        here = p.get_value()
        along = np.random.RandomState(5).normal(size=here.shape)
        along *= (np.sqrt(np.mean(here ** 2)) or 1) * STEP
        ends = []
        for sign in (1, -1):
            p.set_value(here + sign * along)
            ends.append(made.show()[1])
        p.set_value(here)
        for grad, after, before in zip(found, *ends):
            slope = (after - before) / 2
            assert abs(slope - np.sum(grad * along)) < 1e-6 * max(abs(slope), STEP * 1e-2), p


def check_directions(type, form, dtype, *on):
    """v's gradient is orthogonal to v, and v's length has no effect on what comes out."""
    made = case(type, form, dtype, *on)
    outputs, _, slopes, _ = made.show()
    tolerance = {"float32": 1e-5, "float64": 1e-12}[dtype]
    for _, of, (v, *_) in made.weights:
        # A constant is added to the deviation: v's length matters by as much.
        least = 1e-2 if form == "standardised" else tolerance
        at = made.layer.active_params.index(v)
        for grads in slopes:
            a, b = (x.astype("float64") for x in (of.centred(v.get_value()), grads[at]))
            assert abs((a * b).sum()) < least * np.linalg.norm(a) * np.linalg.norm(b)
        v.set_value((4 * v.get_value()).astype(dtype))
    largest = abs(outputs[1]).max()
    assert_allclose(made.show()[0][1], outputs[1], rtol=0, atol=largest * max(
        tolerance, 1e-2 if form == "standardised" else 0))


def check_weights(type, form, dtype, *on):
    """In the graph as in NumPy; taken apart and set again, nothing changes."""
    made = case(type, form, dtype, *on)
    outputs, _, _, weights = made.show()
    tolerance = {"float32": 2e-6, "float64": 1e-12}[dtype]
    for w, (_, of, parts) in zip(weights, made.weights):
        here = [p.get_value().astype("float64") for p in parts]
        assert_allclose(w, of.compose(*here), rtol=0, atol=tolerance * abs(w).max())
        for p, value in zip(parts, of.decompose(w)):
            assert value.dtype == dtype and value.shape == p.get_value().shape
            p.set_value(value)
    found, _, _, again = made.show()
    for w, other in zip(weights, again):
        assert_allclose(other, w, rtol=0, atol=tolerance * abs(w).max())
    assert_allclose(found[1], outputs[1], rtol=0, atol=2 * tolerance * abs(outputs[1]).max())


def check_zero(type, form, dtype, *on):
    """A neuron whose v is 0 gets 0, finite gradients, and a direction by the next step."""
    made = case(type, form, dtype, *on)
    for _, of, (v, *_) in made.weights:
        value = v.get_value()
        rows = np.moveaxis(value, [a for a in range(value.ndim)
                                   if a not in np.atleast_1d(of.axes)], [0])
        rows[0] = 0
        v.set_value(value)
    outputs, costs, slopes, weights = made.show()
    assert all(np.all(np.isfinite(x)) for x in [*outputs, *costs, *slopes[0], *slopes[1]])
    for w, (_, of, (v, *_)) in zip(weights, made.weights):
        assert_array_equal(neurons(w, of.axes)[0], 0)
        at = made.layer.active_params.index(v)
        v.set_value(v.get_value() - np.asarray(1e-3, dtype) * slopes[1][at])
    for w, (_, of, _) in zip(made.show()[3], made.weights):
        assert np.all(np.isfinite(w)) and np.any(neurons(w, of.axes)[0])


def check_saving(type, form, dtype, *on):
    """Bit for bit, into a twin that began from another seed."""
    with floatx(dtype), temporary_folder() as folder:
        net, twin = case(type, form, dtype, *on).net, built(type, form, *on, seed=2)
        storage.save_params(net.params, folder / "it.safetensors")
        loaded = storage.load_params(folder / "it.safetensors")
    assert [p.name for p in twin.params] == [p.name for p in net.params] == sorted(
        loaded, key=[p.name for p in net.params].index)
    for p, other in zip(net.params, twin.params):
        other.set_value(loaded[p.name])
        assert other.get_value().dtype == dtype
        assert_array_equal(other.get_value(), p.get_value())


def check_start(type, form, dtype, *on):
    """Lengths and biases set by what a mini batch shows give every channel mean 0, deviation 1."""
    made = case(type, form, dtype, *on)
    layer = made.layer
    if getattr(layer, "scaled", None) is None:
        assert FORMS[form].scaled is None or hasattr(layer, "normalised")
        return
    t = made.show()[0][1].astype("float64")
    axes = (0,) + tuple(range(2, t.ndim))
    layer.scale_weight(1 / t.std(axis=axes))
    if not getattr(layer, MEAN_ONLY, False):  # else only the length is set
        shift = (layer.b.get_value() - t.mean(axis=axes)) / t.std(axis=axes)
        layer.b.set_value(shift.astype(dtype))
    t = made.show()[0][1].astype("float64")
    assert_allclose(t.mean(axis=axes), 0, atol=1e-5)
    assert_allclose(t.std(axis=axes), 1, atol=1e-4)


def test_every_type_in_every_form():
    for type in normalised_types():
        for on in options_of(type):
            for form in FORMS:
                yield (check_gradients, type, form, *on)
                for dtype in DTYPES:
                    for check in (check_outputs, check_directions, check_weights, check_zero,
                                  check_saving, check_start):
                        yield (check, type, form, dtype, *on)


def test_the_types_with_normalised_weights_are_walked():
    able = {"weightnorm_dot", "weightnorm_conv_pool", "weightnorm_deconv", "weightnorm_classifier"}
    assert set(normalised_types()) >= able | {"weightnorm_rnn", "weightnorm_lstm"}
    assert {type for type in normalised_types() if len(options_of(type)) == 2} >= able
