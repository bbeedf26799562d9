"""The ready-made data sets: what each asks for, and that it is made of it."""

import contextlib
import inspect
import io
import zipfile

import numpy as np

from tests.small import temporary_folder
from tests.toolbox.datasets.helpers import damaged, raises
from tests.toolbox.making.helpers import environment, made_folders, three, write_picture
from yann_weightnorm.toolbox import making
from yann_weightnorm.toolbox.datasets import open_dataset
from yann_weightnorm.toolbox.making import cookers, download_celebA

# From YANN: name, mini batch, mini batches a block, blocks to train, test and validate, image,
# normalize, zero_mean
TABLE = {
    "cook_mnist_normalized": ("mnist", 500, (100, 20, 20), (1, 1, 1), (28, 28, 1), True, False),
    "cook_mnist_normalized_zero_mean":
        ("mnist", 500, (100, 20, 20), (1, 1, 1), (28, 28, 1), True, True),
    "cook_mnist_multi_load": ("mnist", 500, (20, 5, 5), (5, 4, 4), (28, 28, 1), True, False),
    "cook_cifar10_normalized": ("cifar10", 500, (80, 20, 20), (1, 1, 1), (32, 32, 3), True, False),
    "cook_cifar10_normalized_zero_mean":
        ("cifar10", 500, (80, 20, 20), (1, 1, 1), (32, 32, 3), True, True),
    "cook_caltech101": ("caltech101", 72, (1, 1, 1), (60, 37, 30), (224, 224, 3), False, False),
    "cook_caltech256": ("caltech256", 36, (1, 1, 1), (424, 226, 200), (224, 224, 3), False, False),
    "cook_celeba_normalized_zero_mean":
        ("celeba", 500, (1, 1, 1), (403, 1, 1), (32, 32, 3), True, True),
}


def asked(cook, **kwargs):
    """Return the arguments with which `cook` calls setup_dataset, which is not run."""
    before, cookers.setup_dataset = cookers.setup_dataset, lambda *args, **named: (args, named)
    try:
        return cook(**kwargs)
    finally:
        cookers.setup_dataset = before


def test_every_cook_asks_for_what_yanns_does():
    for name, (dataset, size, mini_batches, blocks, shape, normalize, zero_mean) in TABLE.items():
        (params,), named = asked(getattr(making, name))
        assert params["name"] == dataset and params["mini_batch_size"] == size, name
        assert params["mini_batches_per_batch"] == mini_batches, name
        assert tuple(params[f"batches2{k}"] for k in ("train", "test", "validate")) == blocks, name
        assert tuple(params[k] for k in ("height", "width", "channels")) == shape, name
        assert named == {"verbose": 1, "preprocess_init_args": {
            "normalize": normalize, "ZCA": False, "grayscale": False, "zero_mean": zero_mean}}, name
    assert making.cook_mnist is making.cook_mnist_normalized
    assert making.cook_cifar10 is making.cook_cifar10_normalized


def test_every_cook_is_in_the_table():
    cooks = {name for name in making.__all__ if name.startswith("cook_")}
    assert cooks == {*TABLE, "cook_mnist", "cook_cifar10"}
    for name in cooks - {"cook_celeba_normalized_zero_mean"}:
        assert str(inspect.signature(getattr(making, name))) == "(verbose=1, **kwargs)"


def test_params_replace_the_defaults_as_a_whole_and_verbose_counts_q49():
    data = dict(source="arrays", mini_batch_size=2, **three())
    with temporary_folder(), contextlib.redirect_stdout(io.StringIO()) as out:
        made = making.cook_mnist(verbose=0, data_params=data, save_directory="made",
                                 preprocess_params={"GCN": True}, format="pickle")
        assert out.getvalue() == ""
        making.cook_mnist(verbose=1, data_params=data, save_directory="made")
        assert out.getvalue().count("\n") == 2
        x = open_dataset(made.root).load("train")[0]
        np.testing.assert_allclose(x.std(axis=1), 1, rtol=1e-5)
        assert sorted(made_folders())[0].startswith("_dataset_")


def test_celeba_is_made_of_the_pictures_in_its_folder():
    args = dict(asked(making.cook_celeba_normalized_zero_mean)[0][0], mini_batch_size=2,
                batches2train=2, height=4, width=4)
    assert args["location"] == "_data/celebA" and args["source"] == "images-only"
    with temporary_folder():
        for number in range(8):
            write_picture(f"faces/{number:06}.jpg", np.full((8, 8, 3), 30 * number, "uint8"))
        made = making.cook_celeba_normalized_zero_mean(
            0, "faces", data_params=dict(args, location="faces"), save_directory="made")
        data = open_dataset(made.root)
        means = [x.mean() for x in data.load("train", 1)[0]]
        np.testing.assert_allclose(means, [2 / 3 * 2 - 1, 1], atol=1e-5)
        assert data.load("test")[0].max() > 1       # scaled by the training pictures


# -- the archive of CelebA ----------------------------------------------------------------------

def pack(members, path="_data/img_align_celeba.zip"):
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def test_celeba_is_unpacked_once_and_no_member_leaves_the_folder_q66():
    with temporary_folder() as folder, contextlib.redirect_stdout(io.StringIO()) as out:
        (folder / "_data").mkdir()
        pack({"img_align_celeba/": "", "img_align_celeba/000001.jpg": "a",
              "../../out.jpg": "b", "/abs.jpg": "c", "img/.hidden.jpg": "d", "readme.txt": "e"})
        download_celebA()
        left = sorted(path.name for path in (folder / "_data" / "celebA").iterdir())
        assert left == ["000001.jpg", "abs.jpg", "out.jpg"]
        assert not (folder.parent / "out.jpg").exists() and not (folder / "out.jpg").exists()
        download_celebA()
        assert out.getvalue().splitlines() == [
            "3 pictures were unpacked into _data/celebA", "_data/celebA is there already"]


def test_a_missing_archive_says_where_it_may_be_had_q66():
    with temporary_folder() as folder:
        with raises(FileNotFoundError, "_data/img_align_celeba.zip is missing", "mmlab.ie.cuhk"):
            download_celebA()
        assert not (folder / "_data").exists()
        (folder / "_data").mkdir()      # which YANN stumbles over
        with raises(FileNotFoundError, "put it into _data/"):
            download_celebA("faces")


def test_a_wrong_archive_leaves_nothing_behind():
    with temporary_folder() as folder:
        (folder / "_data").mkdir()
        path = folder / "_data" / "img_align_celeba.zip"
        pack({"readme.txt": "e"})
        with raises(ValueError, "img_align_celeba.zip", "holds no .jpg file"):
            download_celebA()
        pack({"a.jpg": b"0" * (10 * 2 ** 20 + 1)})
        with raises(ValueError, "a.jpg is of 10485761 bytes"):
            download_celebA()
        pack({"000001.jpg": "some bytes" * 9, "000002.jpg": "others" * 9})
        refused = 0
        for number, wrong in enumerate(damaged(path.read_bytes(), 100)):
            path.write_bytes(wrong)
            try:
                with contextlib.redirect_stdout(io.StringIO()):
                    download_celebA(str(number))
            except ValueError as error:
                refused += 1
                assert "img_align_celeba.zip" in str(error)
                assert not (folder / "_data" / str(number)).exists()
        assert refused > 30, refused


def test_caltech_asks_for_its_folder():
    with temporary_folder() as folder, environment(YANN_WEIGHTNORM_DATA=str(folder)):
        for cook in (making.cook_caltech101, making.cook_caltech256):
            with raises(FileNotFoundError, "caltech", "YANN_WEIGHTNORM_DATA"):
                cook(0)
