"""Theano's flags: what the user has set, and what we add without overriding it.

Theano reads its flags once, on import, from ``THEANO_FLAGS`` and from the files that ``THEANORC``
names (``~/.theanorc`` by default). This module reads the same places by the same rules, since it
can't ask Theano before Theano is imported.
"""

import configparser
import os
import re
import shlex
from functools import reduce

__all__ = ["Flags", "LateFlags", "escape"]


class Flags:
    """The user's Theano flags, and ours beside them.

    Parameters
    ----------
    environ : mapping, default os.environ
        Where ``THEANO_FLAGS``, ``THEANORC`` and ``HOME`` are read.
    """

    late = False                # Theano is still to be imported

    def __init__(self, environ=os.environ):
        self.environ = environ
        self._text = environ.get("THEANO_FLAGS", "")
        self._from_text = parse(self._text)
        self._from_files = read_files(environ)
        self._ours = {}

    def user(self, key):
        """Return the value that the user gave to `key`, or None."""
        if key in self._from_text:
            return self._from_text[key]
        section, _, option = key.rpartition(".")
        return get_option(self._from_files, section or "global", option)

    def where(self, key):
        """Return the name of the place where the user has set `key`."""
        return "THEANO_FLAGS" if key in self._from_text else ".theanorc"

    def offer(self, key, value):
        """Set `key` unless the user has; return whether it was set."""
        if self.user(key) is not None:
            return False
        self._ours[key] = value
        return True

    def extend(self, key, words, separator=" "):
        """Put `words` before the user's own in a flag that is a list of words.

        The user's come last, so that they win where the two disagree.
        """
        given = self._ours.get(key, self.user(key)) or ""
        self._ours[key] = separator.join([*words, *filter(None, given.split(separator))])

    def text(self):
        """Return the value for ``THEANO_FLAGS``: the user's text, then ours."""
        ours = [f"{key}={escape(value)}" for key, value in sorted(self._ours.items())]
        return ",".join(([self._text] if self._text else []) + ours)

    def get(self, key):
        """Return the value that Theano will see for `key`, or None."""
        return self._ours.get(key, self.user(key))


class LateFlags(Flags):
    """The same for a Theano that is imported already: what we add goes into its configuration.

    Only code that is compiled from now on sees it.
    """

    late = True

    def offer(self, key, value):
        offered = super().offer(key, value)
        if offered:
            set_option(key, value)
        return offered

    def extend(self, key, words, separator=" "):
        super().extend(key, words, separator)
        set_option(key, self._ours[key])

    def get(self, key):
        return get_theano_option(key)


def get_theano_option(key):
    """Return an option of the imported Theano."""
    import theano
    return reduce(getattr, key.split("."), theano.config)


def set_option(key, value):
    """Set an option of the imported Theano."""
    import theano
    *sections, option = key.split(".")
    setattr(reduce(getattr, sections, theano.config), option, value)


def escape(value):
    """Return `value` with the characters escaped that ``THEANO_FLAGS`` gives a meaning."""
    return re.sub(r"""([\\,"'#])""", r"\\\1", value)


def parse(text):
    """Return the flags in the text of ``THEANO_FLAGS``, as Theano splits it."""
    words = shlex.shlex(text, posix=True)
    words.whitespace, words.whitespace_split = ",", True
    pairs = (word.strip().split("=", 1) for word in words)
    return dict(pair for pair in pairs if len(pair) == 2)


def read_files(environ):
    """Return the parsed .theanorc files; the last one named wins."""
    paths = environ.get("THEANORC", "~/.theanorc").split(os.pathsep)
    files = configparser.RawConfigParser()
    try:
        files.read(os.path.expanduser(path) for path in paths)
    except configparser.Error:
        pass                                # Theano is about to say what is wrong with it
    return files


def get_option(files, section, option):
    """Return an option of a parsed file, or None."""
    return files.get(section, option, fallback=None)
