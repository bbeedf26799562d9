"""Images side by side in one image, and such mosaics in files."""

import io
import pathlib

import numpy as np
from PIL import Image

from yann_weightnorm.files import write_atomically

__all__ = ["mosaic", "save_images", "scale_to_unit_interval", "tile_raster_images"]

SPACING = (2, 2)  # black pixels between two images of a mosaic
QUALITY = 95      # of a JPEG file; small images suffer visibly from less


def scale_to_unit_interval(ndar, eps=1e-8):
    """Return `ndar` shifted and scaled so that its values span the interval from 0 to 1.

    Parameters
    ----------
    ndar : array
    eps : float, default 1e-8
        Added to the range that is divided by, so that a constant array becomes 0.

    Returns
    -------
    array of `ndar`'s shape, float
        NaN becomes 0; infinite values become 0 or 1, and don't count towards the range.
    """
    values = np.asarray(ndar, dtype="float64") / 2  # halves, whose range is finite in any case
    finite = values[np.isfinite(values)]
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 0.0)
    with np.errstate(invalid="ignore"):
        scaled = (values - low) / (high - low + eps / 2)
    return np.clip(np.nan_to_num(scaled, nan=0.0, posinf=1.0, neginf=0.0), 0.0, 1.0)


def tile_raster_images(X, img_shape, tile_shape, tile_spacing=(0, 0),
                       scale_rows_to_unit_interval=True, output_pixel_vals=True):
    """Return one image with the rows of `X` as tiles, from left to right, then downwards.

    Parameters
    ----------
    X : (n, height * width) array, or tuple of four such arrays or None
        The images; a tuple has the red, green, blue and alpha of the same images.
    img_shape : (int, int)
        Height and width of an image.
    tile_shape : (int, int)
        Rows and columns of tiles. Images beyond them are left out, tiles without one are black.
    tile_spacing : (int, int), default (0, 0)
        Black pixels between two tiles, downwards and to the right.
    scale_rows_to_unit_interval : bool, default True
        Scale each image to its own range. Otherwise its values are to be within 0 and 1.
    output_pixel_vals : bool, default True
        Return bytes from 0 to 255, rather than numbers from 0 to 1.

    Returns
    -------
    (height, width) array, or (height, width, 4) for a tuple; uint8, or float
        Each side has ``(image + spacing) * tiles - spacing`` pixels. A channel that is None is 0,
        alpha that is None is opaque.

    Raises
    ------
    ValueError
        If the rows have not as many entries as an image, or a tuple not four channels.
    """
    settings = (img_shape, tile_shape, tile_spacing, scale_rows_to_unit_interval,
                output_pixel_vals)
    if not isinstance(X, tuple):
        return _tiled(X, *settings)
    if len(X) != 4 or all(channel is None for channel in X):
        raise ValueError(f"tile_raster_images got a tuple of {len(X)} channels; give red, green, "
                         f"blue and alpha, of which some may be None.")
    given = [None if channel is None else _tiled(channel, *settings) for channel in X]
    like = next(channel for channel in given if channel is not None)
    opaque = 255 if output_pixel_vals else 1.0
    missing = [np.zeros_like(like)] * 3 + [np.full_like(like, opaque)]
    return np.stack([empty if channel is None else channel
                     for channel, empty in zip(given, missing)], axis=-1)


def _tiled(images, img_shape, tile_shape, spacing, scaled, as_pixels):
    (height, width), (rows, columns), images = img_shape, tile_shape, np.asarray(images)
    if images.ndim != 2 or images.shape[1] != height * width:
        raise ValueError(f"tile_raster_images got images of shape {images.shape}; wanted rows of "
                         f"{height} x {width} = {height * width} numbers.")
    images = images[:rows * columns]
    if scaled:
        images = np.array([scale_to_unit_interval(image) for image in images])
    tiles = np.zeros((rows * columns, height, width))
    tiles[:len(images)] = images.reshape(-1, height, width)
    canvas = np.zeros((rows, height + spacing[0], columns, width + spacing[1]))
    canvas[:, :height, :, :width] = tiles.reshape(rows, columns, height, width).swapaxes(1, 2)
    whole = canvas.reshape(rows * (height + spacing[0]), columns * (width + spacing[1]))
    whole = whole[:len(whole) - spacing[0], :whole.shape[1] - spacing[1]]
    return (whole * 255).astype("uint8") if as_pixels else whole


def mosaic(images):
    """Return all `images` as one of bytes, each scaled to its own range.

    Parameters
    ----------
    images : (n, height, width) array

    Returns
    -------
    (height, width) array of uint8
        As many columns as fit a square, as many rows as it then takes; two pixels between tiles.
    """
    count, height, width = images.shape
    columns = int(np.sqrt(count))
    return tile_raster_images(images.reshape(count, height * width), (height, width),
                              (-(-count // columns), columns), SPACING)


def save_images(imgs, prefix, is_color, verbose=2):
    """Write mosaics of images to the files ``<prefix><channel>.jpg``.

    Parameters
    ----------
    imgs : (n, height, width, channels) or (n, features) array
        Of rows of features the largest square is drawn.
    prefix : str or path
        Folder and first part of the file names. A folder that is missing is made.
    is_color : bool
        Make every three channels one colour file, named after the last of them: 2, 5, ...
        The channels that are left over are grey, a file each, as all are without `is_color`.
    verbose : int, optional
        Kept for YANN's scripts.

    Returns
    -------
    list of (height, width) arrays of uint8
        One mosaic per channel.

    Raises
    ------
    ValueError
        If there are no images, or they have another number of dimensions.
    """
    imgs = _as_images(np.asarray(imgs))
    mosaics = [mosaic(imgs[..., channel]) for channel in range(imgs.shape[-1])]
    triples = len(mosaics) // 3 * 3 if is_color else 0
    for last in range(2, triples, 3):
        _write(np.stack(mosaics[last - 2:last + 1], axis=-1), f"{prefix}{last}.jpg")
    for channel in range(triples, len(mosaics)):
        _write(mosaics[channel], f"{prefix}{channel}.jpg")
    return mosaics


def _as_images(imgs):
    if imgs.ndim not in (2, 4) or not imgs.size:
        raise ValueError(f"save_images got an array of shape {imgs.shape}; wanted images (n, "
                         f"height, width, channels) or rows (n, features), at least one.")
    if imgs.ndim == 4:
        return imgs
    side = int(np.sqrt(imgs.shape[1]))
    return imgs[:, :side ** 2].reshape(-1, side, side, 1)


def _write(pixels, path):
    file, path = io.BytesIO(), pathlib.Path(path)
    # Colours keep their own pixels too: by default JPEG has one colour for four of them.
    Image.fromarray(pixels).save(file, format="JPEG", quality=QUALITY, subsampling=0)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, file.getvalue())
