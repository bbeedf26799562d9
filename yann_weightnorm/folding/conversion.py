"""From plain weights to normalised ones and back: the same function, learnt another way."""

import warnings

from yann_weightnorm.folding.carrying import CarryingOver, fits
from yann_weightnorm.folding.choosing import Choice
from yann_weightnorm.folding.comparing import largest_difference
from yann_weightnorm.folding.rebuilding import Converting
from yann_weightnorm.folding.report import Change, Conversion
from yann_weightnorm.folding.twins import weight_names
from yann_weightnorm.forms import FORMS
from yann_weightnorm.toolbox.checks import one_of
from yann_weightnorm.toolbox.printing import say

__all__ = ["fold", "weight_normalize"]

# What rounding may do to outputs, as a share of the largest.
TOLERANCE = {"float16": 1e-2, "float32": 1e-5, "float64": 1e-12}


def weight_normalize(net, layers=None, *, form=None, learn_g=None, check=True, remember=True):
    """Return the weight-normalised twin of a plain network: the same function, learnt otherwise.

    Each layer that has a weight-normalised type becomes one of that type: v begins as w, and g as
    its norms, so every output is what it was. `net` stays as it is. The twin is built by the same
    calls, shares the data set alone with `net`, and is cooked if `net` is; then training can go on.

    Parameters
    ----------
    net : network
        Trained or not, cooked or not.
    layers : collection of str, optional
        Ids of the layers to convert; by default all that can be.
    form : str, optional
        See :mod:`yann_weightnorm.forms`. ``'l2'`` by default; for a layer that was folded, the
        form it had.
    learn_g : bool, optional
        Whether training changes the lengths; by default it does, or as it was before folding.
    check : bool, default True
        Compare the outputs of both networks for a mini batch of random numbers.
    remember : bool, default True
        Keep in ``twin.aside`` what the twin has no place for, for the way back.

    Returns
    -------
    network
        The twin; `net` itself if there is nothing to convert. Its attribute `conversion` is the
        report, a :class:`~yann_weightnorm.folding.Conversion`, which is printed at `verbose` 1 and
        more.

    Raises
    ------
    ValueError
        If all weights of a neuron are 0, so that they have no direction; if the form can't hold
        the weights; if a layer is unknown; or if the outputs differ by more than rounding.

    Notes
    -----
    A weight that is made of others', such as a tied one (``input_params=[net.layers['a'].w.T]``),
    follows what those become. Layers that share a weight share v and g, where their neurons lie
    along the same axis; otherwise the second stays plain and follows the first.

    Parameters that both networks have take along what the optimizer remembers of them, the best
    values so far, and their part in :meth:`resume`; what it remembers of v and g begins anew. When
    the network comes back from :func:`fold` with the weights it left with, though, v, g and what
    was remembered of them are what they were, bit for bit, so training goes on as without the
    detour. What is put aside for that is saved and copied with the network.

    Expressions among the options are made anew of the twin's parts. A function that an option
    holds, or a shared variable of the script's own, serves both networks.
    """
    choice = Choice(net, folds=False, wanted=_known(net, layers, "weight_normalize"))
    if form is not None:
        one_of(form, FORMS, "form", "weight_normalize")
    asked = {name: value for name, value in (("form", form), ("learn_g", learn_g))
             if value is not None}
    found = {id: entry for id, entry in _put_aside(net, choice).items()
             if all(entry["options"].get(name, default) == asked.get(name, entry["options"].get(
                 name, default)) for name, default in (("form", "l2"), ("learn_g", True)))}
    options = {id: dict(found[id]["options"] if id in found else {}, **asked)
               for id in choice.classes}
    return _converted("weight_normalize", net, choice, found, options, check, remember)


def fold(net, layers=None, *, check=True, remember=True):
    """Return the plain twin of a weight-normalised network: w is kept, v and g are gone.

    The twin gives the same outputs, in fewer operations, and can be trained on, saved and exported
    like any plain network. `net` stays as it is.

    Parameters
    ----------
    net : network
        Trained or not, cooked or not; its layers may have any form.
    layers : collection of str, optional
        Ids of the layers to fold; by default all with normalised weights.
    check : bool, default True
        Compare the outputs of both networks for a mini batch of random numbers.
    remember : bool, default True
        Keep in ``twin.aside`` what the twin has no place for, v and g among it, for the way back.

    Returns
    -------
    network
        The twin; `net` itself if there is nothing to fold, so folding twice is folding once. Its
        attribute `conversion` is the report, a :class:`~yann_weightnorm.folding.Conversion`, which
        is printed at `verbose` 1 and more.

    Raises
    ------
    ValueError
        If a layer is unknown, an expression in the network is made of a v or g, which the twin
        doesn't have, or the outputs differ by more than rounding.

    Notes
    -----
    :func:`weight_normalize` says what becomes of the optimizer's memory, of shared and tied
    weights, and of expressions. A weight whose v or g alone is another layer's becomes the layer's
    own; the report says so. A penalty on g (``regularize='g'``) becomes one on w; one on v is gone,
    for it has no part in the function.
    """
    choice = Choice(net, folds=True, wanted=_known(net, layers, "fold"))
    found = _put_aside(net, choice)
    options = {id: {"regularize": _plain_penalty(net, choice, id)} for id in choice.classes
               if hasattr(net.layers[id].layer, "regularize")}
    return _converted("fold", net, choice, found, options, check, remember)


def _known(net, layers, who):
    if layers is None:
        return None
    if isinstance(layers, str):
        raise ValueError(f"{who} got layers {layers!r}; give a list of ids, such as [{layers!r}].")
    return {net.known_layer(id, who) for id in layers}


def _put_aside(net, choice):
    """Return what an earlier conversion put aside of each layer, where it is still good."""
    return {id: net.aside[id] for id in choice.classes
            if id in net.aside and fits(net.aside[id], net.layers[id].layer)}


def _plain_penalty(net, choice, id):
    penalty = net.layers[id].layer.regularize
    if penalty == "v":
        choice.notes[id] = "its penalty on v has no counterpart"
    return bool(penalty) and penalty != "v"


def _converted(kind, net, choice, found, options, check, remember):
    if not choice.classes:
        report = Conversion(kind, [], choice.kept, None)
        net.conversion = net.conversion or report
        _print(report, net.verbose)
        return net
    converting = Converting(net, choice, options)
    twin = converting.build()
    converting.cook()
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)  # a form that can't hold the weight warns
        try:
            CarryingOver(converting, found, remember).carry()
        except UserWarning as warning:
            raise ValueError(f"{kind}: {warning} The outputs would be others; choose form 'l2', "
                             f"or leave the layer out by layers=[...].") from None
    twin.conversion = Conversion(kind, _changes(net, choice), choice.kept,
                                 _checked(kind, net, twin) if check else None)
    twin.verbose = net.verbose
    _print(twin.conversion, net.verbose)
    return twin


def _checked(kind, net, twin):
    difference, id = largest_difference(net, twin)
    dtype = net.layers[id].output.dtype
    if not difference <= TOLERANCE[dtype]:
        raise ValueError(f"{kind}: the output of {net.layers[id].who} differs by {difference:.1e} "
                         f"of its largest value, which is more than rounding does; say "
                         f"check=False if the network is so sensitive, or leave layers out by "
                         f"layers=[...] to find the one.")
    return difference


def _changes(net, choice):
    changes = []
    for id, cls in choice.classes.items():
        layer = net.layers[id].layer
        shapes = getattr(layer, "weight_shapes", None) or {"w": layer.weight_shape}
        changes.append(Change(id, layer.type, cls.type, {
            name: tuple(shapes[name]) for name in weight_names(layer)}, choice.notes.get(id, "")))
    return changes


def _print(report, verbose):
    for line in report.lines():
        say(1, line, verbose)
