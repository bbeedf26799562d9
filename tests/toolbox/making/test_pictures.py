"""Folders of pictures, against Pillow and NumPy; and files that are no pictures."""

import io
import os

import numpy as np
from PIL import Image

from tests.small import temporary_folder
from tests.toolbox.datasets.helpers import only_value_errors, raises
from tests.toolbox.making.helpers import PLAIN, environment, flat, made_folders, make, write_picture
from yann_weightnorm.toolbox.making import load_images_only, load_skdata_caltech101
from yann_weightnorm.toolbox.making.pictures import (
    PIECE, PictureSource, class_files, picture_files, read_picture)

SHAPE = {"height": 4, "width": 5, "channels": 3}
COLOUR = np.random.RandomState(0).randint(0, 256, (12, 4, 5, 3)).astype("uint8")


def write_all(names, images=COLOUR):
    for name, image in zip(names, images):
        write_picture(os.path.join("pictures", name), image)


# -- one picture --------------------------------------------------------------------------------

def test_a_picture_of_the_right_size_stays_as_it_is():
    with temporary_folder():
        write_all(["a.png"])
        np.testing.assert_array_equal(read_picture("pictures/a.png", 4, 5, 3), COLOUR[0])


def test_a_picture_is_made_smaller_by_what_all_its_pixels_say():
    fine = np.kron(COLOUR[0], np.ones((8, 8, 1), "uint8"))     # each pixel 8x8 times
    with temporary_folder():
        write_picture("p/a.png", fine)
        small = read_picture("p/a.png", 4, 5, 3).astype(int)
        flat_grey = np.zeros((64, 64), "uint8")
        flat_grey[::2] = 200
        write_picture("p/b.png", flat_grey)
        stripes = read_picture("p/b.png", 8, 8, 1)
    wanted = np.asarray(Image.fromarray(fine).resize((5, 4), Image.BILINEAR))
    np.testing.assert_array_equal(small, wanted)
    assert abs(stripes.astype(int) - 100).max() <= 6, "stripes of one pixel become their mean"


def test_channels_are_what_is_asked_for_q48():
    grey = COLOUR[0, ..., 0]
    opaque = np.full((4, 5, 1), 255, "uint8")
    with temporary_folder():
        write_picture("p/grey.png", grey)
        write_picture("p/colour.png", COLOUR[0])
        write_picture("p/opaque.png", np.concatenate([COLOUR[0], opaque], axis=-1))
        read = {(name, channels): read_picture(f"p/{name}.png", 4, 5, channels)
                for name in ("grey", "colour", "opaque") for channels in (1, 2, 3, 4)}
    luma = COLOUR[0] @ np.array([0.299, 0.587, 0.114])
    for (name, channels), image in read.items():
        assert image.shape == (4, 5, channels), (name, channels)
        if channels % 2 == 0:
            assert (image[..., -1] == 255).all()
        colours = image[..., :3] if channels > 2 else image[..., :1]
        wanted = grey[..., None] if name == "grey" else (
            COLOUR[0] if channels > 2 else luma[..., None])
        assert abs(colours - wanted.astype(float)).max() <= 1, (name, channels)


def test_sixteen_bits_become_eight_without_being_cut_off():
    deep = np.linspace(0, 65535, 20).astype("uint16").reshape(4, 5)
    with temporary_folder():
        Image.fromarray(deep).save("deep.png")
        got = read_picture("deep.png", 4, 5, 1)[..., 0]
    np.testing.assert_array_equal(got, deep // 257)


def test_files_that_are_no_pictures_are_refused_by_name():
    with temporary_folder() as folder:
        (folder / "a.png").write_text("no picture")
        (folder / "b.jpg").write_bytes(b"")
        Image.fromarray(COLOUR[0]).save("c.png", format="BMP")
        for name in ("a.png", "b.jpg", "c.png"):
            with raises(ValueError, name, "not a JPEG or PNG picture"):
                read_picture(name, 4, 5, 3)
        with raises(ValueError, "1, 2, 3 or 4 channels, got channels 5"):
            read_picture("a.png", 4, 5, 5)
        with raises(FileNotFoundError, "nowhere.png"):
            read_picture("nowhere.png", 4, 5, 3)


def test_a_picture_that_would_unfold_without_end_is_refused():
    before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, 15
    try:
        with temporary_folder():
            write_all(["a.png"])
            with raises(ValueError, "a.png", "decompression bomb"):
                read_picture("pictures/a.png", 4, 5, 3)
    finally:
        Image.MAX_IMAGE_PIXELS = before


def test_damaged_pictures_are_refused_in_little_memory():
    with temporary_folder() as folder:
        for kind in ("png", "jpeg"):
            data = io.BytesIO()
            Image.fromarray(COLOUR[0]).resize((40, 30)).save(data, format=kind)
            path = folder / f"a.{kind}"
            refused = only_value_errors(lambda path: read_picture(path, 4, 5, 3), path,
                                        data.getvalue(), 100)
            assert refused > 20, (kind, refused)


# -- folders ------------------------------------------------------------------------------------

def test_pictures_are_taken_in_the_order_of_their_names_q48():
    names = ["b.jpg", "a.JPG", "c.jpeg", "10.png", ".hidden.png", "._a.jpg", "notes.txt"]
    with temporary_folder() as folder:
        write_all(names[:5])
        (folder / "pictures" / "._a.jpg").write_bytes(b"")
        (folder / "pictures" / "notes.txt").write_text("")
        assert [path.name for path in picture_files("pictures")] == [
            "10.png", "a.JPG", "b.jpg", "c.jpeg"]
        with raises(FileNotFoundError, "nowhere"):
            picture_files("nowhere")
        (folder / "empty").mkdir()
        with raises(FileNotFoundError, "empty holds no picture", ".png"):
            picture_files("empty")


def test_unlabelled_pictures_train_then_validate_then_test_q13():
    with temporary_folder():
        write_all([f"{k:02}.png" for k in range(12)])
        data = make(source="images-only", location="pictures", mini_batch_size=2,
                    mini_batches_per_batch=(1, 2, 1), batches2train=3, **SHAPE)[1]
        train = np.concatenate([data.load("train", block)[0] for block in range(3)])
        np.testing.assert_array_equal(train, flat(COLOUR[:6]))
        np.testing.assert_array_equal(data.load("valid")[0], flat(COLOUR[6:10]))
        x, y = data.load("test")
        np.testing.assert_array_equal(x, flat(COLOUR[10:]))
        assert y.tolist() == [0, 0] and data.name == "pictures"


def test_every_number_of_channels_makes_a_data_set_q48():
    with temporary_folder():
        write_all([f"{k:02}.png" for k in range(6)])
        for channels in (1, 2, 3, 4):
            data = make(source="images-only", location="pictures", mini_batch_size=2,
                        mini_batches_per_batch=(1, 1, 1), **dict(SHAPE, channels=channels))[1]
            assert data.channels == channels and data.load("train")[0].shape == (2, 20 * channels)


def test_too_few_pictures_are_told():
    with temporary_folder():
        write_all([f"{k}.png" for k in range(9)])
        with raises(ValueError, "'pictures'", "4 + 2 + 4 = 10 pictures, but there are 9",
                    "lower mini_batch_size"):
            make(source="images-only", location="pictures", mini_batch_size=2,
                 mini_batches_per_batch=(2, 1, 2), **SHAPE)


def test_a_damaged_picture_ends_it_with_nothing_written():
    with temporary_folder() as folder:
        write_all([f"{k}.png" for k in range(6)])
        (folder / "pictures" / "5.png").write_bytes(b"\x89PNG\r\n\x1a\n")
        with raises(ValueError, "5.png"):
            make(source="images-only", location="pictures", mini_batch_size=2,
                 mini_batches_per_batch=(1, 1, 1), **SHAPE)
        assert made_folders() == []


def test_many_pictures_are_decoded_piece_by_piece():
    paths = [f"{k}.png" for k in range(2 * PIECE + 3)]
    source = PictureSource("many", paths, np.arange(len(paths)), (1, 1, 1), (PIECE + 1, 2, 0))
    assert source.pieces == {"train": [PIECE, 1], "valid": [2], "test": []}
    with temporary_folder():
        for number, path in enumerate(paths):
            Image.fromarray(np.array([[number % 256]], "uint8")).save(path)
        x, y = source.read("train", 1)
        assert y.tolist() == [PIECE] and x.tolist() == [[PIECE % 256]]
        np.testing.assert_array_equal(source.labels("train", 0), np.arange(PIECE))
        assert source.read("valid", 0)[1].tolist() == [PIECE + 1, PIECE + 2]


def test_a_block_of_pictures_is_loaded_as_by_yann():
    with temporary_folder():
        write_all([f"{k:02}.png" for k in range(12)])
        sizes = dict(n_train_images=6, n_test_images=2, n_valid_images=4, rand_perm=None, **SHAPE)
        x, y = load_images_only(2, "pictures", batch=2, type_set="train", **sizes)
        np.testing.assert_array_equal(x, flat(COLOUR[4:6]))
        assert y.dtype == "float32" and not y.any()
        x, _ = load_images_only(2, "pictures", batch=0, type_set="test", **sizes)
        np.testing.assert_array_equal(x, flat(COLOUR[10:]))
        order = list(range(11, -1, -1))
        x, _ = load_images_only(2, "pictures", batch=0, **dict(sizes, rand_perm=order))
        np.testing.assert_array_equal(x, flat(COLOUR[[11, 10]]))
        with raises(ValueError, "'valid'", "block 2 of 2 rows ends behind the 4 of the split"):
            load_images_only(2, "pictures", batch=2, type_set="valid", **sizes)


# -- one folder a class -------------------------------------------------------------------------

def write_classes(inner=""):
    for number in range(12):
        write_picture(f"caltech101/{inner}class_{number // 4}/{number:02}.png", COLOUR[number])


def test_classes_are_numbered_by_the_names_of_their_folders():
    with temporary_folder() as folder:
        write_classes()
        (folder / "caltech101" / "a_empty").mkdir()
        paths, labels = class_files("caltech101")
        assert [path.name for path in paths] == [f"{k:02}.png" for k in range(12)]
        assert labels.tolist() == [0] * 4 + [1] * 4 + [2] * 4
        with raises(FileNotFoundError, "a_empty must hold one folder of pictures a class"):
            class_files(folder / "caltech101" / "a_empty")


def check_shuffled(data):
    """Check 10 of the 12 pictures, each once, with its class, in the order of NumPy's seed 3."""
    np.random.seed(3)
    order = np.random.permutation(12)
    for split, part in (("train", order[:6]), ("valid", order[6:8]), ("test", order[8:10])):
        blocks = [data.load(split, block) for block in range(data.blocks(split))]
        np.testing.assert_array_equal(np.concatenate([x for x, _ in blocks]), flat(COLOUR[part]))
        np.testing.assert_array_equal(np.concatenate([y for _, y in blocks]), part // 4)


def test_caltech_is_read_from_class_folders_in_one_random_order_q13():
    sizes = dict(mini_batch_size=2, mini_batches_per_batch=(1, 1, 1), batches2train=3, **SHAPE)
    with temporary_folder() as folder, environment(YANN_WEIGHTNORM_DATA=str(folder)):
        write_classes("101_ObjectCategories/")
        np.random.seed(3)
        check_shuffled(make(source="skdata", name="caltech101", **sizes)[1])
        np.random.seed(3)
        check_shuffled(make(PLAIN, source="image-folders", location="caltech101", **sizes)[1])
        x, y = load_skdata_caltech101(2, 6, 2, 2, np.arange(12), batch=1, type_set="train",
                                      height=4, width=5)
        np.testing.assert_array_equal(x, flat(COLOUR[2:4]))
        assert y.tolist() == [0, 0]
