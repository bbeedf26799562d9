"""What remains to be done when Theano was imported before us."""

__all__ = ["take", "warn"]


def take(module, off):
    """Take a measure late."""
    from yann_weightnorm.theano_setup.measures import Measure
    return Measure(module.NAME, False, "Theano was imported before yann_weightnorm")


def warn(measures):
    """Warn."""
