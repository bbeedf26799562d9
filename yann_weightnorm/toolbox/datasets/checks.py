"""Checks that every source of images and labels shares.

Each takes `who`, the opening words of the error ("dataset 'arrays', split 'train'").
"""

import numbers
import warnings

import numpy as np

__all__ = ["as_array", "as_float", "checked_images", "checked_labels", "finite", "positive_int"]

LARGEST_LABEL = np.iinfo("int32").max


def positive_int(who, option, value):
    """Return `value` as an int if it is an integer above 0."""
    if isinstance(value, bool) or not isinstance(value, numbers.Integral) or value < 1:
        raise ValueError(f"{who}: {option} must be an integer above 0, got {value!r}.")
    return int(value)


def as_array(who, what, values):
    """Return `values` as a numeric array, without a copy where it is one already."""
    try:
        with warnings.catch_warnings():
            # NumPy below 1.24 only warns about rows of different lengths.
            warnings.simplefilter("error", np.VisibleDeprecationWarning)
            array = np.asarray(values)
    except (ValueError, TypeError, np.VisibleDeprecationWarning) as error:
        raise ValueError(f"{who}: {what} can't be made an array ({error}); "
                         f"give a NumPy array of numbers.") from error
    if array.dtype.kind not in "buif":
        raise ValueError(f"{who}: {what} must be numbers, got an array of dtype {array.dtype}; "
                         f"convert it to a number type first.")
    return array


def checked_images(who, images):
    """Return `images`, uint8 or float, as (n, height, width, channels).

    Rank 3 gets one channel; a row of rank 2 becomes an image of height 1.
    """
    images = as_array(who, "images", images)
    if images.dtype != np.uint8 and images.dtype.kind != "f":
        raise ValueError(f"{who}: images must be uint8 or float, got {images.dtype}; "
                         f"use .astype('uint8') if they are 0 to 255, else .astype('float32').")
    if images.ndim not in (2, 3, 4):
        raise ValueError(f"{who}: images must be (n, height, width), (n, height, width, channels) "
                         f"or (n, features), got shape {images.shape}; reshape them.")
    if not images.size:
        raise ValueError(f"{who}: images are empty, of shape {images.shape}; "
                         f"give at least one row, or None for no such split.")
    finite(who, images)
    n, rest = len(images), images.shape[1:]
    shape = {1: (1,) + rest + (1,), 2: rest + (1,), 3: rest}[len(rest)]
    return images.reshape((n,) + shape)


def finite(who, images):
    """Raise ValueError if a float array holds NaN or infinity."""
    if images.dtype.kind != "f":
        return
    wrong = images.size - np.count_nonzero(np.isfinite(images))
    if wrong:
        raise ValueError(f"{who}: {wrong} of {images.size} image values are NaN or infinite; "
                         f"remove or replace them.")


def checked_labels(who, labels, rows):
    """Return `labels`, integers or floats without a fraction, as (rows,) int32."""
    labels = as_array(who, "labels", labels)
    if labels.ndim != 1:
        raise ValueError(f"{who}: labels must be (n,), one class number a row, got shape "
                         f"{labels.shape}; use labels.argmax(axis=1) if they are one-hot.")
    if len(labels) != rows:
        raise ValueError(f"{who}: {rows} images but {len(labels)} labels; give one label a row.")
    if labels.dtype.kind == "b" or (labels.dtype.kind == "f" and not _integral(labels)):
        raise ValueError(f"{who}: labels must be integers, got {labels.dtype} values that aren't "
                         f"whole class numbers; number the classes 0, 1, 2, ...")
    low, high = labels.min(), labels.max()
    if low < 0 or high > LARGEST_LABEL:
        raise ValueError(f"{who}: labels must be from 0 to {LARGEST_LABEL}, got {low:.0f} to "
                         f"{high:.0f}; number the classes 0, 1, 2, ...")
    return labels.astype("int32")


def _integral(labels):
    return np.isfinite(labels).all() and (labels == np.floor(labels)).all()


def as_float(block, scale=None):
    """Return a new float array of `block`, divided by `scale` if there is one.

    float64 stays float64; everything else becomes float32.
    """
    x = block.astype("float64" if block.dtype == np.float64 else "float32")
    if scale is not None:
        x /= x.dtype.type(scale)
    return x
