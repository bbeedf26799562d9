"""YANN's mosaics."""

from yann_weightnorm.toolbox.mosaics import scale_to_unit_interval, tile_raster_images

__all__ = ["scale_to_unit_interval", "tile_raster_images"]
