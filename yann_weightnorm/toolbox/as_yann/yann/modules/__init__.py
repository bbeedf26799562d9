"""YANN's modules, made from a dictionary."""
