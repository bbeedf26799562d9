"""Shapes: their checks, and the sizes of maps under a convolution."""

import numbers

from yann_weightnorm.toolbox.checks import one_of, pair, positive_int

__all__ = ["BORDER_MODES", "checked_shape", "convolved", "padding", "require_maps",
           "require_sequence"]

BORDER_MODES = ("valid", "full", "half")


def checked_shape(value, name, who):
    """Return `value`, an integer or a sequence of them, as a tuple of positive integers.

    Raises
    ------
    ValueError
        If it is none; the message names `who` and the option `name`.
    """
    entries = (value,) if isinstance(value, numbers.Integral) else value
    if not isinstance(entries, (tuple, list)) or not entries:
        raise ValueError(f"{who} got {name} {value!r}; it must be a tuple of positive integers.")
    return tuple(positive_int(entry, name, who) for entry in entries)


def require_maps(shape, who):
    """Raise a ValueError that names `who` unless `shape` is (batch, channels, height, width)."""
    if len(shape) != 4:
        before = "an 'unflatten' layer" if len(shape) == 2 else "'flatten' and 'unflatten' layers"
        raise ValueError(f"{who} takes maps (batch, channels, height, width), got shape {shape}; "
                         f"add {before} before it.")


def require_sequence(shape, who):
    """Raise a ValueError that names `who` unless `shape` is (batch, steps, features)."""
    if len(shape) != 3:
        raise ValueError(f"{who} takes a sequence (batch, steps, features), got shape {shape}; "
                         f"add a 'sequence' layer before it.")


def padding(border_mode, filter_size, who):
    """Return the zeros around a map in height and width that `border_mode` stands for.

    Raises
    ------
    ValueError
        If `border_mode` is no known name, and not one or two integers of at least 0.
    """
    if isinstance(border_mode, str):
        one_of(border_mode, BORDER_MODES, "border_mode", who)
        return tuple({"valid": 0, "full": k - 1, "half": k // 2}[border_mode] for k in filter_size)
    both = (border_mode,) * 2 if isinstance(border_mode, numbers.Integral) else border_mode
    return pair(both, "border_mode", who, least=0)


def convolved(size, pad, filter_size, stride):
    """Return height and width of maps of `size` after a convolution; below 1 there are none."""
    return tuple((s + 2 * p - k) // step + 1
                 for s, p, k, step in zip(size, pad, filter_size, stride))
