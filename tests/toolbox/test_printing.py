"""What is printed: the tree of layers, the lines of an epoch, when a bar is shown."""

import io
from contextlib import redirect_stdout

from tests.small import begin, dataset, finish, small_network, without_c_code
from yann_weightnorm.toolbox.printing import print_layer, shows_bar


def printed(call, *args, **kwargs):
    out = io.StringIO()
    with redirect_stdout(out):
        call(*args, **kwargs)
    return out.getvalue()


def test_a_layer_between_two_rules():
    net = finish(begin(), cook=False)
    assert printed(net.layers["softmax"].print_layer, nest=True) == "\n".join([
        " |-", " |-", " |-", " |- id: softmax", " |-" + "=" * 17 + "-" * 18,
        " |- type: classifier", " |- output shape: (4, 3)", " |- batch norm: OFF",
        " |- parameters: w, b", " |-" + "-" * 35, ""])


def test_a_layer_by_itself_names_its_neighbours_q43():
    net = finish(begin(), cook=False)
    lines = printed(net.layers["softmax"].print_layer).splitlines()
    assert lines[-2:] == [" |- origin: 2", " |- destination: obj"]
    assert printed(net.layers["obj"].print_layer).splitlines()[-1] == " |- destination: none"


def test_filters_are_described_and_a_deconvolution_has_no_pooling():
    net = begin(data=dataset(channels=2))
    net.add_layer("conv_pool", id="conv", num_neurons=3, filter_size=(3, 2), pool_size=(2, 1),
                  batch_norm=True)
    net.add_layer("deconv", id="deconv", num_neurons=3, filter_size=(3, 2),
                  output_shape=(4, 6, 2))
    lines = printed(print_layer, net.layers["conv"], nest=True).splitlines()
    assert [line[3:] for line in lines[4:]] == [
        "=" * 17 + "-" * 18, " type: conv_pool", " output shape: (4, 3, 2, 5)",
        " batch norm: ON", " parameters: w, b, gamma, beta, running_mean, running_var", "-" * 35,
        " filter size: [3 X 2]", " pooling size: [2 X 1]", " stride size: [1 X 1]",
        " input shape: [6 6]", " input feature maps: 2", "-" * 35]
    said = printed(print_layer, net.layers["deconv"])
    assert "filter size: [3 X 2]" in said and "input shape: [2 5]" in said, said
    assert "pooling" not in said, said


def test_each_level_of_the_tree_is_nine_columns_further_right():
    net = begin()
    for id, origin in (("a", "input"), ("b", "input"), ("above a", "a")):
        net.add_layer("dot_product", id=id, origin=origin, num_neurons=2)
    lines = printed(net.pretty_print).splitlines()
    starts = {line.split("|- id: ")[1]: line.split("|- id: ")[0] for line in lines
              if "id:" in line}
    deep = " " * 10
    # Each dense layer on images has a flatten layer below it; "4" is the last thing on the input.
    assert starts == {"input": " ", "2": deep, "a": deep + "|        ",
                      "above a": deep + "|" + " " * 17, "4": deep, "b": deep + " " * 9}


def test_a_layer_that_does_not_learn_says_so():
    net = begin()
    net.add_layer("dot_product", id="fc", num_neurons=2, learnable=False)
    assert " |- not learnable\n" in printed(net.pretty_print).replace(" " * 18, "")


# -- training ---------------------------------------------------------------------------------

def test_the_lines_of_training_are_those_of_yann_q32():
    with without_c_code():
        net = finish(begin())
        net.verbose = 2
        said = printed(net.train, epochs=1, learning_rates=(0.0, 0.5), training_accuracy=True)
    beginnings = [line.split(":")[0] for line in said.splitlines()]
    assert beginnings == [
        ".. Epoch", ".. Validation accuracy ", ".. Training accuracy ", ".. Best training accuracy",
        ".. Best validation accuracy", ".. Cost                ", "... Learning Rate       ",
        "... Momentum            "], said
    assert said.startswith(".. Epoch: 0 Era: 0\n") and "Momentum            : None" in said
    net.verbose = 0
    assert printed(net.print_status, 0, print_lr=True) == ""


def test_best_is_said_of_what_is_better_only():
    with without_c_code():
        net = finish(begin())
        net.verbose = 2
        first = printed(net.validate, training_accuracy=True)
        again = printed(net.validate, training_accuracy=True)
    assert "Best training accuracy" in first and "Best" not in again
    assert net.best_training_errors == 100 - net.training_accuracy[0]


def test_bars_are_for_verbose_1_and_2_q33():
    assert [shows_bar(True, verbose) for verbose in range(5)] == [False, True, True, False, False]
    assert not shows_bar(False, 2)


def test_the_network_s_tree_has_every_layer():
    said = printed(small_network("weightnorm_", cook=False).pretty_print)
    assert said.count("id: ") == 6 and said.count("parameters: v, g, b") == 3, said
