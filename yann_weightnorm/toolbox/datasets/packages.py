"""Modules of optional packages that carry data."""

from importlib import import_module

__all__ = ["packaged"]


def packaged(module, package, dataset):
    """Return the imported `module` of the PyPI `package` that carries `dataset`.

    Raises
    ------
    ImportError
        If it can't be imported, with the command that installs it.
    """
    try:
        return import_module(module)
    except ImportError as error:
        raise ImportError(
            f"dataset {dataset!r} comes with the package {package}, which can't be imported "
            f"({error}); run: pip install {package} (it is part of the extra 'study').") from error
