"""Loads a compiled probe.c and prints what it finds, as JSON. Runs in a process of its own."""

import ctypes
import json
import sys

__all__ = ["main", "tell"]


def main(library, prefix):
    """Print the error of a product, its rate, the processor's peak, kernel and version."""
    blas = ctypes.CDLL(library)
    for name in ("yann_wrong", "yann_product_rate", "yann_peak_rate"):
        getattr(blas, name).restype = ctypes.c_double
    blas.yann_tell.restype = ctypes.c_char_p
    wrong = blas.yann_wrong()
    blas.yann_product_rate(256, 2)                      # let the processor's clock rise
    rate = max(blas.yann_product_rate(512, 3) for _ in range(3))
    print(json.dumps({
        "wrong": wrong if wrong == wrong else 1e9, "rate": rate, "peak": blas.yann_peak_rate(9),
        "kernel": tell(blas, prefix + "openblas_get_corename"),
        "version": " ".join(tell(blas, prefix + "openblas_get_config").split()[:2])}))


def tell(blas, symbol):
    """Return what the function `symbol` of an OpenBLAS tells, '' where there is none."""
    return blas.yann_tell(symbol.encode()).decode()


if __name__ == "__main__":
    main(*sys.argv[1:])
