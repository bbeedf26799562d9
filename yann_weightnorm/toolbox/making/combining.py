"""One data set of two that were split by class: YANN's `combine_split_datasets` and its twin."""

import numpy as np

from yann_weightnorm.toolbox.checks import one_of
from yann_weightnorm.toolbox.datasets.base import SPLITS, Dataset
from yann_weightnorm.toolbox.datasets.mapped import open_dataset
from yann_weightnorm.toolbox.printing import say
from yann_weightnorm.toolbox.making.class_splits import read_splits
from yann_weightnorm.toolbox.making.layout import Layout
from yann_weightnorm.toolbox.making.maker import FORMATS, KEY_ROOT, check_kwargs, free_place, write
from yann_weightnorm.toolbox.making.plain import shuffle
from yann_weightnorm.toolbox.making.sources import Cut, DatasetSource, Source

__all__ = ["combine_split_datasets", "mix_split_datasets"]

SAME = ("mini_batch_size", "height", "width", "channels", "mini_batches_per_batch")


class combine_split_datasets:
    """Make a data set that trains on the second of two and is tested on both.

    The classes of the second are numbered behind those of the first. Blocks of validation and test
    hold a block of each; the rows of every block are in random order, drawn by NumPy's global
    generator.

    Parameters
    ----------
    loc : (path, path)
        Folders of two data sets made by :class:`~yann_weightnorm.toolbox.making.split_all` or
        :class:`~yann_weightnorm.toolbox.making.split_only_train`, with images and blocks of one
        size.
    verbose : int, default 1
        What is printed: 0 nothing, 1 the id, 2 the steps.
    splits : dict, optional
        What the new data set records as its class split. Default: the new numbers of the second's
        classes as 'base', those of the first as 'shot', and 'p' 0.
    save_directory : str or path-like, optional
        Where the new folder goes, '_datasets' by default.
    format : {'mapped', 'pickle'}, optional
        As in :class:`~yann_weightnorm.toolbox.making.setup_dataset`.

    Attributes
    ----------
    loc1, loc2
        The folders that were given.
    n_classes_1, n_classes_2 : int
        Classes of each: its 'base', and its 'shot' too if it kept images of those.
    splits : dict
        As above.
    mini_batch_size, height, width, channels, cache, mini_batches_per_batch, \
    batches2train, batches2validate, batches2test
        Of the new data set.
    id, key_root, root : str
        As in :class:`~yann_weightnorm.toolbox.making.setup_dataset`.

    Raises
    ------
    ValueError
        If one of the two isn't split by class, or their sizes differ.
    FileNotFoundError
        If a folder holds no data set.
    """

    renumbers = True

    def __init__(self, loc, verbose=1, **kwargs):
        who = type(self).__name__
        check_kwargs(who, kwargs, ("splits", "save_directory", "format"))
        format = one_of(kwargs.get("format", FORMATS[0]), FORMATS, "format", who)
        self.loc1, self.loc2 = loc
        say(2, f"Combining {self.loc1} and {self.loc2}", verbose)
        first, second = (open_dataset(place) for place in loc)
        _check_alike(who, first, second)
        self.n_classes_1, self.n_classes_2 = (_classes(who, each) for each in (first, second))
        self.splits = self._splits(kwargs.get("splits"))
        self.key_root = KEY_ROOT
        self.id, self.root = free_place(kwargs.get("save_directory", "_datasets"))
        shift = self.n_classes_1 if self.renumbers else 0
        dataset = _combined(_Both(first, second, shift), self.splits)
        for name in (*SAME, "cache", "batches2train", "batches2validate", "batches2test"):
            setattr(self, name, getattr(dataset, name))
        write(dataset, self.root, format, {"combined": [first.name, second.name]})
        say(1, f"Data set {self.id} is written to {self.root}", verbose)

    def dataset_location(self):
        """Return the folder of the data set."""
        return self.root

    def _splits(self, given):
        if given is not None:
            return read_splits(type(self).__name__, given)
        return {"base": [self.n_classes_1 + k for k in range(self.n_classes_2)],
                "shot": list(range(self.n_classes_1)), "p": 0}


class mix_split_datasets(combine_split_datasets):
    """Make a data set of two as its parent does, but leave the class numbers as they are.

    Parameters, attributes and errors are those of
    :class:`~yann_weightnorm.toolbox.making.combine_split_datasets`.
    """

    renumbers = False


class _Both(Source):
    """The training rows of the second data set; the other rows of both, a block of each in turn.

    Where one has fewer blocks, it has none to add to the last ones.
    """

    def __init__(self, first, second, shift):
        sources = DatasetSource(first), DatasetSource(second)
        self.order = {split: [(k, piece) for piece in range(max(_counts(sources, split)))
                              for k in range(2) if piece < _counts(sources, split)[k]
                              and (k or split != "train")] for split in SPLITS}
        super().__init__(
            f"{first.name} and {second.name}", sources[0].shape,
            {split: [sources[k].pieces[split][piece] for k, piece in self.order[split]]
             for split in SPLITS})
        self.sources, self.shifts = sources, (0, shift)
        self.mini_batch_size = first.mini_batch_size
        self.blocks = tuple(_counts(sources, split)[1] if split == "train"
                            else max(_counts(sources, split)) for split in SPLITS)

    def read(self, split, piece):
        k, block = self.order[split][piece]
        x, y = self.sources[k].read(split, block)
        return x, y + np.int32(self.shifts[k])


def _counts(sources, split):
    return [len(source.pieces[split]) for source in sources]


def _combined(both, splits):
    rows, blocks = Layout(both.mini_batch_size, None, both.blocks).as_many(both)
    return _Shuffled(both, mini_batch_size=both.mini_batch_size, rows=rows, blocks=blocks,
                     splits=splits)


class _Shuffled(Cut):
    """Blocks whose rows come in a random order."""

    def load(self, split, block=0):
        return shuffle(super().load(split, block))

    load.__doc__ = Dataset.load.__doc__


def _classes(who, dataset):
    if not dataset.splits:
        raise ValueError(f"{who}: {dataset.name!r} has no record of a class split; make it with "
                         f"split_all or split_only_train.")
    splits = read_splits(f"{who}: {dataset.name!r}", dataset.splits)
    return len(splits["base"]) + (len(splits["shot"]) if splits["p"] else 0)


def _check_alike(who, first, second):
    for name in SAME:
        a, b = getattr(first, name), getattr(second, name)
        if a != b:
            raise ValueError(f"{who}: {first.name!r} has {name} {a} but {second.name!r} {b}; "
                             f"make both with the same sizes.")
