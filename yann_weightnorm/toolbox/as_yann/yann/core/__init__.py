"""YANN's operations on tensors."""
