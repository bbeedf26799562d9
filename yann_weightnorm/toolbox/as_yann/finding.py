"""Where ``import`` finds YANN, and the modules of a script's own folders, while the script runs."""

import contextlib
import importlib
import importlib.machinery as machinery
import importlib.util
import os
import pathlib
import sys

from yann_weightnorm.toolbox.as_yann.language import compiled
from yann_weightnorm.toolbox.as_yann.meaning import HELPERS

__all__ = ["OwnModules", "YannModules", "imports_of_a_script"]

YANN = pathlib.Path(__file__).with_name("yann")


@contextlib.contextmanager
def imports_of_a_script(folder, python):
    """Let ``import yann`` mean the bundled toolbox, and convert what lies in `folder`.

    Whatever else is named `yann` is out of the way within, and where it was afterwards.

    Parameters
    ----------
    folder : str
        The script's folder, which is first in ``sys.path``.
    python : {2, 3}
        What the script was written for; so is a module of its own that might be either.
    """
    own = OwnModules(folder, python)
    path, others = list(sys.path), _take_away("yann", "pantry")
    sys.path.insert(0, folder)
    finders = [YannModules(), own]
    at = sys.meta_path.index(machinery.PathFinder)
    sys.meta_path[at:at] = finders
    importlib.invalidate_caches()
    try:
        yield
    finally:
        for finder in finders:
            sys.meta_path.remove(finder)
        sys.path[:] = path
        _take_away("yann", *own.found)
        sys.modules.update(others)


def _take_away(*names):
    """Remove the modules `names` and what is in them from ``sys.modules``; return them."""
    mine = [name for name in sys.modules if name.partition(".")[0] in names]
    return {name: sys.modules.pop(name) for name in mine}


class YannModules:
    """Finds the package `yann`: the folder of this name beside this file."""

    def find_spec(self, name, path=None, target=None):
        """Return the spec of `yann`; what is in it is found by Python, in that folder."""
        if name != "yann":
            return None
        return importlib.util.spec_from_file_location(
            name, YANN / "__init__.py", submodule_search_locations=[str(YANN)])


class OwnModules:
    """Finds the modules in a script's folder, and in those that it adds to ``sys.path``.

    The package `pantry.tutorials`, where YANN keeps its tutorials, is the script's folder unless
    there is one of that name.

    Parameters
    ----------
    folder : str
    python : {2, 3}
        What a module is taken for that might be either.

    Attributes
    ----------
    found : set of str
        The modules that were found.
    """

    def __init__(self, folder, python):
        self.folder, self.python, self.found = os.path.abspath(folder), python, set()
        self.foreign = {os.path.abspath(entry) for entry in sys.path}

    def find_spec(self, name, path=None, target=None):
        """Return the spec of a module of the script's own, or None."""
        parent = name.rpartition(".")[0]
        if parent and parent not in self.found:
            return None
        spec = machinery.PathFinder.find_spec(name, path) or self._pantry(name)
        if spec is None or not (parent or self._is_own(spec)):
            return None
        self.found.add(name)
        if isinstance(spec.loader, machinery.SourceFileLoader):
            spec.loader = _Loader(name, spec.origin, self.python)
        return spec

    def _is_own(self, spec):
        places = list(spec.submodule_search_locations or ()) or [spec.origin or ""]
        folders = {os.path.dirname(os.path.abspath(place)) for place in places}
        return spec.name == "pantry" or self.folder in folders or not folders <= self.foreign

    def _pantry(self, name):
        if name not in ("pantry", "pantry.tutorials"):
            return None
        spec = machinery.ModuleSpec(name, None, is_package=True)
        spec.submodule_search_locations = [self.folder]
        return spec


class _Loader(machinery.SourceFileLoader):
    """Loads a module as :func:`compiled` reads it, and leaves nothing beside it."""

    def __init__(self, name, path, python):
        super().__init__(name, path)
        self.python = python

    def get_code(self, name):
        text = importlib.util.decode_source(self.get_data(self.path))
        return compiled(text, self.path, unless=self.python)[0]

    def exec_module(self, module):
        vars(module).update(HELPERS)
        super().exec_module(module)
