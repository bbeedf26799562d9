"""YANN's import paths over the bundled toolbox: while a script runs, this package is `yann`."""

__all__ = []

__version__ = "1.0rc1"  # the YANN whose interface this is
