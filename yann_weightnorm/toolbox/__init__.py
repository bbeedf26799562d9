"""YANN's interface on Python 3: networks, layers, modules and data."""
