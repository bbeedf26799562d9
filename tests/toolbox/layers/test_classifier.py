"""The classifier's losses and outputs against NumPy."""

import numpy as np
import theano
from numpy.testing import assert_allclose, assert_array_equal

from tests.small import CLASSES, begin, finish, floatx, message, without_c_code

ONE_HOT = np.eye(CLASSES)


def nll(fit, p, y):
    return -np.mean(np.log(p[np.arange(len(y)), y]))


def bce(fit, p, y):
    target = ONE_HOT[y]
    return -np.mean(target * np.log(p) + (1 - target) * np.log(1 - p))


def hinge(fit, p, y):
    return np.maximum(0, 1 - (2 * ONE_HOT[y] - 1) * fit).mean(axis=0).sum()


def outputs(type, names, dtype="float64"):
    """Return labels and, of a classifier of `type`, its losses and attributes by `names`."""
    with floatx(dtype), without_c_code():
        net = finish(begin(), type[:-len("classifier")], cook=False)
        view, stream = net.inference_layers["softmax"], net.datastream["data"]
        rng = np.random.RandomState(1)
        view.w = rng.normal(size=(36, CLASSES))
        f = theano.function([stream.x, stream.y], [
            view.loss(stream.y, name) if name in ("nll", "cce", "bce", "hinge")
            else view.errors(stream.y) if name == "errors" else getattr(view, name)
            for name in names], on_unused_input="ignore")
        x, y = rng.normal(size=(7, 36)).astype(dtype), rng.randint(CLASSES, size=7).astype("int32")
        return y, dict(zip(names, f(x, y)))


def check_losses(type):
    y, found = outputs(type, ("nll", "cce", "bce", "hinge", "fit", "p_y_given_x"))
    fit, p = found["fit"], found["p_y_given_x"]
    assert_allclose(p, np.exp(fit) / np.exp(fit).sum(axis=1, keepdims=True), rtol=1e-10)
    for name, wanted in (("nll", nll), ("cce", nll), ("bce", bce), ("hinge", hinge)):
        assert_allclose(found[name], wanted(fit, p, y), rtol=1e-8, err_msg=name)


def test_losses_of_integer_labels_q36_q38():
    for type in ("classifier", "weightnorm_classifier"):
        yield check_losses, type


def test_probabilities_are_logarithms_as_in_yann_q35():
    _, found = outputs("classifier", ("probabilities", "output", "p_y_given_x"))
    assert_array_equal(found["output"], found["p_y_given_x"])
    assert_allclose(found["probabilities"], np.log(found["output"]), rtol=1e-10)


def test_predictions_and_errors():
    y, found = outputs("classifier", ("predictions", "errors", "fit"), "float32")
    assert_array_equal(found["predictions"], found["fit"].argmax(axis=1))
    assert found["errors"] == np.sum(found["predictions"] != y) > 0


def test_labels_of_another_kind_are_refused():
    view = finish(begin(), cook=False).layers["softmax"]
    matrix = theano.tensor.imatrix()
    assert "classifier 'softmax'" in message(TypeError, view.errors, matrix)
    assert "integer labels" in message(NotImplementedError, view.errors, theano.tensor.fvector())


def test_wrong_options_are_refused_by_name():
    for options, words in (({}, "num_classes None"), ({"num_classes": 2.5}, "num_classes 2.5"),
                           ({"num_classes": 3, "activation": "softmx"}, "meant 'softmax'")):
        said = message(ValueError, begin().add_layer, "classifier", id="c", **options)
        assert "classifier 'c'" in said and words in said, said
    view = finish(begin(), cook=False).layers["softmax"]
    assert "perhaps you meant 'nll'" in message(ValueError, view.loss, theano.tensor.ivector(),
                                                "nl")
