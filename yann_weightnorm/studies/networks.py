"""The networks that studies compare, by name, and how large they are."""

from typing import NamedTuple

from yann_weightnorm.toolbox.registry import hint

__all__ = ["NETWORKS", "Shape", "multiplications", "network_named"]

# Layer sizes where a name comes without any: 'mlp' is 'mlp 800-800'. Those of 'paper' are the
# layer table of Salimans & Kingma (2016), section 5.1, in maps.
NETWORKS = {"mlp": (800, 800), "lenet": (20, 50, 500),
            "paper": (96, 96, 96, 192, 192, 192, 192, 192, 192),
            "residual": (128,) * 9}
LEAST = {"mlp": 1, "lenet": 3, "residual": 2}  # sizes
LONGEST = 1000                                 # layers


class Shape(NamedTuple):
    """A network's name and the sizes of its hidden layers."""

    name: str
    sizes: tuple


def network_named(text):
    """Return the :class:`Shape` of a network as `text` describes it.

    >>> network_named("mlp")
    Shape(name='mlp', sizes=(800, 800))
    >>> network_named("lenet 4-8-32").sizes, network_named("mlp 100x3").sizes
    ((4, 8, 32), (100, 100, 100))
    >>> network_named("paper 0.25").sizes  # a quarter of the width
    (24, 24, 24, 48, 48, 48, 48, 48, 48)

    Raises
    ------
    ValueError
        If the name is unknown, or what follows it makes no network of that name: numbers above 0
        joined by '-', or 'size x count', for 'mlp' (one or more), 'lenet' (two of maps and one or
        more of neurons) and 'residual' (two or more, all alike); a factor of the width for 'paper'.
    """
    name, _, sizes = text.strip().partition(" ")
    if name not in NETWORKS:
        raise ValueError(f"no network {name!r}{hint(name, NETWORKS)}; known: "
                         f"{', '.join(NETWORKS)}, each with layer sizes if you like, as in "
                         f"'mlp 400-400', 'mlp 100x20', 'lenet 10-20-100' or 'paper 0.25'.")
    if not sizes:
        return Shape(name, NETWORKS[name])
    return Shape(name, _scaled(text, sizes) if name == "paper" else _sizes(text, name, sizes))


def _scaled(text, factor):
    try:
        width = float(factor)
        sizes = tuple(int(round(size * width)) for size in NETWORKS["paper"])
    except (ValueError, OverflowError):
        sizes = (0,)
    if not min(sizes) or max(sizes) > 100 * max(NETWORKS["paper"]):
        raise ValueError(f"network {text!r}: what follows 'paper' is a factor of its width that "
                         f"leaves maps, as in 'paper 0.25', got {factor!r}.")
    return sizes


def _sizes(text, name, sizes):
    size, times, count = sizes.strip().partition("x")
    parts = [size] * int(count) if times and count.isdigit() and int(count) <= LONGEST \
        else sizes.strip().split("-")
    good = len(parts) >= LEAST[name] and all(part.isdigit() and int(part) for part in parts)
    if not good or (name == "residual" and len(set(parts)) > 1):
        example = "-".join(map(str, NETWORKS[name]))
        alike = ", all alike," if name == "residual" else ""
        raise ValueError(f"network {text!r}: layer sizes are {LEAST[name]} or more numbers above 0"
                         f"{alike} joined by '-', or size x count, as in '{name} {example}', got "
                         f"{sizes!r}.")
    return tuple(int(part) for part in parts)


def multiplications(shape, image):
    """Return the multiplications that one image of (height, width, channels) takes, roughly."""
    height, width, channels = image
    if shape.name in ("mlp", "residual"):
        below = (height * width * channels,) + shape.sizes
        return sum(a * b for a, b in zip(below, shape.sizes))
    if shape.name == "lenet":
        first, second, dense = shape.sizes[:3]
        rows, low = height - 4, (height - 4) // 2 - 4
        return (25 * channels * first * rows ** 2 + 25 * first * second * low ** 2
                + second * (low // 2) ** 2 * dense)
    a, b, c = (height, width), (height // 2, width // 2), (height // 4 - 2, width // 4 - 2)
    places = [h * w for h, w in (a,) * 3 + (b,) * 3 + (c,) * 3]
    below = (channels,) + shape.sizes
    return sum(n * below[i] * size * (9 if i < 7 else 1)
               for i, (n, size) in enumerate(zip(places, shape.sizes)))
