"""What must hold of every layer type: the registry is walked, and each type built, run and saved.

A new type is tested by being registered. Where one can't be placed on an input layer without
options, PLACES says how.
"""

import contextlib
import functools
import io
from collections import namedtuple

import numpy as np
import theano
import theano.tensor as T
from numpy.testing import assert_allclose, assert_array_equal

from tests.small import CLASSES, SIDE, begin, floatx, message, temporary_folder, without_c_code
from yann_weightnorm.layers import WeightNorm
from yann_weightnorm.layers.recurrent import RecurrentWeightNorm
from yann_weightnorm.toolbox import registry, storage
from yann_weightnorm.toolbox.layers import Layer

STREAMS = "dropout_layers", "layers", "inference_layers"
DTYPES = "float32", "float64"
CHANNELS, ROWS, STEP = 2, 4, 1e-6
MEAN_ONLY = "mean_only_batch_norm"
NORMALISED = WeightNorm, RecurrentWeightNorm


class Place(namedtuple("Place", "options below wrong open_rows needs_c")):
    """How a layer type is placed.

    Attributes
    ----------
    options : dict
        What ``add_layer`` needs.
    below : tuple of (str, dict)
        Types and options of layers between the input and this one.
    wrong : dict
        Options that must be refused.
    open_rows : bool
        Whether it takes a shorter mini batch.
    needs_c : bool
        Whether its graph can't do without C code, as a convolution's can't.
    """

    __slots__ = ()


def place(options=None, below=(), wrong=None, open_rows=True, needs_c=False):
    wrong = {"input_params": [np.ones(99)]} if wrong is None else wrong
    return Place(options or {}, below, wrong, open_rows, needs_c)


# By the name of a type. A type that derives from one here is placed as that is; others as
# ``place()`` says.
PLACES = {
    "input": place(wrong={"dropout_rate": 1.0}),
    "classifier": place({"num_classes": CLASSES}),
    "conv_pool": place({"num_neurons": 3, "pool_size": (2, 2)}, needs_c=True),
    "deconv": place({"num_neurons": CHANNELS, "output_shape": (13, 8, 3), "stride": (2, 1)},
                    needs_c=True),
    "objective": place(below=(("classifier", {"num_classes": CLASSES}),),
                       wrong={"objective": "nil"}),
    "merge": place({"origin": ("input", "input"), "layer_type": "batch"},
                   wrong={"layer_type": "bath"}),
    "flatten": place({"origin": "input"}, below=(("flatten", {"id": "rows"}),),
                     wrong={"origin": "rows"}),
    "unflatten": place({"shape": (SIDE, SIDE, CHANNELS)}, below=(("flatten", {}),),
                       wrong={"shape": (SIDE, SIDE)}),
    "gaussian_noise": place(wrong={"sigma": -1}),
    "random": place({"num_neurons": (ROWS, 5)}, wrong={"distribution": "normed"},
                    open_rows=False),
    "pool": place({"pool_size": (2, 3)}, wrong={"pool_size": (99, 1)}, needs_c=True),
    "rotate": place(wrong={"angle": np.ones(ROWS + 1)}),
    "sequence": place({"order": np.arange(SIDE * SIDE)[::-1]}, wrong={"order": [0] * SIDE * SIDE}),
    "rnn": place({"num_neurons": 3}, below=(("sequence", {}),)),
    "lstm": place({"num_neurons": 3, "return_sequences": True}, below=(("sequence", {}),)),
    "tensor": place({"input": np.ones((ROWS, 5)), "input_shape": (ROWS, 5)},
                    wrong={"input_shape": (ROWS,)}, open_rows=False),
}


def types():
    """Return every registered class, by its type's name."""
    classes = {name: registry.layer_class(name) for name in registry.layer_names()}
    return {name: cls for name, cls in classes.items() if cls.type == name}


def place_of(type):
    """Return the place of the class `type` stands for, or of the nearest base that has one."""
    bases = [getattr(base, "type", None) for base in registry.layer_class(type).__mro__]
    return next((PLACES[base] for base in bases if base in PLACES), place())


def built(type, seed=0, **options):
    """Return a network with a layer of `type`, called 'it'."""
    where, net = place_of(type), begin(seed, channels=CHANNELS)
    for kind, given in where.below:
        net.add_layer(kind, **given)
    net.add_layer(type, id="it", **dict(where.options, **options))
    return net


def mini_batch(dtype):
    rng = np.random.RandomState(7)
    return (rng.normal(size=(ROWS, CHANNELS * SIDE * SIDE)).astype(dtype),
            rng.randint(CLASSES, size=ROWS).astype("int32"))


class Case:
    """A network with one layer of a type, and a function that shows what the layer does.

    Attributes
    ----------
    show : compiled function
        Rows and labels -> the output in each stream; a cost made of the first; the cost's
        gradients by the rows and by each learnable parameter.
    """

    def __init__(self, type, dtype, options):
        with floatx(dtype), contextlib.ExitStack() as stack:
            if not place_of(type).needs_c:
                stack.enter_context(without_c_code())
            self.net = built(type, **dict.fromkeys(options, True))
            self.view, stream = self.net.dropout_layers["it"], self.net.datastream["data"]
            outputs = [getattr(self.net, name)["it"].output for name in STREAMS]
            cost = weighted(outputs[0], self.view.output_shape)
            slopes = theano.grad(cost, [stream.x] + self.view.active_params,
                                 disconnected_inputs="ignore")
            self.show = theano.function([stream.x, stream.y], outputs + [cost] + slopes,
                                        on_unused_input="ignore")


def weighted(output, shape):
    """Return the sum of the entries of `output`, each times a weight of its own."""
    if output.ndim == 0:
        return output
    weights = np.random.RandomState(3).normal(size=np.prod(shape)).astype(theano.config.floatX)
    return T.sum(output.flatten() * T.as_tensor_variable(weights)[:output.size])


@functools.lru_cache(maxsize=None)
def case(type, dtype, *options):
    """Return the :class:`Case` of a layer of `type` with these options on, made once."""
    return Case(type, dtype, options)


# -- what must hold of each -------------------------------------------------------------------

def check_outputs(type, dtype, *options):
    """In each stream of the layer's `output_shape`, in floatX; shorter for a shorter mini batch."""
    made, (x, y) = case(type, dtype, *options), mini_batch(dtype)
    shape = made.view.output_shape
    assert all(isinstance(n, int) for n in shape) and isinstance(shape, tuple)
    for found in made.show(x, y)[:len(STREAMS)]:
        assert found.shape == (shape if found.ndim else ()) and (found.ndim or shape == (1,))
        assert found.dtype == dtype and np.all(np.isfinite(found))
    if place_of(type).open_rows:
        fewer = shape[0] * 3 // ROWS
        for found in made.show(x[:3], y[:3])[:len(STREAMS)]:
            assert found.shape == ((fewer,) + shape[1:] if found.ndim else ())


def check_gradients(type, *options):
    """By the rows and by each learnable parameter, along a drawn direction."""
    made, (x, y) = case(type, "float64", *options), mini_batch("float64")
    slopes = made.show(x, y)[len(STREAMS) + 1:]

    def cost(x):
        return float(made.show(x, y)[len(STREAMS)])

    # Another call would draw other noise, or another sample.
    if not made.view.generators:
        check_along(slopes[0], cost, x)
    for p, found in zip(made.view.active_params, slopes[1:]):
        here = p.get_value()
        try:
            check_along(found, lambda value: p.set_value(value) or cost(x), here)  # noqa: B023
        finally:
            p.set_value(here)


def check_along(found, cost, here):
    """Compare the gradient `found` with the slope of `cost` at `here` along a drawn direction."""
    along = np.random.RandomState(5).normal(size=here.shape)
    along *= (np.sqrt(np.mean(here ** 2)) or 1) * STEP
    slope = (cost(here + along) - cost(here - along)) / 2
    assert abs(slope - np.sum(found * along)) < 1e-6 * max(abs(slope), STEP * 1e-2)


def check_saving(type, dtype, *options):
    """Bit for bit, into a twin that began from another seed."""
    with floatx(dtype), temporary_folder() as folder:
        net, twin = (built(type, seed, **dict.fromkeys(options, True)) for seed in (1, 2))
        storage.save_params(net.params, folder / "it.safetensors")
        loaded = storage.load_params(folder / "it.safetensors")
    assert [p.name for p in twin.params] == [p.name for p in net.params]
    assert set(loaded) == {p.name for p in net.params}
    for p, other in zip(net.params, twin.params):
        other.set_value(loaded[p.name])
        assert other.get_value().dtype == dtype
        assert_array_equal(other.get_value(), p.get_value())


def check_printing(type):
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        built(type).pretty_print()
    lines = [line.strip(" |-") for line in printed.getvalue().splitlines()]
    assert "id: it" in lines and f"type: {registry.layer_class(type).type}" in lines, lines


def check_refusal(type):
    said = message(ValueError, built, type, **place_of(type).wrong)
    assert f"{type} 'it'" in said, said


def check_nonsense(type):
    """What makes no sense is refused by name, or is an option that has no wrong values."""
    for option in registry.option_names(registry.layer_class(type)):
        for value in (object(), "nonsense", -1, float("nan"), (), (1, 2, 3, 4, 5)):
            try:
                built(type, **{option: value})
            except ValueError as error:
                said = str(error)
                assert f"{type} 'it'" in said or f"{type} layer got" in said, (option, said)


def check_alias(alias):
    with floatx("float32"):
        net, twin = built(alias), built(registry.layer_class(alias).type)
    it, other = net.layers["it"], twin.layers["it"]
    assert type(it.layer) is type(other.layer) and it.output_shape == other.output_shape
    for p, q in zip(it.params, other.params):
        assert p.name == q.name
        assert_array_equal(p.get_value(), q.get_value())


def check_plain_twin(type, dtype, tolerance, *options):
    """A layer with normalised weights begins as the plain layer of the same seed."""
    plain = plain_type(registry.layer_class(type))
    found, wanted = (case(name, dtype, *options).show(*mini_batch(dtype))
                     for name in (type, plain))
    for one, other in zip(found[:len(STREAMS) + 2], wanted[:len(STREAMS) + 2]):
        assert_allclose(one, other, rtol=tolerance, atol=tolerance * np.max(abs(other)))


def plain_type(cls):
    """Return the type of the plain layer that `cls` derives from."""
    return next(base.type for base in cls.__mro__ if not issubclass(base, NORMALISED)
                and getattr(base, "type", None))


def test_every_type_can_be_placed():
    for name in types():
        placed(name)


def placed(type):
    try:
        return built(type)
    except Exception as error:
        raise AssertionError(f"layer type {type!r} can't be placed: {error} Say how in PLACES of "
                             f"tests/test_battery.py.") from error


def test_outputs_of_every_type():
    for name in types():
        for dtype in DTYPES:
            yield check_outputs, name, dtype


def test_gradients_of_every_type_equal_finite_differences():
    for name in types():
        yield check_gradients, name


def test_parameters_of_every_type_are_saved_and_loaded():
    for name in types():
        for dtype in DTYPES:
            yield check_saving, name, dtype


def test_every_type_is_printed():
    for name in types():
        yield check_printing, name


def test_every_type_refuses_wrong_input_by_name():
    for name in types():
        yield check_refusal, name
        yield check_nonsense, name


def test_every_alias_stands_for_its_type():
    for alias in sorted(set(registry.layer_names()) - set(types())):
        yield check_alias, alias


def test_normalised_twins_equal_their_plain_ones():
    twins = [name for name, cls in types().items() if issubclass(cls, NORMALISED)]
    assert {plain_type(registry.layer_class(name)) for name in twins} >= {
        "dot_product", "conv_pool", "deconv", "classifier", "rnn", "lstm"}
    for name in twins:
        yield check_plain_twin, name, "float32", 2e-6
        yield check_plain_twin, name, "float64", 1e-13


def test_every_type_that_can_normalize_the_mean_only():
    """The same laws. Masks and batch statistics come together in the battery of forms."""
    able = [name for name, cls in types().items() if MEAN_ONLY in registry.option_names(cls)]
    assert len(able) >= 8
    for name in able:
        yield check_gradients, name, MEAN_ONLY
        for dtype, tolerance in (("float32", 2e-6), ("float64", 1e-13)):
            yield check_outputs, name, dtype, MEAN_ONLY
            yield check_saving, name, dtype, MEAN_ONLY
            if issubclass(types()[name], WeightNorm):
                yield check_plain_twin, name, dtype, 10 * tolerance, MEAN_ONLY


# -- a new type -------------------------------------------------------------------------------

@contextlib.contextmanager
def registered(name, cls):
    """Know the layer type `name` for a while."""
    registry.layer_type(name)(cls)
    try:
        yield
    finally:
        registry._classes.pop(name)


class Picky(Layer):
    """A layer that nobody told the battery how to place."""

    def __init__(self, id, input_shape, rng, *, word=None):
        super().__init__(id, input_shape, rng)
        if word is None:
            raise ValueError(f"{self.who} got no word.")

    def expression(self, x, stream):
        """Return `x`."""
        return x


class Misshapen(Layer):
    """A layer whose output has another shape than it says."""

    def __init__(self, id, input_shape, rng):
        super().__init__(id, input_shape, rng)
        self.output_shape = ROWS, SIDE, CHANNELS, SIDE

    def expression(self, x, stream):
        """Return `x`."""
        return x


class Doubled(Layer):
    """A layer whose output is not in floatX."""

    def expression(self, x, stream):
        """Return `x` in double precision."""
        return T.cast(x, "float64")


def test_a_new_type_is_walked_and_must_be_placed():
    with registered("picky", Picky):
        assert "picky" in types()
        said = message(AssertionError, test_every_type_can_be_placed)
        assert "'picky'" in said and "got no word" in said and "PLACES" in said, said


def test_a_false_shape_or_dtype_is_found():
    with registered("misshapen", Misshapen), registered("doubled", Doubled):
        for dtype in DTYPES:
            message(AssertionError, check_outputs, "misshapen", dtype)
        message(AssertionError, check_outputs, "doubled", "float32")
        check_outputs("doubled", "float64")
