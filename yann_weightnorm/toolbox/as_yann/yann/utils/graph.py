"""YANN's drawing of a network."""

from yann_weightnorm.toolbox.graph import draw_network

__all__ = ["draw_network"]
