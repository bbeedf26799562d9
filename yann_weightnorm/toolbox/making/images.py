"""YANN's small tools for arrays of images: grey and colour, and number types."""

import numpy as np

__all__ = ["GREY", "check_type", "gray2rgb", "rgb2gray"]

GREY = (0.2989, 0.5870, 0.1140)   # shares of red, green and blue (ITU-R BT.601)


def rgb2gray(rgb):
    """Return the brightness of colour images, ``0.2989 R + 0.5870 G + 0.1140 B``.

    Parameters
    ----------
    rgb : (height, width, channels) or (n, height, width, channels)
        Red, green and blue; what follows them, such as opacity, is left out.

    Returns
    -------
    (height, width) or (n, height, width), float

    Raises
    ------
    ValueError
        If the array has another rank, or fewer than three channels.
    """
    rgb = np.asarray(rgb)
    if rgb.ndim not in (3, 4) or rgb.shape[-1] < 3:
        raise ValueError(f"rgb2gray takes (height, width, 3) or (n, height, width, 3), got shape "
                         f"{rgb.shape}; images of one channel are grey already.")
    red, green, blue = (share * rgb[..., k] for k, share in enumerate(GREY))
    return red + green + blue


def gray2rgb(r, g, b, channels_dim=3):
    """Return one array of three channels.

    Parameters
    ----------
    r, g, b : (height, width) or (n, height, width)
        The channels, of one shape.
    channels_dim : {3, 1}, default 3
        3 puts the channels last; 1 puts them before height and width.

    Returns
    -------
    numpy.ndarray
        (height, width, 3) or (3, height, width), with `n` before it for many images.

    Raises
    ------
    ValueError
        If the shapes differ, the rank is another, or `channels_dim` is neither.
    """
    shapes = [np.shape(channel) for channel in (r, g, b)]
    if len(set(shapes)) != 1 or len(shapes[0]) not in (2, 3):
        raise ValueError(f"gray2rgb takes three arrays of one shape, (height, width) or "
                         f"(n, height, width), got {', '.join(map(str, shapes))}.")
    if channels_dim not in (1, 3):
        raise ValueError(f"gray2rgb got channels_dim {channels_dim!r}; it must be 3, channels "
                         f"last, or 1, channels before height and width.")
    return np.stack((r, g, b), axis=-1 if channels_dim == 3 else -3)


def check_type(data, type):
    """Return `data` as an array of the number type `type`, itself if it has that type."""
    return data if data.dtype == type else np.asarray(data, dtype=type)
