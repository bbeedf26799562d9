"""Layer types by name, and what is said about names that are not known."""

import warnings

from tests.small import begin, message
from yann_weightnorm import layer_types
from yann_weightnorm.toolbox import registry

ALIASES = {
    "input": ["data"], "conv_pool": ["convolution"],
    "dot_product": ["hidden", "mlp", "fully_connected"],
    "classifier": ["softmax", "output", "label"], "objective": ["loss", "energy"],
    "batch_norm": ["batchnorm", "normalization"], "flatten": [], "unflatten": [],
    "gaussian_noise": ["noise"],
    "weightnorm_dot": ["weightnorm_dot_product", "weightnorm_hidden", "weightnorm_mlp",
                       "weightnorm_fully_connected"],
    "weightnorm_conv_pool": ["weightnorm_convolution"],
    "weightnorm_classifier": ["weightnorm_softmax", "weightnorm_output", "weightnorm_label"],
}


def test_every_alias_stands_for_its_type():
    for name, aliases in ALIASES.items():
        cls = registry.layer_class(name)
        assert cls.type == name
        assert all(registry.layer_class(alias) is cls for alias in aliases)
        assert set([name] + aliases) <= set(layer_types())


def test_an_unknown_type_is_refused_with_the_nearest_known_one():
    said = message(ValueError, begin().add_layer, "weightnorm_dott")
    assert "'weightnorm_dott'" in said and "perhaps you meant 'weightnorm_dot'" in said, said
    assert "conv_pool" in said


def test_a_class_of_ones_own_needs_no_name():
    class Mine(registry.layer_class("dot_product")):
        type = "mine"

    net = begin()
    net.add_layer(Mine, num_neurons=5)
    assert net.layers["1"].type == "mine" and net.layers["1"].num_neurons == 5
    assert net.calls[-1].type == "mine" and "mine" not in registry.layer_names()


def test_an_unknown_option_is_a_warning_that_names_the_nearest_one():
    net = begin()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", UserWarning)
        net.add_layer("weightnorm_dot", num_neuron=5)
    caught = [w for w in caught if w.category is UserWarning]
    said = str(caught[0].message)
    assert "'weightnorm_dot'" in said and "'num_neuron'" in said and "'num_neurons'" in said, said
    assert caught[0].filename == __file__
    assert net.layers["1"].num_neurons == 100 and len(caught) == 1


def test_a_taken_name_is_refused():
    said = message(ValueError, registry.layer_type("dot_product"), type("Mine", (), {}))
    assert "'dot_product'" in said and "DotProduct" in said and "Mine" in said, said


def test_an_unknown_start_is_refused():
    said = message(ValueError, registry.start_function, "data_dependant")
    assert "perhaps you meant 'data_dependent'" in said, said


def test_options_of_a_mixin_are_added_to_those_of_the_class_behind_it():
    class Plain:
        def __init__(self, id, *, width=1, depth=2):
            pass

    class Mixin:
        def __init__(self, *args, form="l2", **options):
            super().__init__(*args, **options)

    class Mixed(Mixin, Plain):
        pass

    assert registry.option_names(Plain) == ["width", "depth"]
    assert registry.option_names(Mixed) == ["form", "width", "depth"]
