"""YANN's import paths over the bundled toolbox: while a script runs, this package is `yann`.

Its modules bear YANN's names and hold what YANN's hold, with YANN's signatures; each thing is the
toolbox's own, or stands on it. They import each other by relative paths: so they find each other
under either name.
"""

__all__ = []

__version__ = "1.0rc1"  # the YANN whose interface this is
