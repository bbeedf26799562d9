"""YANN's layer classes, each a layer by itself on any symbolic input."""
