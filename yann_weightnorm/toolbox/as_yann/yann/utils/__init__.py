"""YANN's utilities: data sets, images, graphs, parameter files."""
