"""Variants of MNIST from small tables, and one of full size; broken text is refused."""

import contextlib
import io
import tempfile
import zipfile
from pathlib import Path

import numpy as np

from tests.toolbox.datasets.helpers import nothing_cached, only_value_errors, raises
from tests.toolbox.datasets.test_cifar10 import archive_of
from yann_weightnorm.toolbox.datasets import SPLITS, mnist_variant
from yann_weightnorm.toolbox.datasets.amat import read_amat
from yann_weightnorm.toolbox.datasets.mnist_variants import (
    MNIST_VARIANTS, MnistVariant, read_mnist_variant)

SMALL = MnistVariant("small.zip", (("train.amat", 3), ("test.amat", 2)),
                     (slice(0, 2), slice(2, 3), slice(3, 5)), False)


def table(rows, seed=0):
    """Return pixels of 0 to 1 in steps of 1/1000, and digits in the last column."""
    rng = np.random.RandomState(seed)
    return np.hstack([rng.randint(0, 1001, (rows, 784)) / 1000, rng.randint(0, 10, (rows, 1))])


def text_of(rows):
    """Return a table as its text, numbers as the published files have them."""
    return "".join(" ".join(f"{number:.6g}" for number in row) + " \n" for row in rows).encode()


TABLES = {"train.amat": table(3, 1), "test.amat": table(2, 2)}
TEXTS = {name: text_of(rows) for name, rows in TABLES.items()}


def zipped(files):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made.getvalue()


@contextlib.contextmanager
def place_of(files):
    """A folder with `files` (name: bytes)."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            (Path(folder) / name).write_bytes(data)
        yield Path(folder)


def test_files_and_archives_hold_the_same():
    both = np.concatenate(list(TABLES.values()))
    for files in (TEXTS, {"small.zip": zipped(TEXTS)}, {"small.zip": archive_of(TEXTS)},
                  {"small.zip": zipped({f"some/folder/{name}": text
                                        for name, text in TEXTS.items()})}):
        with place_of(files) as place:
            images, labels = read_mnist_variant(place, SMALL)
            sideways = read_mnist_variant(place, SMALL._replace(sideways=True))[0]
        assert images.dtype == np.float32 and labels.tolist() == both[:, -1].tolist()
        np.testing.assert_allclose(images.reshape(5, -1), both[:, :-1], rtol=1e-6)
        for row, column in ((0, 5), (27, 3), (14, 14)):
            assert (images[:, row, column] == sideways[:, column, row]).all()


@contextlib.contextmanager
def toy():
    """A folder with the variant 'toy', whose five rows are cut 2, 1 and 2."""
    MNIST_VARIANTS["toy"] = SMALL
    try:
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "mnist-variants").mkdir()
            (Path(folder) / "mnist-variants" / "small.zip").write_bytes(zipped(TEXTS))
            yield folder
    finally:
        del MNIST_VARIANTS["toy"]


def test_a_data_set_of_three_splits():
    both = np.concatenate(list(TABLES.values()))
    with toy() as folder:
        data = mnist_variant("toy", folder, mini_batch_size=2)
        few = mnist_variant("toy", folder, mini_batch_size=1, train_rows=1, test_rows=1)
        with raises(ValueError, "dataset 'toy': valid_rows", "from 1 to 1", "got 2"):
            mnist_variant("toy", folder, valid_rows=2)
    assert data.name == "toy" and (data.height, data.width, data.channels) == (28, 28, 1)
    for split, rows in zip(SPLITS, (both[:2], both[2:3], both[3:])):
        x, y = data.load(split)
        np.testing.assert_allclose(x, rows[:, :-1], rtol=1e-6)
        assert y.tolist() == rows[:, -1].tolist()
    assert [few.rows(split) for split in SPLITS] == [1, 1, 1]


def test_the_splits_are_yanns():
    noise, others = ((0, 10000), (12000, 14000), (10000, 12000)), \
        ((0, 40000), (40000, 50000), (50000, 62000))
    assert len(MNIST_VARIANTS) == 10
    for name, variant in MNIST_VARIANTS.items():
        rows = sum(count for _, count in variant.tables)
        found = tuple((part.start, part.stop) for part in variant.splits)
        assert found == (noise if "noise" in name else others), name
        assert rows == max(stop for _, stop in found), name
        assert len({file for file, _ in variant.tables}) == len(variant.tables)


def test_missing_files_are_named():
    with nothing_cached() as cache, raises(
            FileNotFoundError, f"{cache / 'mnist-variants'} must hold mnist_rotation_new.zip",
            "mnist_all_rotation_normalized_float_train_valid.amat",
            "http://www.iro.umontreal.ca/~lisa/icml2007data/mnist_rotation_new.zip", "--data"):
        mnist_variant("mnist_rotated")
    with raises(ValueError, "mnist_variant got name 'mnist_rotate' (perhaps you meant "
                            "'mnist_rotated')"):
        mnist_variant("mnist_rotate")


def refuses(files, *words):
    with place_of(files) as place, raises(ValueError, str(place), *words):
        read_mnist_variant(place, SMALL)


def test_broken_text():
    good, rows = TEXTS["test.amat"], TEXTS["train.amat"].splitlines(True)

    def train(data):
        return {"train.amat": data, "test.amat": good}
    refuses(train(b""), "train.amat: wanted 3 rows, got 0; it is cut short")
    refuses(train(b"".join(rows[:2])), "wanted 3 rows, got 2")
    refuses(train(b"".join(rows) + b"\n# end\n" + rows[0]), "train.amat, line 6: goes on after 3")
    refuses(train(rows[0] + rows[1][9:]), "line 2: wanted 785 finite numbers, got")
    refuses(train(rows[0][:-1] + rows[1]), "line 1: wanted 785 finite numbers, got 1570")
    for word in (b"x", b"\0", b"1,5", b"0x"):
        refuses(train(rows[0] + word + rows[1]), "line 2: not a row of numbers")
    for word in (b"nan", b"inf", b"1e999"):
        refuses(train(word + b" 0" * 784), "line 1: wanted 785 finite numbers",
                "some of them not finite")
    refuses(train(b"0" * 30000), "line 1: longer than 25120 characters")
    refuses(train(b"".join([b"0 " * 784 + b"10\n"] * 3)), "digits, 0 to 9, got 10 to 10")
    refuses(train(b"".join([b"0 " * 784 + b"1.5\n"] * 3)), "digits, 0 to 9, got 1.5 to 1.5")
    refuses(train(b"".join([b"2 " * 784 + b"1\n"] * 3)), "pixels must be from 0 to 1, got 2 to 2")


def test_comments_and_empty_lines_are_passed_over():
    text = b"#size: 2 3\n\n#: a b c\n1 2 3\n \n4 5 6"
    assert read_amat("x", io.BytesIO(text), 2, 3).tolist() == [[1, 2, 3], [4, 5, 6]]


def test_archives():
    refuses({"small.zip": b"no archive"}, "small.zip", "damaged archive")
    refuses({"small.zip": zipped({"other.amat": b"1"})}, "small.zip: has no train.amat")
    refuses({"small.zip": archive_of({"other.amat": b"1"})}, "small.zip: has no train.amat")
    refuses({"small.zip": zipped(dict(TEXTS, **{"test.amat": b"1 2\n"}))},
            "small.zip, test.amat, line 1: wanted 785")
    with place_of({"small.zip": zipped({f"../../{name}": text for name, text in TEXTS.items()})}
                  ) as place:
        assert read_mnist_variant(place, SMALL)[0].shape == (5, 28, 28)
        assert [path.name for path in place.rglob("*")] == ["small.zip"]


def test_random_damage_is_a_value_error():
    for pack in (zipped, archive_of):
        with place_of({}) as place:
            def read(path):
                read_mnist_variant(path.parent, SMALL)
            refused = only_value_errors(read, place / "small.zip", pack(TEXTS), 150)
        assert refused > 100, refused
