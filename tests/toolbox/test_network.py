"""The network's interface: ids, origins, streams, lists of parameters, and its errors."""

import copy
import io
import warnings
from contextlib import redirect_stdout

import numpy as np
from numpy.testing import assert_array_equal

from tests.small import CLASSES, arrays, begin, dataset, finish, message, small_network, \
    temporary_folder, values
from yann_weightnorm import dataset_from_arrays, network
from yann_weightnorm.toolbox.modules import Datastream


def test_default_ids_count_layers_and_the_flatten_between_q64():
    net = begin()
    net.add_layer("classifier", num_classes=3)
    net.add_layer("objective")
    assert list(net.layers) == ["input", "2", "1", "3"]
    assert [net.layers[id].type for id in net.layers] == ["input", "flatten", "classifier",
                                                          "objective"]
    assert net.last_classifier_created == "1" and net.last_objective_layer_created == "3"


def test_origins_and_destinations_are_noted_in_all_streams_q21():
    net = small_network(cook=False)
    for views in (net.dropout_layers, net.layers, net.inference_layers):
        assert views["input"].origin == ["data"]
        assert views["fc"].origin == ["3"] and views["3"].origin == ["conv"]
        assert views["fc"].destination == ["softmax"]


def test_streams_share_parameters_and_have_their_own_outputs():
    net = small_network(cook=False, dropout_rate=0.5)
    views = [v["fc"] for v in (net.dropout_layers, net.layers, net.inference_layers)]
    assert len({id(view.w) for view in views}) == 1
    assert len({id(view.output) for view in views}) == 3
    assert all(view.inference is views[2].output for view in views)


def test_params_and_active_params_in_order_of_creation():
    net = small_network(cook=False)
    assert [p.name for p in net.params] == [
        "conv.w", "conv.b", "fc.w", "fc.b", "softmax.w", "softmax.b"]
    assert net.active_params == net.params


def test_a_layer_that_is_not_learnable_stays_out_of_active_params():
    net = begin()
    net.add_layer("dot_product", id="fc", learnable=False)
    assert net.active_params == [] and not net.layers["fc"].active
    assert [p.name for p in net.params] == ["fc.w", "fc.b"]


def test_standalone_batch_norm_is_among_the_params_q3():
    net = begin()
    net.add_layer("batch_norm", id="bn")
    assert [p.name for p in net.params] == ["bn.gamma", "bn.beta", "bn.running_mean",
                                            "bn.running_var"]
    assert [p.name for p in net.active_params] == ["bn.gamma", "bn.beta"]
    assert "bn" in net.get_params()


def test_deactivate_layer_takes_its_parameters_out():
    net = small_network(cook=False)
    net.deactivate_layer("fc")
    assert [p.name for p in net.active_params] == ["conv.w", "conv.b", "softmax.w", "softmax.b"]
    assert "no parameters" in message(ValueError, net.deactivate_layer, "input")
    assert "no layer 'fcc' (perhaps you meant 'fc')" in message(
        ValueError, net.deactivate_layer, "fcc")


def test_get_params_gives_copies_in_order():
    net = small_network(cook=False)
    found = net.get_params()
    assert list(found) == ["conv", "fc", "softmax"]
    assert_array_equal(found["fc"][0], net.layers["fc"].w.get_value())
    found["fc"][0][:] = 7
    assert net.layers["fc"].w.get_value().max() < 7


def test_the_same_seed_gives_the_same_start_and_yann_s_draws():
    first, second = small_network(cook=False), small_network(cook=False)
    for name, value in values(first).items():
        assert_array_equal(value, values(second)[name])
    rng = np.random.RandomState(0)
    wanted = (0.01 * rng.standard_normal(size=(3, 1, 3, 3))).astype("float32")
    assert_array_equal(first.layers["conv"].w.get_value(), wanted)


def test_a_sigmoid_layer_starts_four_times_as_wide():
    net = begin()
    net.add_layer("dot_product", id="fc", activation="sigmoid", num_neurons=50)
    assert 0.03 < net.layers["fc"].w.get_value().std() < 0.05


def test_cook_chooses_modules_and_makes_a_default_optimizer_and_resultor():
    with temporary_folder() as folder:
        net = network(verbose=0)
        net.add_module("datastream", {"dataset": dataset()})
        net.add_layer("input")
        net.add_layer("classifier", num_classes=CLASSES)
        net.add_layer("objective")
        net.cook()
        assert net.cooked_optimizer.optimizer_type == "sgd"
        assert (folder / "resultor" / "costs.txt").read_text() == ""
        assert net.network_type == "classifier"


def test_graph_joins_representative_neurons():
    net = small_network(cook=False)
    assert ("data", "input-0") in net.graph.edges
    assert net.graph.nodes["conv-2"]["type"] == "conv_pool"
    assert sorted(net.layer_graph["3"].nodes) == sorted(
        f"3-{i}" for i in (0, 1, 2, 3, 4, 10, 11))


def test_pretty_print_shows_the_tree():
    out = io.StringIO()
    with redirect_stdout(out):
        small_network("weightnorm_", cook=False).pretty_print()
    said = out.getvalue()
    for piece in ("id: conv", "type: weightnorm_conv_pool", "filter size: [3 X 3]",
                  "parameters: v, g, b", "batch norm: OFF", "id: obj"):
        assert piece in said, piece


def test_verbose_says_what_was_added():
    net = begin()
    out = io.StringIO()
    with redirect_stdout(out):
        net.add_layer("dot_product", id="fc", verbose=2)
        net.add_layer("dot_product", id="quiet")
    assert out.getvalue() == ".. Added dot_product 'fc', output shape (4, 100)\n"


def test_a_network_can_be_copied():
    net = small_network("weightnorm_", cook=False)
    twin = copy.deepcopy(net)
    twin.layers["fc"].w = np.ones((12, 4))
    assert abs(net.layers["fc"].weight_value()).max() < 0.2


# -- errors: who, what was wanted, what came, what to do --------------------------------------


def test_an_unknown_origin_is_refused_with_the_nearest_layer():
    said = message(ValueError, begin().add_layer, "dot_product", origin="inptu")
    assert "dot_product layer" in said and "'inptu'" in said and "'input'" in said, said


def test_a_layer_without_anything_below_is_refused():
    said = message(ValueError, network(verbose=0).add_layer, "dot_product")
    assert "dot_product layer" in said and "'input' layer" in said, said


def test_an_input_layer_needs_a_datastream():
    said = message(ValueError, network(verbose=0).add_layer, "input")
    assert "add_module(type='datastream'" in said, said


def test_an_unknown_datastream_is_refused_with_the_nearest_one():
    net = network(verbose=0)
    net.add_module("datastream", {"dataset": dataset(), "id": "data"})
    said = message(ValueError, net.add_layer, "input", origin="dato")
    assert "'dato'" in said and "perhaps you meant 'data'" in said, said


def test_datastream_origin_falls_back_to_the_last_datastream_q39():
    net = network(verbose=0)
    net.add_module("datastream", {"dataset": dataset()})
    net.add_layer("input", datastream_origin="data")
    assert net.layers["0"].origin == ["1"]


def test_dataset_init_args_with_a_known_id_use_that_datastream_q40():
    net = network(verbose=0)
    for id in ("first", "second"):
        net.add_module("datastream", {"dataset": dataset(), "id": id})
    net.add_layer("input", id="x", dataset_init_args={"id": "first"})
    assert net.layers["x"].origin == ["first"]


def test_wrong_option_values_are_refused_by_layer_and_option():
    wrong = [
        ("dot_product", {"num_neurons": 0}, ["'it'", "num_neurons 0", "positive integer"]),
        ("dot_product", {"activation": "rely"}, ["'it'", "'rely'", "perhaps you meant 'relu'"]),
        ("dot_product", {"activation": ("maxout", "maxout", 3), "num_neurons": 10},
         ["'it'", "maxout size 3", "10"]),
        ("dot_product", {"activation": ("tanh", 2)}, ["'it'", "'tanh' takes no argument"]),
        ("dot_product", {"dropout_rate": 1.0}, ["'it'", "dropout_rate 1.0", "[0, 1)"]),
        ("dot_product", {"input_params": [np.ones((3, 3))]}, ["'it'", "(3, 3)", "(36, 100)"]),
        ("conv_pool", {"filter_size": (7, 7)}, ["'it'", "(7, 7)", "(6, 6)", "smaller filters"]),
        ("conv_pool", {"filter_size": 3}, ["'it'", "filter_size 3", "two integers"]),
        ("conv_pool", {"pool_size": (5, 5)}, ["'it'", "pool_size (5, 5)", "(4, 4)", "'whole'"]),
        ("conv_pool", {"pool_type": "median"}, ["'it'", "'median'", "'mean'"]),
        ("conv_pool", {"border_mode": "same"}, ["'it'", "'same'", "'half'"]),
        ("classifier", {}, ["'it'", "num_classes None", "positive integer"]),
        ("unflatten", {"shape": (5, 5)}, ["'it'", "(5, 5, 1)"]),
        ("gaussian_noise", {"sigma": -1}, ["'it'", "sigma -1"]),
        ("objective", {}, ["objective layer", "input"]),
    ]
    for type, options, pieces in wrong:
        net = begin()
        said = message(ValueError, net.add_layer, type, id="it", **options)
        if type != "objective":
            assert all(piece in said for piece in pieces), (type, options, said)
        assert "it" not in net.layers and "it" not in net.graph


def test_a_convolution_on_rows_is_refused():
    net = begin()
    net.add_layer("dot_product", id="fc")
    said = message(ValueError, net.add_layer, "conv_pool", id="conv")
    assert "conv_pool 'conv'" in said and "(4, 100)" in said and "'unflatten'" in said, said


def test_a_taken_or_odd_id_is_refused():
    net = begin()
    assert "which input 'input' has" in message(ValueError, net.add_layer, "flatten", id="input")
    assert "must be a string" in message(ValueError, net.add_layer, "flatten", id=3)


def test_learnable_without_parameters_is_refused():
    said = message(ValueError, begin().add_layer, "flatten", id="flat", learnable=True)
    assert "flatten 'flat' has nothing to learn" in said, said


def test_an_objective_on_a_layer_without_loss_is_refused():
    net = begin()
    net.add_layer("dot_product", id="fc")
    said = message(ValueError, net.add_layer, "objective", id="obj", origin="fc")
    assert "'obj'" in said and "dot_product 'fc'" in said and "layer_type 'value'" in said, said


def test_an_unknown_objective_is_refused_with_the_nearest_one():
    net = begin()
    net.add_layer("classifier", num_classes=3)
    said = message(ValueError, net.add_layer, "objective", objective="hing")
    assert "'hing'" in said and "perhaps you meant 'hinge'" in said, said


def test_a_value_objective_without_a_value_is_refused_q11():
    net = begin()
    said = message(ValueError, net.add_layer, "objective", id="obj", layer_type="value")
    assert "'obj'" in said and "`objective`" in said and "`origin`" in said, said


def test_several_origins_of_an_objective_are_refused():
    said = message(ValueError, begin().add_layer, "objective", origin=["a", "b"])
    assert "['a', 'b']" in said and "objective_layers" in said, said


def test_an_unknown_module_or_module_option():
    net = network(verbose=0)
    assert "perhaps you meant 'optimizer'" in message(ValueError, net.add_module, "optimiser")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        net.add_module("optimizer", {"optimzer_type": "sgd"})
        net.add_module("datastream", {"dataset": dataset(), "id": "data", "datset": 1})
    assert "optimizer '1' has no option" in str(caught[0].message)
    assert "perhaps you meant 'optimizer_type'" in str(caught[0].message)
    assert "datastream 'data'" in str(caught[1].message)


def test_a_datastream_without_a_data_set_is_refused():
    for wrong in (None, 3, [1, 2]):
        said = message(ValueError, Datastream, "data", dataset=wrong)
        assert "datastream 'data'" in said and "dataset_from_arrays" in said, said


def test_labels_out_of_range_are_refused_when_the_classes_are_known():
    x, _ = arrays(8)
    data = dataset_from_arrays((x, np.full(8, 5)), (x, np.zeros(8, int)), (x, np.zeros(8, int)),
                               mini_batch_size=4)
    said = message(ValueError, Datastream, "data", dataset=data, n_classes=3)
    assert "5" in said and "3" in said and "'train'" in said, said
    net = begin(data=data)
    net.add_layer("classifier", num_classes=3)
    net.add_layer("objective")
    said = message(ValueError, net.cook, resultor=None)
    assert "'train'" in said and "5" in said, said


def test_cook_refuses_unknown_modules_and_objectives():
    net = finish(begin(), cook=False)
    assert "no optimizer 'main'" in message(ValueError, net.cook, optimizer="main", resultor=None)
    assert "no datastream 'dat'" in message(ValueError, net.cook, datastream="dat", resultor=None)
    assert "no layer 'ob'" in message(ValueError, net.cook, objective_layers=["ob"], resultor=None)
    said = message(ValueError, net.cook, objective_weights=[1, 2], resultor=None)
    assert "2 objective_weights for 1" in said, said


def test_uncooked_networks_say_cook_first_q57():
    net = finish(begin(), cook=False)
    for call in (net.train, net.test, net.validate, net.save_params):
        said = message(RuntimeError, call)
        assert call.__name__ in said and "cook()" in said, said
    assert "cook()" in message(RuntimeError, net.layer_activity, "fc")
