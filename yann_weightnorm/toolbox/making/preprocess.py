"""Preprocessing of images: YANN's function, and the same steps fitted to a training split.

The order is YANN's: grey, scale, mean, contrast (which YANN names and lacks), whitening.
"""

from warnings import warn

import numpy as np

from yann_weightnorm.toolbox.registry import hint
from yann_weightnorm.toolbox.making import steps

__all__ = ["DEFAULTS", "Preprocessor", "preprocess_options", "preprocessing"]

# What setup_dataset does where it isn't told.
DEFAULTS = {"normalize": True, "ZCA": False, "grayscale": True, "zero_mean": False, "GCN": False}


def preprocess_options(args):
    """Return `args` as a dict of the five switches; those it lacks are False.

    Parameters
    ----------
    args : dict or None
        Any of 'normalize', 'ZCA', 'grayscale', 'zero_mean' and 'GCN'. None gives `DEFAULTS`.
        A key of another name is a warning that suggests the nearest one.

    Raises
    ------
    ValueError
        If `args` isn't a dict.
    """
    if args is None:
        return dict(DEFAULTS)
    if not isinstance(args, dict):
        raise ValueError(f"preprocessing takes a dict of {', '.join(map(repr, DEFAULTS))}, each "
                         f"True or False, got a {type(args).__name__}.")
    for key in sorted(set(args) - set(DEFAULTS), key=str):
        warn(f"preprocessing has no option {key!r}{hint(key, DEFAULTS)}; it is ignored.",
             stacklevel=3)
    return {key: bool(args.get(key)) for key in DEFAULTS}


class Preprocessor:
    """The steps that the options name, fitted to some rows and applied to any.

    Parameters
    ----------
    options : dict
        From :func:`preprocess_options`.
    shape : (int, int, int)
        Height, width and channels of the images that come.
    whiten : class, default :class:`~yann_weightnorm.toolbox.making.steps.Whiten`
        The step that 'ZCA' stands for.

    Attributes
    ----------
    options : dict
        As above.
    shape : (int, int, int)
        Height, width and channels of the images that `apply` returns.
    steps : list of :class:`~yann_weightnorm.toolbox.making.steps.Step`
        In order.

    Raises
    ------
    ValueError
        If images of two channels are to become grey.
    """

    def __init__(self, options, shape, whiten=steps.Whiten):
        height, width, channels = shape
        grey = options["grayscale"] and channels > 1
        if grey and channels < 3:
            raise ValueError(f"preprocessing: 'grayscale' needs red, green and blue, but the "
                             f"images have {channels} channels; leave it out.")
        self.options = options
        self.shape = height, width, 1 if grey else channels
        self.steps = ([steps.Grey(channels)] if grey else []) + _chain(options, whiten)

    def fit(self, blocks):
        """Fit every step to what the steps before it make of `blocks`.

        Parameters
        ----------
        blocks : callable
            Returns a new iterable of (rows, height * width * channels); called once a step that
            needs fitting, so that no more than a block need be in memory.

        Returns
        -------
        Preprocessor
            This one.
        """
        for count, step in enumerate(self.steps):
            if type(step).fit is not steps.Step.fit:
                step.fit(_after(self.steps[:count], x) for x in blocks())
        return self

    def apply(self, x):
        """Return the rows `x`, (rows, height * width * channels), after all steps."""
        return _after(self.steps, x)


def _chain(options, whiten):
    normalize, zero_mean = options["normalize"], options["zero_mean"]
    asked = ((normalize or options["ZCA"], steps.Scale),
             (normalize and zero_mean, steps.Stretch),
             (zero_mean and not normalize, steps.Centre),
             (options["GCN"], steps.Contrast),
             (options["ZCA"], whiten))
    return [step() for wanted, step in asked if wanted]


def _after(chain, x):
    for step in chain:
        x = step.apply(x)
    return x


def preprocessing(data, height, width, channels, args):
    """Return images after YANN's preprocessing, every number of which comes from `data` itself.

    So two calls scale and whiten differently; :func:`~yann_weightnorm.toolbox.making.setup_dataset`
    takes the numbers from the training split instead.

    Parameters
    ----------
    data : (n, height * width * channels), (n, height, width) or (n, height, width, channels)
        Numbers.
    height, width, channels : int
        Of an image, for `data` of rank 2; otherwise the shape says it.
    args : dict
        What to do, in this order; what is missing is not done.

        - 'grayscale': colour images become their brightness,
          :func:`~yann_weightnorm.toolbox.making.images.rgb2gray`.
        - 'normalize': divide by the largest value plus 1e-7.
        - 'zero_mean': with 'normalize' go from 0 ... 1 to -1 ... 1; without it subtract the mean.
        - 'GCN': give each image mean 0 and deviation 1.
        - 'ZCA': divide as 'normalize' does, then whiten. As in YANN the columns are not centred,
          and their products are divided by the number of columns, not of rows.

    Returns
    -------
    (n, columns)
        `columns` is height * width for grey images, else height * width * channels.

    Raises
    ------
    ValueError
        If `data` doesn't have such a shape.

    Examples
    --------
    >>> import numpy as np
    >>> bytes = np.array([[0, 51], [102, 255]])
    >>> preprocessing(bytes, 1, 2, 1, {"normalize": True}).round(2)
    array([[0. , 0.2],
           [0.4, 1. ]])
    """
    data = np.asarray(data)
    shape = _image_shape(data, height, width, channels)
    chain = Preprocessor(preprocess_options(args), shape, steps.WhitenAsYann)
    rows = data.reshape(len(data), -1)
    return chain.fit(lambda: [rows]).apply(rows)


def _image_shape(data, height, width, channels):
    if data.ndim in (3, 4) and data.size:
        return (*data.shape[1:], 1)[:3]
    if data.ndim != 2 or not data.size or data.shape[1] != height * width * channels:
        raise ValueError(f"preprocessing takes (n, {height} * {width} * {channels}) as height, "
                         f"width and channels say, (n, height, width) or (n, height, width, "
                         f"channels), got shape {data.shape}.")
    return height, width, channels
