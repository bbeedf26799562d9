"""Residual blocks are found by a network's sums, and their layers' places with them."""

from tests.small import begin
from yann_weightnorm.residual_blocks import find_blocks, find_places


def dense(net, id, origin=None, **options):
    net.add_layer("weightnorm_dot", id=id, origin=origin, num_neurons=4, **options)


def total(net, id, *origins):
    net.add_layer("merge", id=id, origin=origins, layer_type="sum")




def test_blocks_of_two_layers_each():
    net = begin()
    dense(net, "stem")
    for block, below in ((1, "stem"), (2, "sum1"), (3, "sum2")):
        dense(net, f"a{block}", below)
        dense(net, f"b{block}")
        total(net, f"sum{block}", below, f"b{block}")
    dense(net, "top")
    found = find_blocks(net)
    assert [(b.sum, b.fork) for b in found] == [("sum1", "stem"), ("sum2", "sum1"),
                                                ("sum3", "sum2")]
    assert all(b.shortcut == () and b.stage == 1 for b in found)
    assert found[1].residual == [("a2", "b2")]
    places = find_places(net)
    assert places == {f"{kind}{n}": place for n in (1, 2, 3)
                      for kind, place in (("a", "first"), ("b", ("last", 3)))}


def test_a_shortcut_with_a_weight_begins_a_stage():
    net = begin()
    dense(net, "stem")
    dense(net, "a1", "stem")
    dense(net, "b1")
    total(net, "sum1", "stem", "b1")
    dense(net, "short", "sum1")
    dense(net, "a2", "sum1")
    dense(net, "b2")
    total(net, "sum2", "b2", "short")
    dense(net, "a3", "sum2")
    dense(net, "b3")
    total(net, "sum3", "sum2", "b3")
    assert [b.stage for b in find_blocks(net)] == [1, 2, 2]
    places = find_places(net)
    assert places["short"] == "shortcut"
    assert [places[id] for id in ("b1", "b2", "b3")] == [("last", 1), ("last", 2), ("last", 2)]


def test_a_weight_between_two_blocks_begins_a_stage():
    net = begin()
    dense(net, "stem")
    dense(net, "a1", "stem")
    dense(net, "b1")
    total(net, "sum1", "stem", "b1")
    dense(net, "between", "sum1")
    dense(net, "a2", "between")
    dense(net, "b2")
    total(net, "sum2", "between", "b2")
    assert [b.stage for b in find_blocks(net)] == [1, 2]
    assert "between" not in find_places(net)


def test_layers_without_weights_are_passed():
    net = begin()
    dense(net, "stem")
    net.add_layer("batch_norm", id="norm", origin="stem")
    dense(net, "only", "norm")
    net.add_layer("gaussian_noise", id="noise", origin="only")
    total(net, "sum1", "stem", "noise")
    net.add_layer("batch_norm", id="norm2", origin="sum1")
    dense(net, "a2", "norm2")
    dense(net, "b2", "a2")
    total(net, "sum2", "norm2", "b2")
    assert find_places(net) == {"only": ("last", 2), "a2": "first", "b2": ("last", 2)}


def test_a_block_within_a_block_and_several_branches():
    net = begin()
    dense(net, "stem")
    dense(net, "a", "stem")
    dense(net, "inner", "a")
    total(net, "inside", "a", "inner")
    dense(net, "b", "inside")
    dense(net, "other", "stem")
    total(net, "sum", "stem", "b", "other")
    inside, outside = find_blocks(net)
    assert inside.residual == [("inner",)] and inside.fork == "a"
    assert outside.fork == "stem" and sorted(outside.residual) == [("a", "b"), ("other",)]
    assert outside.stage != inside.stage


def test_sums_that_are_no_blocks():
    net = begin()
    dense(net, "one", "input")
    dense(net, "two", "input")
    total(net, "equals", "one", "two")            # which is the shortcut?
    total(net, "twice", "one", "one")             # nothing is learnt in it
    net.add_layer("random", id="z", num_neurons=(4, 4))
    dense(net, "from z", "z")
    total(net, "apart", "one", "from z")          # they leave from no common layer
    net.add_layer("merge", id="beside", origin=("one", "two"), layer_type="concatenate")
    dense(net, "joined", "beside")
    total(net, "no chain", "one", "joined")       # a branch that is none
    dense(net, "long1", "one")
    dense(net, "long2")
    dense(net, "long3")
    dense(net, "short1", "one")
    dense(net, "short2")
    total(net, "both long", "long3", "short2")    # two layers are no shortcut
    assert find_blocks(net) == []


def test_an_input_whose_datastream_has_a_layer_s_id():
    net = begin()
    dense(net, "data", "input")
    dense(net, "more", "data")
    total(net, "sum", "data", "more")
    assert find_places(net) == {"more": ("last", 1)}
