"""YANN's functions on images."""

from yann_weightnorm.toolbox.making import check_type, gray2rgb, preprocessing, rgb2gray

__all__ = ["check_type", "gray2rgb", "preprocessing", "rgb2gray"]
