"""How a network finds the layers and modules that a call names, and what it says if it can't."""

from yann_weightnorm.toolbox.blueprint import Call
from yann_weightnorm.toolbox.modules import Datastream, Optimizer, Resultor, Visualizer
from yann_weightnorm.toolbox.registry import hint, options_for

__all__ = ["Joining"]


class Joining:
    """Base of the network: modules by id, and look-ups that explain themselves."""

    def add_module(self, type, params=None, verbose=None):
        """Add a module: what brings data, updates parameters, writes results, draws pictures.

        Parameters
        ----------
        type : {'datastream', 'optimizer', 'resultor', 'visualizer'}
        params : dict, optional
            The module's options and its `id`, by default the number of its kind.
        verbose : int, optional

        Raises
        ------
        ValueError
            If the type or an option's value is unknown.
        """
        makers = {"datastream": self._add_datastream, "optimizer": self._add_optimizer,
                  "resultor": self._add_resultor, "visualizer": self._add_visualizer}
        if type not in makers:
            raise ValueError(f"no module type {type!r}{hint(type, makers)}; "
                             f"known: {', '.join(makers)}.")
        makers[type](dict(params or {}))
        id = getattr(self, f"last_{type}_created")
        self.calls.append(Call("module", type, dict(params or {}, id=id)))

    def _add_datastream(self, params):
        if "type" in params:
            params["data_type"] = params.pop("type")
        params.setdefault("rng", self.rng)
        self.last_datastream_created = self._make(Datastream, self.datastream, params)
        self.graph.add_node(self.last_datastream_created, shape="square", size=1000,
                            style="filled", fillcolor="red")

    def _add_optimizer(self, params):
        self.last_optimizer_created = self._make(Optimizer, self.optimizer, params)

    def _add_resultor(self, params):
        self.last_resultor_created = self._make(Resultor, self.resultor, params)

    def _add_visualizer(self, params):
        params.setdefault("rng", self.rng)
        self.last_visualizer_created = self._make(Visualizer, self.visualizer, params)

    @staticmethod
    def _make(cls, modules, params):
        id = params.pop("id", str(len(modules) + 1))
        kind = f"{cls.__name__.lower()} {id!r}"
        modules[id] = cls(id, **options_for(cls, params, kind, stacklevel=5))
        return id

    # -- look-ups -----------------------------------------------------------------------------

    def known_layer(self, id, who):
        """Return `id` if a layer has it; else raise a ValueError that begins with `who`."""
        if id is None:
            raise ValueError(f"{who}: there is no layer to stand on yet; add one first (a network "
                             f"begins with an 'input' layer).")
        if id not in self.layers:
            raise ValueError(f"{who}: no layer {id!r}{hint(id, self.layers)}; "
                             f"layers so far: {', '.join(self.layers) or 'none'}.")
        return id

    def known_datastream(self, ids, strict):
        """Return the datastream that the first of `ids` names, by default the last one added.

        An unknown id is an error if `strict`; otherwise the last datastream serves, as YANN's
        tutorials need, which name one that does not exist.
        """
        if not self.datastream:
            raise ValueError("the network has no datastream; call add_module(type='datastream', "
                             "params={'dataset': ...}) first.")
        named = next((id for id in ids if id is not None), self.last_datastream_created)
        if named not in self.datastream:
            if strict:
                raise ValueError(f"no datastream {named!r}{hint(named, self.datastream)}; "
                                 f"known: {', '.join(map(str, self.datastream))}.")
            named = self.last_datastream_created
        return self.datastream[named]

    def datastream_from(self, params):
        """Return the datastream that `params` names or, if there is none, describes."""
        if params.get("id") not in self.datastream:
            self.add_module("datastream", params)
            return self.datastream[self.last_datastream_created]
        return self.datastream[params["id"]]

    def known_optimizer(self, id):
        """Return the optimizer `id`, by default the last one, or a plain one if there is none."""
        if id is None and not self.optimizer:
            self.add_module("optimizer", {"id": "main"})
        return self._module(self.optimizer, id, self.last_optimizer_created, "optimizer")

    def known_resultor(self, id):
        """Return the resultor `id` with its files begun; '' is the last one, None is none."""
        if id is None:
            return None
        if id == "" and not self.resultor:
            self.add_module("resultor")
        resultor = self._module(self.resultor, id or None, self.last_resultor_created, "resultor")
        if self.begins_files:
            resultor.start()
        return resultor

    def known_visualizer(self, id):
        """Return the visualizer `id`, by default the last one, or None if there is none.

        Where ``always_visualizes`` is true, YANN's default one is made instead.
        """
        if id is None and not self.visualizer:
            if not self.always_visualizes:
                return None
            self.add_module("visualizer")
        if id is not None and id not in self.visualizer and str(id) in self.visualizer:
            id = str(id)  # YANN numbers its visualizers 1, 2, ...; here an id is a string
        return self._module(self.visualizer, id, self.last_visualizer_created, "visualizer")

    @staticmethod
    def _module(modules, id, last, kind):
        id = last if id is None else id
        if id not in modules:
            raise ValueError(f"cook: no {kind} {id!r}{hint(id, modules)}; "
                             f"known: {', '.join(map(str, modules)) or 'none'}.")
        return modules[id]

    def params_of(self, layers):
        """Return the learnable parameters of `layers`, ids or layers."""
        views = [layer if hasattr(layer, "active_params") else
                 self.dropout_layers[self.known_layer(layer, "cook: active_layers")]
                 for layer in layers]
        return [p for view in views for p in view.active_params]

    # -- checks -------------------------------------------------------------------------------

    def check_cooked(self, who):
        """Raise a RuntimeError that begins with `who` unless the network is cooked."""
        if self.cooked_datastream is None:
            raise RuntimeError(f"{who}: the network is not cooked; call cook() first.")

    def check_classes(self):
        """Raise a ValueError if a label of the data set is beyond the classifier's classes."""
        stream = self.cooked_datastream
        if self.cooked_classifier is not None:
            self.known_layer(self.cooked_classifier, "cook: classifier_layer")
            stream.check_classes(self.layers[self.cooked_classifier].output_shape[1])

    def load_if_empty(self):
        """Load the first training block if nothing is loaded."""
        if self.cooked_datastream.loaded is None:
            self.cooked_datastream.set_data("train", 0)
