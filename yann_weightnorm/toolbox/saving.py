"""A network to a folder and back: parameters, architecture, and where its training stands."""

import numpy as np
import theano

from yann_weightnorm.toolbox import checkpoint, network_state
from yann_weightnorm.toolbox.blueprint import Decoder, Encoder, named_params, untold
from yann_weightnorm.toolbox.printing import say

__all__ = ["Saving"]

OPTIONS = "options"  # the part that holds the arrays among the options


class Saving:
    """Base of the network: save, load, restore."""

    def save(self, path):
        """Save the network to the folder `path`, whole or not at all.

        Parameters are in safetensors, named ``<layer id>.<parameter>``; beside them are the
        architecture and all that training has gathered: optimizers' memories, generators, best
        parameters, rates, history. Between two epochs (from `on_epoch`, say) that is enough for
        :meth:`load` or :meth:`restore`, and then :meth:`resume`, to give bit for bit the numbers
        of a training that never stopped.

        Parameters
        ----------
        path : str or path
            Made if it is not there; a checkpoint that is there is replaced in one step.

        Raises
        ------
        OSError
            If it can't be written. A checkpoint that was there is kept.
        """
        encoder = Encoder(self)
        arrays, numbers = network_state.state(self)
        header = dict(self._outline(encoder), state=encoder.value(numbers))
        checkpoint.write(path, header, {"parameters": network_state.parameters(self),
                                        "state": arrays, OPTIONS: encoder.arrays})

    @classmethod
    def load(cls, path, dataset=None, verbose=2):
        """Return the network that was saved to the folder `path`, built and cooked anew.

        Parameters
        ----------
        path : str or path
        dataset : Dataset, str or path, optional
            The data set of its datastream. Needed only to run the network, and only if the one it
            was saved with was in memory or is gone.
        verbose : int, default 2

        Returns
        -------
        network

        Raises
        ------
        FileNotFoundError
            If there is no checkpoint.
        ValueError
            If it is damaged, holds a network of another class or floatX, or one with expressions
            that cannot be saved; :meth:`restore` takes the last.
        """
        header, parts = checkpoint.read(path)
        _check_loadable(header, cls, path)
        try:
            return cls._rebuilt(header, parts, dataset, verbose)
        except (KeyError, TypeError, IndexError, AttributeError, MemoryError,
                OverflowError) as error:
            raise ValueError(f"{path} is damaged: its {checkpoint.HEADER} makes no network "
                             f"({type(error).__name__}: {error}).") from error
        except ValueError as error:     # which speaks of a layer or a module
            raise ValueError(f"{path} makes no network: {error}") from error

    @classmethod
    def _rebuilt(cls, header, parts, dataset, verbose):
        network = cls(verbose=0, rng=np.random.RandomState())
        decoder = Decoder(network, parts[OPTIONS], dataset)
        decoder.build(header["calls"])
        named = named_params(network)
        network.active_params = [named[name] for name in header["active"]]
        if header["cooked"] is not None:
            network.begins_files = False
            network.cook(**decoder.value(header["cooked"]))
            network.begins_files = True
        network._take(decoder.value(header["state"]), parts)
        network.verbose = verbose
        return network

    def restore(self, path):
        """Set this network, built and cooked as the one that was saved to `path`, to its state.

        Where :meth:`load` builds the network, here a script has built it; so it may have anything
        in it, expressions and functions too.

        Raises
        ------
        FileNotFoundError
            If there is no checkpoint.
        ValueError
            If it is damaged, or the network was built or cooked otherwise; says where they differ.
        """
        header, parts = checkpoint.read(path)
        _check_same(self._outline(Encoder(self)), header, path)
        self._take(Decoder(self, parts[OPTIONS]).value(header["state"]), parts)

    def _outline(self, encoder):
        names = {param: name for name, param in named_params(self).items()}
        return {"class": type(self).__name__, "floatX": theano.config.floatX,
                "calls": encoder.calls(), "cooked": encoder.value(self.cook_options),
                "active": [names.get(p, f"{p.name}, of no layer") for p in self.active_params]}

    def _take(self, state, parts):
        network_state.set_parameters(self, parts["parameters"])
        network_state.set_state(self, parts["state"], state)
        self.left_off = state["training"]

    def restore_if_there(self, path, verbose):
        """Restore the checkpoint in `path`, if there is one, and say so."""
        if not checkpoint.exists(path):
            return
        self.restore(path)
        rest = checkpoint.leftovers(path)
        self.left_off = self.left_off or {}
        say(1, f"Found a checkpoint in {path}: {self.left_off.get('epoch', 0)} epochs are done."
            + (f" An interrupted save left {len(rest)} file(s), which the next one removes."
               if rest else ""), verbose)


def _check_loadable(header, cls, path):
    kind = header.get("class")
    if kind != cls.__name__:
        raise ValueError(f"{path} holds a {kind!r} and not a {cls.__name__!r}; load it by the "
                         f"class of that name.")
    _check_floatx(header, path)
    wanting = untold([header.get("calls"), header.get("cooked")])
    wanting += [name for name in header.get("active", ()) if name.endswith(", of no layer")]
    if wanting:
        raise ValueError(f"{path} holds a network with {', '.join(sorted(set(wanting)))}, which "
                         f"only a script can build; build and cook it so, then call "
                         f"net.restore(path).")


def _check_floatx(header, path):
    if header.get("floatX") != theano.config.floatX:
        raise ValueError(f"{path} was saved with floatX={header.get('floatX')}, and Theano has "
                         f"floatX={theano.config.floatX} now; set THEANO_FLAGS=floatX="
                         f"{header.get('floatX')} before the start.")


def _check_same(here, header, path):
    """Raise a ValueError that says where two outlines differ first."""
    _check_floatx(header, path)
    _check_same_calls(here, header, path)
    for what in ("class", "cooked", "active"):
        if here[what] != header.get(what):
            raise ValueError(f"{path} was saved from another network ({what}: {header.get(what)} "
                             f"there, {here[what]} here); build and cook it the same way.")


def _check_same_calls(here, header, path):
    there = header.get("calls", [])
    for old, new in zip(there, here["calls"]):
        if _compared(old) != _compared(new):
            raise ValueError(f"{path} was saved from another network: there {_told(old)}, here "
                             f"{_told(new)}; build it the same way.")
    if len(there) != len(here["calls"]):
        raise ValueError(f"{path} was saved from a network of {len(there)} layers and modules, "
                         f"this one has {len(here['calls'])}; build it the same way.")


def _compared(call):
    """Return what has to be the same in two networks: not where data lie, nor who writes files."""
    if call["kind"] == "module" and call["type"] in ("resultor", "visualizer"):
        return call["type"]
    return dict(call, options={k: v for k, v in call["options"].items()
                               if k not in ("dataset", "verbose")})


def _told(call):
    options = {k: v for k, v in call["options"].items() if v is not None}
    return f"{call['type']} {options}"
