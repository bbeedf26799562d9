"""YANN's data set makers and its GAN."""
