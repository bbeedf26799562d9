"""The names that PyTorch's two ways of weight normalization give to length and direction."""

from yann_weightnorm.toolbox.checks import one_of

__all__ = ["STYLES", "check_style", "normalised_names", "under"]

# torch.nn.utils.parametrizations.weight_norm (since 2.0), torch.nn.utils.weight_norm (before).
STYLES = {"parametrizations": ("parametrizations.{}.original0", "parametrizations.{}.original1"),
          "weight_norm": ("{}_g", "{}_v")}


def check_style(style):
    """Raise a ValueError unless `style` is one that :func:`to_torch` knows."""
    one_of(style, list(STYLES) + ["plain"], "style", "to_torch")


def normalised_names(weight, style):
    """Return the names of g and v of the weight that PyTorch calls `weight`."""
    return tuple(pattern.format(weight) for pattern in STYLES[style])


def under(module, name):
    """Return the name of the parameter `name` of `module`; '' is the module itself."""
    return f"{module}.{name}" if module else name
