"""What a new data set is to look like: YANN's `dataset_init_args`, read and checked."""

import numbers
from typing import NamedTuple, Optional
from warnings import warn

from yann_weightnorm.toolbox.datasets import checks
from yann_weightnorm.toolbox.datasets.base import SPLITS
from yann_weightnorm.toolbox.registry import hint

__all__ = ["Layout", "image_shape", "read_layout"]

WHO = "setup_dataset"
BLOCKS = ("batches2train", "batches2validate", "batches2test")
OPTIONS = ("source", "name", "location", "mini_batch_size", "mini_batches_per_batch",
           *BLOCKS, "height", "width", "channels", *SPLITS)
YANN_SHAPE = {"height": 28, "width": 28, "channels": 1}
YANN_MINI_BATCHES = (100, 20, 20)


class Layout(NamedTuple):
    """Sizes of the blocks of a new data set; triples are of train, valid and test.

    Parameters
    ----------
    mini_batch_size : int
        Rows in a mini batch.
    mini_batches : (int, int, int) or None
        Mini batches in a block; None takes all rows there are.
    blocks : (int, int, int)
        Blocks of each split.
    """

    mini_batch_size: int
    mini_batches: Optional[tuple]
    blocks: tuple

    @property
    def rows(self):
        """Rows that each split asks for."""
        return tuple(count * blocks * self.mini_batch_size
                     for count, blocks in zip(self.mini_batches, self.blocks))

    def for_source(self, source):
        """Return the rows in a block and the blocks of each split, cut from all of `source`.

        Raises
        ------
        ValueError
            If `source` has fewer rows than this layout asks for.
        """
        if self.mini_batches is None:
            return self.as_many(source)
        for split, wanted in zip(SPLITS, self.rows):
            if wanted > source.rows(split):
                raise ValueError(self._too_few(source, split, wanted))
        return tuple(count * self.mini_batch_size for count in self.mini_batches), self.blocks

    def as_many(self, source):
        """Return the same, with as many rows and blocks as `source` can fill, down to none."""
        held = [source.rows(split) for split in SPLITS]
        blocks = tuple(min(count, max(1, rows // self.mini_batch_size))
                       for count, rows in zip(self.blocks, held))
        rows = [rows // max(1, count) if count else 0 for count, rows in zip(blocks, held)]
        if self.mini_batches is not None:
            rows = [min(count, asked * self.mini_batch_size)
                    for count, asked in zip(rows, self.mini_batches)]
        return tuple(rows), blocks

    def _too_few(self, source, split, wanted):
        k = SPLITS.index(split)
        held = source.rows(split)
        return (f"dataset {source.name!r}, split {split!r}: {BLOCKS[k]} {self.blocks[k]} x "
                f"mini_batches_per_batch {self.mini_batches[k]} x mini_batch_size "
                f"{self.mini_batch_size} = {wanted} rows, but there are {held}, "
                f"{held // self.mini_batch_size} mini batches; lower one of the three.")


def read_layout(args, *, mini_batches):
    """Return the layout that YANN's `dataset_init_args` ask for.

    Parameters
    ----------
    args : dict
    mini_batches : (int, int, int) or None
        `mini_batches_per_batch` where `args` has none.

    Raises
    ------
    ValueError
        If a value is of the wrong kind. A key that nothing reads is a warning.
    """
    for key in sorted(set(args) - set(OPTIONS), key=str):
        warn(f"{WHO} has no option {key!r}{hint(key, OPTIONS)}; it is ignored.", stacklevel=4)
    size = checks.positive_int(WHO, "mini_batch_size", args.get("mini_batch_size", 20))
    blocks = tuple(_count(option, args.get(option, 1)) for option in BLOCKS)
    checks.positive_int(WHO, BLOCKS[0], blocks[0])
    asked = args.get("mini_batches_per_batch")
    return Layout(size, _triple(mini_batches if asked is None else asked), blocks)


def _count(option, value):
    """Return `value`, an integer that may be 0: a split without rows."""
    if isinstance(value, numbers.Integral) and not isinstance(value, bool) and value == 0:
        return 0
    return checks.positive_int(WHO, option, value)


def _triple(value):
    if value is None:
        return None
    if not isinstance(value, (tuple, list)) or len(value) != 3:
        raise ValueError(f"{WHO}: mini_batches_per_batch must be three integers, for train, valid "
                         f"and test, got {value!r}.")
    return tuple(checks.positive_int(WHO, "mini_batches_per_batch", count) for count in value)


def image_shape(args):
    """Return the (height, width, channels) that `args` ask for, YANN's where they don't."""
    return tuple(checks.positive_int(WHO, key, args.get(key, default))
                 for key, default in YANN_SHAPE.items())
