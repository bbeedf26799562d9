"""SVHN from small Matlab files that SciPy writes, and from damaged ones."""

import contextlib
import tempfile
from pathlib import Path

import numpy as np
import scipy.io

from tests.toolbox.datasets.helpers import nothing_cached, only_value_errors, raises
from yann_weightnorm.toolbox.datasets import SPLITS, svhn
from yann_weightnorm.toolbox.datasets.svhn import read_svhn


def digits(rows, seed):
    """Return X and y as the files have them."""
    rng = np.random.RandomState(seed)
    return {"X": rng.randint(0, 256, (32, 32, 3, rows)).astype("uint8"),
            "y": rng.randint(1, 11, (rows, 1)).astype("uint8")}


@contextlib.contextmanager
def folder_of(**rows):
    """A folder whose svhn/ holds a file for each name, with so many rows."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "svhn"
        place.mkdir()
        made = {name: digits(count, count) for name, count in rows.items()}
        for name, content in made.items():
            scipy.io.savemat(place / f"{name}_32x32.mat", content, do_compression=True)
        yield place, made


def test_images_and_labels():
    with folder_of(train=20, test=7) as (place, made):
        data = svhn(place.parent, mini_batch_size=3, normalize=False)
    assert [data.rows(split) for split in SPLITS] == [18, 2, 7] and data.name == "svhn"
    assert (data.height, data.width, data.channels) == (32, 32, 3)
    for split, name, start in (("train", "train", 0), ("valid", "train", 18), ("test", "test", 0)):
        x, y = data.load(split)
        x = x.reshape(-1, 32, 32, 3)
        for n in range(len(x)):
            np.testing.assert_array_equal(x[n], made[name]["X"][:, :, :, start + n])
            assert y[n] == made[name]["y"][start + n, 0] % 10


def test_label_ten_is_the_digit_zero():
    with folder_of() as (place, _):
        content = dict(digits(10, 0), y=np.arange(1, 11, dtype="uint8")[:, None])
        scipy.io.savemat(place / "x.mat", content)
        assert read_svhn(place / "x.mat")[1].tolist() == [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]


def test_the_extra_images_come_first_and_do_not_validate():
    with folder_of(train=10, test=3, extra=6) as (place, made):
        data = svhn(place.parent, mini_batch_size=1, extra=True)
        limited = svhn(place.parent, mini_batch_size=1, train_rows=4, valid_rows=0, test_rows=2)
    assert [data.rows(split) for split in SPLITS] == [15, 1, 3]
    assert [limited.rows(split) for split in SPLITS] == [4, 0, 2]
    labels = np.concatenate([made[name]["y"][:, 0] for name in ("extra", "train")]) % 10
    assert data.labels("train").tolist() == labels[:15].tolist()
    assert data.labels("valid").tolist() == labels[15:].tolist()


def test_missing_files_are_named():
    with nothing_cached(), folder_of() as (place, _), raises(
            FileNotFoundError, f"{place} lacks train_32x32.mat, test_32x32.mat",
            "http://ufldl.stanford.edu/housenumbers/test_32x32.mat"):
        svhn(place.parent)
    with nothing_cached(), folder_of(train=20, test=3) as (place, _), \
            raises(FileNotFoundError, f"{place} lacks extra_32x32.mat", "by hand"):
        svhn(place.parent, extra=True)


def refuses(content, *words, write=scipy.io.savemat):
    with folder_of() as (place, _):
        write(place / "some.mat", content)
        with raises(ValueError, "some.mat", *words):
            read_svhn(place / "some.mat")


def test_other_matlab_files():
    good = digits(4, 0)
    refuses({"X": good["X"]}, "no variable 'y'; it has 'X'")
    refuses({}, "no variable 'X'; it has none")
    refuses(dict(good, X=good["X"].astype(float)), "wanted bytes X of shape (32, 32, 3, n), got "
                                                   "float64 of shape (32, 32, 3, 4)")
    refuses(dict(good, X=good["X"][:30]), "got uint8 of shape (30, 32, 3, 4)")
    refuses(dict(good, y=good["y"].T), "wanted labels y of shape (4, 1)", "got (1, 4)")
    refuses(dict(good, y=good["y"] * 0), "wanted labels from 1 to 10, got 0 to 0")
    refuses(dict(good, X="a text"), "'X' is no array of real numbers (Matlab's class 4)")
    refuses(dict(good, X={"a": 1}), "class 2")
    refuses(dict(good, X=np.zeros((32, 32, 3, 0), "uint8")), "promises 32x32x3x0 values")


def test_what_is_no_matlab_file():
    def write(path, data):
        path.write_bytes(data)
    for data in (b"", b"GIF89a", b"\0" * 500, b"MATLAB 7.3 MAT-file".ljust(124) + b"\0\2IM",
                 bytes(range(256)) * 9):
        refuses(data, "Matlab file", write=write)


def test_a_missing_file_is_a_missing_file():
    with raises(FileNotFoundError, "no-such.mat"):
        read_svhn("no-such.mat")


def test_random_damage_is_a_value_error():
    for packed in (False, True):
        with folder_of() as (place, _):
            path = place / "some.mat"
            scipy.io.savemat(path, digits(2, 0), do_compression=packed)
            refused = only_value_errors(read_svhn, path, path.read_bytes(), 300)
        assert refused > 50, refused
