"""setup_dataset: what it writes is what NumPy makes of the same arrays."""

import contextlib
import io
import os
import pickle
import random
import signal
import subprocess
import sys
import tracemalloc
import warnings

import numpy as np

from tests.small import temporary_folder
from tests.toolbox.datasets.helpers import idx_bytes, raises
from tests.toolbox.making.helpers import (
    PLAIN, environment, flat, made_folders, make, rows, three)
from yann_weightnorm.toolbox.datasets import dataset_from_arrays, open_dataset
from yann_weightnorm.toolbox.datasets.base import SPLITS, Dataset
from yann_weightnorm.toolbox.making import load_cifar100, load_skdata_mnist, setup_dataset
from yann_weightnorm.toolbox.making.sources import Cut, Source

BLOCKS = dict(batches2train=2, batches2validate=2, batches2test=1,
              mini_batches_per_batch=(4, 2, 3), mini_batch_size=2)


def check(dataset, wanted):
    """Check every block of a data set against arrays that are cut one after the other."""
    for split, (images, labels) in wanted.items():
        for block in range(dataset.blocks(split)):
            x, y = dataset.load(split, block)
            part = slice(block * len(x), (block + 1) * len(x))
            np.testing.assert_allclose(x, images[part], rtol=1e-5, atol=1e-6)
            np.testing.assert_array_equal(y, labels[part])


# -- blocks -------------------------------------------------------------------------------------

def test_rows_are_cut_in_order_and_sizes_are_of_train_valid_test_q13():
    arrays = three()
    with temporary_folder():
        made, data = make(source="arrays", **arrays, **BLOCKS)
        check(data, {split: (flat(x), y) for split, (x, y) in arrays.items()})
        assert [data.blocks(split) for split in SPLITS] == [2, 2, 1]
        assert [data.rows(split) for split in SPLITS] == [16, 8, 6]
        assert made.mini_batches_per_batch == (4, 2, 3) == data.mini_batches_per_batch
        assert made.cache_images == (8, 4, 6) and made.cache


def test_attributes_are_yanns():
    random.seed(5)
    number = str(random.randint(11111, 99999))
    random.seed(5)
    with temporary_folder():
        made, data = make(source="arrays", name="some", mini_batch_size=2, **three())
        assert (made.source, made.name, made.key_root) == ("arrays", "some", "/_dataset_")
        assert made.id == number
        assert made.root == made.dataset_location() == f"made/_dataset_{number}"
        assert (made.height, made.width, made.channels, made.mini_batch_size) == (3, 4, 1, 2)
        assert (made.batches2train, made.batches2test, made.batches2validate) == (1, 1, 1)
        assert not made.cache and made.preprocessor == dict(PLAIN, GCN=False)
        assert data.name == "some" and data.extra["preprocess"] == made.preprocessor


def test_all_rows_are_taken_where_no_number_is_asked_for():
    with temporary_folder():
        data = make(source="arrays", mini_batch_size=3, batches2train=2, **three())[1]
        assert [data.rows(split) for split in SPLITS] == [18, 8, 6]
        assert data.load("train", 1)[1].tolist() == list(np.arange(10, 19) % 10)


def test_a_dataset_is_a_source_and_a_split_may_be_missing():
    images, labels = rows(9)
    source = dataset_from_arrays((images, labels), mini_batch_size=3)
    with temporary_folder():
        data = make(source=source, mini_batch_size=4)[1]
        check(data, {"train": (flat(images) / 255, labels)})
        assert [data.rows(split) for split in SPLITS] == [8, 0, 0]


def test_pieces_of_any_length_make_blocks_of_one():
    class Uneven(Source):
        def read(self, split, piece):
            first = sum(self.pieces[split][:piece])
            numbers = np.arange(first, first + self.pieces[split][piece])
            return numbers[:, None].astype("float32"), numbers.astype("int32")

    cut = Cut(Uneven("uneven", (1, 1, 1), {"train": [3, 1, 7, 2], "valid": [], "test": [5]}),
              mini_batch_size=2, rows=(4, 0, 5), blocks=(3, 0, 1))
    blocks = [cut.load("train", block)[1].tolist() for block in (0, 1, 2, 1)]
    assert blocks == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11], [4, 5, 6, 7]]
    assert cut.load("test")[1].tolist() == [0, 1, 2, 3, 4]


# -- preprocessing ------------------------------------------------------------------------------

def test_the_numbers_of_preprocessing_are_those_of_the_used_training_rows():
    arrays = {split: ((x // 2 if split == "train" else x), y) for split, (x, y) in three().items()}
    arrays["train"][0][16:] = 255           # of rows that are left out
    largest = arrays["train"][0][:16].max() + 1e-7
    with temporary_folder():
        data = make(dict(PLAIN, normalize=True, zero_mean=True), source="arrays", **arrays,
                    **BLOCKS)[1]
        check(data, {split: (flat(x) / largest * 2 - 1, y) for split, (x, y) in arrays.items()})


def test_all_splits_are_whitened_by_the_training_split():
    arrays = three((400, 20, 20), shape=(2, 2, 1))
    x = flat(arrays["train"][0]) / (arrays["train"][0].max() + 1e-7)
    values, vectors = np.linalg.eigh(np.cov(x.T, bias=True))
    matrix = vectors @ np.diag(values ** -0.5) @ vectors.T
    with temporary_folder():
        made, data = make({"ZCA": True}, source="arrays", mini_batch_size=20, batches2train=4,
                          **arrays)
        white = np.concatenate([data.load("train", block)[0] for block in range(4)])
        np.testing.assert_allclose(np.cov(white.T.astype("float64"), bias=True), np.eye(4),
                                   atol=1e-4)
        test = flat(arrays["test"][0])
        scaled = test / (arrays["train"][0].max() + 1e-7)
        np.testing.assert_allclose(data.load("test")[0], (scaled - x.mean(axis=0)) @ matrix,
                                   rtol=1e-3, atol=1e-4)
        np.testing.assert_allclose(made.fitted.apply(test), data.load("test")[0], atol=1e-5)


def test_colour_becomes_grey_whichever_channels_are_asked_for_q46():
    arrays = three(shape=(3, 4, 3))
    grey = {split: (flat(x @ np.array([0.2989, 0.5870, 0.1140])), y)
            for split, (x, y) in arrays.items()}
    for channels in (3, 1):
        with temporary_folder():
            made, data = make(dict(PLAIN, grayscale=True), source="arrays", channels=channels,
                              **arrays, **BLOCKS)
            assert data.channels == 1 and made.channels == channels
            check(data, grey)


def test_the_default_is_normalised_and_grey():
    with temporary_folder():
        made = setup_dataset(dict(source="arrays", mini_batch_size=2, **three(shape=(3, 4, 3))),
                             verbose=0)
        assert made.root.startswith("_datasets/_dataset_")
        assert made.preprocessor["normalize"] and made.preprocessor["grayscale"]
        x = open_dataset(made.root).load("train")[0]
        assert x.shape == (20, 12) and x.dtype == "float32" and 0 <= x.min() < x.max() <= 1


def test_a_source_larger_than_memory_is_whitened_and_written_block_by_block():
    class Endless(Dataset):
        def load(self, split, block=0):
            images = np.random.RandomState(block).uniform(size=(4000, 50))
            return images.astype("float32"), np.zeros(4000, "int32")

    source = Endless(name="endless", mini_batch_size=10, shape=(5, 10, 1),
                     rows_per_block=(4000, 4000, 0), blocks=(30, 1, 0))
    with temporary_folder():
        tracemalloc.start()
        try:
            data = make({"ZCA": True, "GCN": True}, source=source, mini_batch_size=10,
                        batches2train=40)[1]
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        assert data.rows("train") == 120000
        # 24 MB as float32; a block of the source is 0.8, 1.6 while it is made as float64
        assert peak < 12e6, peak


# -- on disk ------------------------------------------------------------------------------------

def test_yanns_pickles_are_written_where_asked_and_parents_are_made():
    arrays = three()
    with temporary_folder():
        made = setup_dataset(dict(source="arrays", **arrays, **BLOCKS), "a/b/c", 0, format="pickle",
                             preprocess_init_args=PLAIN)
        assert made.root.startswith("a/b/c/_dataset_")
        with open(os.path.join(made.root, "data_params.pkl"), "rb") as stream:
            facts = pickle.load(stream)     # noqa: S301 - written a moment ago
        assert facts["cache_batches"] == (4, 2, 3) and facts["batches2test"] == 1
        with open(os.path.join(made.root, "train", "batch_1.pkl"), "rb") as stream:
            x, y = pickle.load(stream)      # noqa: S301
        np.testing.assert_array_equal(x, flat(arrays["train"][0])[8:16])
        assert y.tolist() == [8, 9, 0, 1, 2, 3, 4, 5]
        check(open_dataset(made.root), {s: (flat(x), y) for s, (x, y) in arrays.items()})


def test_nothing_is_left_of_a_data_set_that_fails_half_way():
    source = dataset_from_arrays(rows(4), test=rows(4), mini_batch_size=2)
    load = source.load
    source.load = lambda split, block=0: load(split, block) if split == "train" else 1 / 0
    for format in ("mapped", "pickle"):
        with temporary_folder():
            with raises(ZeroDivisionError):
                make(source=source, mini_batch_size=2, extra={"format": format})
            assert made_folders() == []


KILLED = """
import time
import numpy as np
from yann_weightnorm.toolbox.datasets import dataset_from_arrays
from yann_weightnorm.toolbox.making import setup_dataset

images = np.ones((40, 2, 2), "uint8")
source = dataset_from_arrays((images, np.zeros(40, int)), test=(images, np.zeros(40, int)),
                             mini_batch_size=10)
load = source.load

def slow(split, block=0):
    if split == "test":         # the training split is on the disk by now
        print("writing", flush=True)
        time.sleep(600)
    return load(split, block)

source.load = slow
setup_dataset({"source": source, "mini_batch_size": 10}, "made", 0)
"""


def test_a_maker_that_is_killed_leaves_nothing_that_is_taken_for_a_data_set():
    with temporary_folder():
        child = subprocess.Popen(
            [sys.executable, "-c", KILLED], stdout=subprocess.PIPE, text=True,
            env=dict(os.environ, PYTHONPATH=os.pathsep.join(sys.path)))
        try:
            assert child.stdout.readline() == "writing\n"
        finally:
            child.send_signal(signal.SIGKILL)
            child.communicate()
        left = made_folders()
        assert left and all(name.startswith(".") for name in left), left
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            made, _ = make(source="arrays", mini_batch_size=2, **three())
        assert any("was killed" in str(each.message) for each in caught)
        assert made_folders() == [f"_dataset_{made.id}"]


# -- published sets -----------------------------------------------------------------------------

@contextlib.contextmanager
def little_mnist(train=10030, test=40):
    """Files of MNIST's kind with few rows, in the folder that the environment names."""
    with temporary_folder() as folder, environment(YANN_WEIGHTNORM_DATA=str(folder)):
        (folder / "mnist").mkdir()
        for part, count in (("train", train), ("t10k", test)):
            images, labels = rows(count, shape=(28, 28))
            for kind, array in (("images-idx3", images), ("labels-idx1", labels.astype("uint8"))):
                (folder / "mnist" / f"{part}-{kind}-ubyte").write_bytes(idx_bytes(array))
        yield folder


def test_mnist_comes_from_the_files_and_its_last_training_images_validate():
    with little_mnist():
        made, data = make(dict(PLAIN, normalize=True), source="skdata", name="mnist",
                          mini_batch_size=10, mini_batches_per_batch=(3, 20, 4))
        images, labels = rows(10030, shape=(28, 28))
        scaled = flat(images) / (255 + 1e-7)
        check(data, {"train": (scaled, labels), "valid": (scaled[30:], labels[30:]),
                     "test": (flat(rows(40, shape=(28, 28))[0]) / 255, np.arange(40) % 10)})
        assert made.mini_batches_per_batch == (3, 20, 4)
        (x, y, again), (valid, _, _), (test, _, _) = load_skdata_mnist()
        assert x.shape == (30, 28, 28) and len(valid) == 10000 and len(test) == 40
        np.testing.assert_array_equal(x, images[:30])
        assert again is y


def test_sets_that_yann_knows_are_cut_as_yann_cuts_them_unless_told():
    with little_mnist():
        with raises(ValueError, "'mnist', split 'train'", "batches2train 1 x",
                    "mini_batches_per_batch 100 x mini_batch_size 20 = 2000 rows",
                    "there are 30, 1 mini batches"):
            make(source="skdata", name="mnist")
        assert made_folders() == []


def test_small_sets_of_our_own_need_no_sizes():
    with temporary_folder():
        data = make(source="skdata", name="digits", mini_batch_size=100)[1]
        assert [data.rows(split) for split in SPLITS] == [1400, 176, 176]
        assert (data.height, data.load("train")[0].max()) == (8, 16)


def test_a_missing_published_set_says_what_to_do():
    with temporary_folder() as folder, environment(
            YANN_WEIGHTNORM_DATA=str(folder), YANN_WEIGHTNORM_OFFLINE="1",
            XDG_CACHE_HOME=str(folder)):
        for name in ("mnist", "mnist_noise3", "cifar10", "caltech101"):
            with raises(FileNotFoundError, "YANN_WEIGHTNORM_DATA"):
                make(source="skdata", name=name)
        with raises(FileNotFoundError, "YANN_WEIGHTNORM_DATA"):
            load_cifar100()


# -- what is refused ----------------------------------------------------------------------------

def test_wrong_options_are_refused_by_name():
    cases = (
        ({"source": "sk-data"}, ("'sk-data' (perhaps you meant 'skdata')", "'image-folders'")),
        ({}, ("source None", "a Dataset or one of 'skdata'")),
        ({"source": "skdata"}, ("no 'name'", "'skdata' needs")),
        ({"source": "skdata", "name": "mnist_noise9"}, ("'mnist_noise9' (perhaps you meant",)),
        ({"source": "matlab", "location": ""}, ("no 'location'", "'matlab' needs")),
        ({"source": "arrays"}, ("no 'train'",)),
        ({"mini_batch_size": 0}, ("mini_batch_size must be an integer above 0, got 0",)),
        ({"batches2train": 0}, ("batches2train must be an integer above 0",)),
        ({"batches2test": -1}, ("batches2test must be", "got -1")),
        ({"mini_batches_per_batch": (4, 2)}, ("three integers, for train, valid and test",)),
        ({"height": 28}, ("have height 3, but height 28 is asked for",)),
        ({"channels": 3}, ("have channels 1, but channels 3",)),
        ({"mini_batch_size": 30}, ("a mini batch has 30 rows",)),
    )
    with temporary_folder():
        for args, words in cases:
            known = {} if "source" in args or not args else dict(source="arrays", **three())
            with raises(ValueError, *words):
                make(**dict(known, **args))
        with raises(ValueError, "takes a dict of options", "got a str"):
            setup_dataset("mnist", verbose=0)
        with raises(ValueError, "format 'npz'", "'mapped', 'pickle'"):
            make(source="arrays", extra={"format": "npz"}, **three())
        assert made_folders() == []


def test_options_that_nothing_reads_are_told():
    with temporary_folder(), warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        make(source="arrays", mini_batch_sise=3, mini_batch_size=2, extra={"formt": 1}, **three())
    said = [str(each.message) for each in caught]
    assert any("'mini_batch_sise' (perhaps you meant 'mini_batch_size')" in text for text in said)
    assert any("'formt' (perhaps you meant 'format')" in text for text in said)
    assert all(each.filename.endswith("helpers.py") for each in caught), said


def test_verbose_says_more_by_level_q49():
    heard = []
    for verbose in range(4):
        with temporary_folder(), contextlib.redirect_stdout(io.StringIO()) as out:
            make(verbose=verbose, source="arrays", mini_batch_size=2, **three())
        heard.append(out.getvalue())
    assert heard[0] == ""
    assert [text.count("\n") for text in heard] == [0, 2, 5, 8]
    assert "\n... train batch 0\n" in heard[3] and "_dataset_" in heard[1]
