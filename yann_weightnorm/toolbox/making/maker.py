"""YANN's `setup_dataset`: published files, Matlab's, pictures or arrays become a data set."""

import pathlib
import random
import time
from warnings import warn

import theano

from yann_weightnorm.toolbox.checks import one_of
from yann_weightnorm.toolbox.datasets.arrays import dataset_from_arrays
from yann_weightnorm.toolbox.datasets.base import SPLITS, Dataset
from yann_weightnorm.toolbox.datasets.mapped import save_dataset
from yann_weightnorm.toolbox.datasets.yann_format import save_yann_dataset
from yann_weightnorm.toolbox.printing import say
from yann_weightnorm.toolbox.registry import hint
from yann_weightnorm.toolbox.making.layout import (
    WHO, YANN_MINI_BATCHES, YANN_SHAPE, image_shape, read_layout)
from yann_weightnorm.toolbox.making.matlab import MatlabSource
from yann_weightnorm.toolbox.making.pictures import (
    PictureSource, picture_files, shuffled_folders)
from yann_weightnorm.toolbox.making.preprocess import Preprocessor, preprocess_options
from yann_weightnorm.toolbox.making.skdata import CALTECH, TABLES, named_source
from yann_weightnorm.toolbox.making.sources import Cut, DatasetSource, Preprocessed

__all__ = ["FORMATS", "SOURCES", "check_kwargs", "free_place", "setup_dataset", "write"]

FORMATS = ("mapped", "pickle")
KEY_ROOT = "/_dataset_"
IDS = 11111, 99999      # YANN's


class setup_dataset:
    """Make a data set that the datastream reads, in a new folder.

    Rows are taken from a source, cut into blocks ("batches") of whole mini batches, preprocessed
    with numbers that the training split gave, and written. The folder appears whole or not at all.

    Parameters
    ----------
    dataset_init_args : dict
        - 'source', required: 'skdata', for a published data set by its name; 'matlab', for files
          that Matlab saved; 'images-only', for a folder of pictures without labels;
          'image-folders', for a folder with one folder of pictures a class; 'arrays'; or a
          :class:`~yann_weightnorm.toolbox.datasets.Dataset`.
        - 'name': of the published data set. YANN's are 'mnist', 'mnist_noise1' to 'mnist_noise6',
          'mnist_bg_images', 'mnist_bg_rand', 'mnist_rotated', 'mnist_rotated_bg', 'cifar10',
          'caltech101' and 'caltech256'; new are those of
          :func:`~yann_weightnorm.toolbox.datasets.dataset_names`.
        - 'location': the folder, for 'matlab', 'images-only' and 'image-folders'. For 'skdata' the
          folder that holds one folder a data set; none reads $YANN_WEIGHTNORM_DATA.
        - 'train', 'valid', 'test': for 'arrays', pairs (images, labels) as
          :func:`~yann_weightnorm.toolbox.datasets.dataset_from_arrays` takes them.
        - 'mini_batch_size', default 20.
        - 'mini_batches_per_batch': mini batches in a block of train, valid and test, in this
          order. Default (100, 20, 20) for what YANN knows; where the sizes come with the source,
          which is so for arrays, a Dataset and names that are new, all rows. A Matlab file is a
          block, and this is not read.
        - 'batches2train', 'batches2test', 'batches2validate', default 1: blocks of each split.
        - 'height', 'width', 'channels', default 28, 28, 1: of an image. Pictures are made so;
          other sources must have them, and give them where they aren't asked for.
    save_directory : str or path-like, default '_datasets'
        Where the new folder goes; made here, with its parents.
    verbose : int, default 1
        What is printed: 0 nothing, 1 the id and the time, 2 the steps, 3 every block.
    preprocess_init_args : dict, optional
        Of :func:`~yann_weightnorm.toolbox.making.preprocessing`: 'normalize', 'ZCA', 'grayscale',
        'zero_mean', 'GCN'. Default normalize and grayscale; in a dict that is given, what is
        missing is not done.
    format : {'mapped', 'pickle'}, optional
        How it is written: arrays to map, by default, or the pickles that YANN reads.

    Attributes
    ----------
    source, name, location
        As given; the last two where they are.
    mini_batch_size, batches2train, batches2test, batches2validate, height, width, channels : int
        Of the data set. `channels` are those asked for; grey images are written with one.
    mini_batches_per_batch, cache_images : (int, int, int)
        Mini batches and rows in a block of train, valid and test.
    cache : bool
        Whether a split has several blocks.
    preprocessor : dict
        The five switches.
    fitted : ~yann_weightnorm.toolbox.making.preprocess.Preprocessor
        Preprocesses other images as those of this data set.
    id, key_root, root : str
        Five random digits, ``/_dataset_``, and the folder: save_directory + key_root + id.

    Raises
    ------
    ValueError
        If an option or a file isn't as above, or there are too few rows.
    FileNotFoundError
        If a folder or file is missing.

    Notes
    -----
    What YANN does otherwise: it preprocesses each split by its own largest value, and whitens it by
    its own covariance. It stores the sizes of Matlab's valid and test blocks exchanged, and takes
    pictures in whatever order the file system gives, train, test, valid; here they follow their
    names, train, valid, test. Of CIFAR-10 it draws the splits from all images; here the published
    test images stay the test images.
    """

    def __init__(self, dataset_init_args, save_directory="_datasets", verbose=1, **kwargs):
        began = time.perf_counter()
        say(1, "Setting up a data set", verbose)
        check_kwargs(WHO, kwargs, ("preprocess_init_args", "format", *self.own_options))
        self.preprocessor = preprocess_options(kwargs.get("preprocess_init_args"))
        format = one_of(kwargs.get("format", FORMATS[0]), FORMATS, "format", WHO)
        if not isinstance(dataset_init_args, dict):
            raise ValueError(f"{WHO} takes a dict of options such as 'source', got a "
                             f"{type(dataset_init_args).__name__}.")
        read = self._read_options(dict(dataset_init_args))
        self.key_root = KEY_ROOT
        self.id, self.root = free_place(save_directory)
        say(2, f"Reading {self._what()}", verbose)
        dataset = self._prepare(self._select(read()), verbose)
        self._note(dataset)
        write(dataset, self.root, format,
              {"source": self._what(), "preprocess": self.preprocessor})
        say(1, f"Data set {self.id} is written to {self.root}, in "
               f"{time.perf_counter() - began:.1f} s", verbose)

    own_options = ()    # what a subclass takes besides

    def dataset_location(self):
        """Return the folder of the data set."""
        return self.root

    def _read_options(self, args):
        """Take the options from `args`; return a function that opens the source."""
        self.source = args.get("source")
        make, mini_batches, needs = _source(self.source, args)
        for key in needs:
            if _absent(args.get(key)):
                raise ValueError(f"{WHO} got no {key!r}, which source {self.source!r} needs.")
        for key in ("name", "location"):
            if not _absent(args.get(key)):
                setattr(self, key, args[key])
        self._layout = read_layout(args, mini_batches=mini_batches)
        self._asked = {key: args[key] for key in YANN_SHAPE if key in args}
        return lambda: make(args, self._layout)

    def _prepare(self, source, verbose):
        """Return the preprocessed data set, still to be written."""
        self._check_shape(source)
        rows, blocks = self._fit_layout(source)
        cut = Cut(source, mini_batch_size=self._layout.mini_batch_size, rows=rows, blocks=blocks,
                  splits=self._splits())
        say(2, "Fitting the preprocessing to the training split", verbose)
        self.fitted = Preprocessor(self.preprocessor, source.shape).fit(
            lambda: (cut.load("train", block)[0] for block in range(cut.batches2train)))
        say(2, "Writing", verbose)
        return Preprocessed(
            cut, self.fitted, theano.config.floatX,
            tell=lambda split, block: say(3, f"{split} batch {block}", verbose))

    def _select(self, source):
        return source

    def _fit_layout(self, source):
        return self._layout.for_source(source)

    def _splits(self):
        return None

    def _what(self):
        place = getattr(self, "name", getattr(self, "location", ""))
        return f"{self.source} {place}".strip()

    def _check_shape(self, source):
        """Refuse a source whose images aren't what was asked for."""
        found = dict(zip(YANN_SHAPE, source.shape))
        # Colour that becomes grey may be asked for as it comes or as it goes.
        grey = self.preprocessor["grayscale"] and self._asked.get("channels") == 1
        wrong = [key for key, wanted in self._asked.items()
                 if wanted != found[key] and not (grey and key == "channels")]
        if wrong:
            raise ValueError(
                f"{WHO}: the images of {source.name!r} have {wrong[0]} {found[wrong[0]]}, but "
                f"{wrong[0]} {self._asked[wrong[0]]!r} is asked for; change it, or leave it out.")
        self.height, self.width, self.channels = dict(found, **self._asked).values()

    def _note(self, dataset):
        self.mini_batch_size, self.cache = dataset.mini_batch_size, dataset.cache
        self.batches2train, self.batches2test = dataset.batches2train, dataset.batches2test
        self.batches2validate = dataset.batches2validate
        self.mini_batches_per_batch = dataset.mini_batches_per_batch
        self.cache_images = tuple(dataset.rows_in_block[split] for split in SPLITS)


def _absent(value):
    return value is None or isinstance(value, str) and not value


def check_kwargs(who, given, known):
    """Warn about each name in `given` that isn't in `known`."""
    for name in sorted(set(given) - set(known)):
        warn(f"{who} has no option {name!r}{hint(name, known)}; it is ignored.", stacklevel=3)


def free_place(save_directory):
    """Return a new id and the folder of this name, which does not exist yet."""
    while True:
        number = str(random.randint(*IDS))
        root = f"{save_directory}{KEY_ROOT}{number}"
        if not pathlib.Path(root).exists():
            return number, root


def write(dataset, root, format, facts):
    """Write `dataset` to the new folder `root` in one of `FORMATS`, with `facts` if it can."""
    if format == "pickle":
        save_yann_dataset(dataset, root)
    else:
        save_dataset(dataset, root, extra=facts)


# -- sources by name --------------------------------------------------------------------------

def _skdata(args, layout):
    # Of Caltech, which alone needs the rows, mini_batches_per_batch has a default.
    rows = layout.rows if args["name"] in CALTECH else None
    return named_source(args["name"], image_shape(args), rows, args.get("location") or None)


def _matlab(args, layout):
    return MatlabSource(args["location"], image_shape(args), layout.blocks)


def _images_only(args, layout):
    return PictureSource(_name(args), picture_files(args["location"]), None, image_shape(args),
                         layout.rows)


def _image_folders(args, layout):
    return shuffled_folders(_name(args), args["location"], image_shape(args), layout.rows)


def _arrays(args, layout):
    return DatasetSource(dataset_from_arrays(
        *(args.get(split) for split in SPLITS), mini_batch_size=1, normalize=False,
        name=args.get("name") or "arrays"))


def _name(args):
    return args.get("name") or pathlib.Path(args["location"]).resolve().name


# What makes the source, mini_batches_per_batch where it isn't given, keys that are needed
SOURCES = {
    "skdata": (_skdata, YANN_MINI_BATCHES, ("name",)),
    "matlab": (_matlab, None, ("location",)),
    "images-only": (_images_only, YANN_MINI_BATCHES, ("location",)),
    "image-folders": (_image_folders, YANN_MINI_BATCHES, ("location",)),
    "arrays": (_arrays, None, ("train",)),
}


def _source(source, args):
    """Return the entry of `SOURCES` for `source`, which may be a Dataset."""
    if isinstance(source, Dataset):
        return (lambda args, layout: DatasetSource(source)), None, ()
    if source is None or not isinstance(source, str):
        raise ValueError(f"{WHO} got source {source!r}; wanted a Dataset or one of "
                         f"{', '.join(map(repr, SOURCES))}.")
    make, mini_batches, needs = SOURCES[one_of(source, SOURCES, "source", WHO)]
    if source == "skdata" and args.get("name") not in (*TABLES, *CALTECH):
        mini_batches = None
    if source == "matlab":
        args["mini_batches_per_batch"] = None   # a file is a block
    return make, mini_batches, needs
