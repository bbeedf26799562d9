"""Data sets in mapped files: what is saved is what is opened, and what is damaged is refused."""

import json
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from tests.toolbox.datasets.helpers import image_rows, raises
from yann_weightnorm import dataset_from_arrays, open_dataset, save_dataset
from yann_weightnorm.toolbox.datasets import (
    SPLITS, Dataset, MappedDataset, check_labels, save_yann_dataset)

BY_PYTHON_2 = Path(__file__).parent / "python2"


class Blocks(Dataset):
    """A data set of several blocks, made when they are loaded: row n of a split is all n."""

    def __init__(self, blocks=(3, 2, 0), rows=(4, 3, 0), kind="float32"):
        super().__init__(name="blocks", mini_batch_size=2, shape=(2, 3, 1), rows_per_block=rows,
                         blocks=blocks)
        self.kind, self.loads = kind, []

    def load(self, split, block=0):
        self.check_block(split, block)
        self.loads.append((split, block))
        rows = np.arange(self.rows_in_block[split]) + block * self.rows_in_block[split]
        return np.repeat(rows[:, None], 6, 1).astype(self.kind), (rows % 3).astype("int32")


@contextmanager
def temporary():
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@contextmanager
def saved(dataset=None, **extra):
    with temporary() as folder:
        yield save_dataset(Blocks() if dataset is None else dataset, folder / "set", extra)


def change(place, **changes):
    """Change facts in the header; a dict changes those of a split."""
    path = place / "dataset.json"
    facts = json.loads(path.read_text())
    for key, value in changes.items():
        if key in SPLITS and isinstance(value, dict):
            facts[key].update(value)
        else:
            facts[key] = value
    path.write_text(json.dumps(facts))


def same(first, second, splits=SPLITS):
    """Check that two data sets give the same blocks, bit for bit, as types of the same size."""
    for split in splits:
        number = SPLITS.index(split)
        assert first.mini_batches_per_batch[number] == second.mini_batches_per_batch[number]
        assert first.blocks(split) == second.blocks(split)
        assert first.rows(split) == second.rows(split)
        for block in range(first.blocks(split)):
            for one, other in zip(first.load(split, block), second.load(split, block)):
                np.testing.assert_array_equal(one, other)
                assert one is None or one.dtype == other.dtype


# -- what is saved is what is opened ----------------------------------------------------------

def test_arrays_of_every_kind_come_back():
    for kind in ("uint8", "float32", "float64"):
        images, labels = image_rows(25, (4, 3, 2))
        for normalize in (True, False):
            made = dataset_from_arrays(
                (images.astype(kind), labels), (images[:7], labels[:7]),
                (images[:3].astype(kind), None), mini_batch_size=5, normalize=normalize, name="m")
            with saved(made) as place:
                opened = open_dataset(place)
                same(opened, made)
                assert type(opened) is MappedDataset and opened.name == "m"
                assert opened.labels("test") is None and not opened.cache
                assert (opened.height, opened.width, opened.channels) == (4, 3, 2)


def test_blocks_come_back_one_by_one_and_are_new_arrays():
    made = Blocks()
    with saved(made) as place:
        opened = open_dataset(place, name="again")
        assert opened.cache and opened.name == "again" and opened.rows("train") == 12
        same(opened, made)
        assert opened.load("train", 2)[0][:, 0].tolist() == [8, 9, 10, 11]
        x, y = opened.load("train", 1)
        assert x.flags.writeable and y.flags.writeable
        x[:] = y[:] = -1
        same(opened, made)


def test_the_files_are_what_numpy_and_json_read():
    images, labels = image_rows(7)
    with saved(dataset_from_arrays((images, labels), mini_batch_size=3), zca=np.eye(2)) as place:
        np.testing.assert_array_equal(np.load(place / "train" / "x.npy"),
                                      images[:6].reshape(6, 12))
        np.testing.assert_array_equal(np.load(place / "train" / "y.npy"), labels[:6])
        assert np.load(place / "train" / "x.npy").dtype == "uint8"
        facts = json.loads((place / "dataset.json").read_text())
        assert facts["extra"] == {"zca": [[1, 0], [0, 1]]}
        assert facts["train"]["scale"] == 255 and facts["valid"] == {
            "rows": 0, "rows_per_block": 0, "blocks": 0}
        assert sorted(os.listdir(place)) == ["dataset.json", "train"]


def test_a_copy_of_a_copy_keeps_bytes_and_facts():
    made = dataset_from_arrays(image_rows(6), image_rows(3), mini_batch_size=2, name="bytes")
    made.splits = {"base": [0, 1], "shot": [2], "p": 0}
    with saved(made) as place:
        copy = save_dataset(open_dataset(place), place.parent / "deep" / "copy", {"n": 1})
        same(open_dataset(copy), made)
        assert open_dataset(copy).splits == made.splits and open_dataset(copy).extra == {"n": 1}
        assert np.load(copy / "valid" / "x.npy").dtype == "uint8"


def test_yann_s_format_is_opened_too_and_both_ways_lead_back():
    by_yann = open_dataset(BY_PYTHON_2)
    assert by_yann.name == "python2"
    with saved(by_yann) as place:
        same(open_dataset(place), by_yann)
        save_yann_dataset(open_dataset(place), place.parent / "pickles")
        same(open_dataset(place.parent / "pickles"), by_yann)


def test_writing_holds_one_block_at_a_time():
    made = Blocks(blocks=(50, 0, 0), rows=(4, 0, 0))
    with saved(made):
        assert made.loads == [("train", block) for block in range(50)]


def rows_of(data, split):
    """Return the images and labels of all blocks, and the length of each block."""
    blocks = [data.load(split, block) for block in range(data.blocks(split))]
    lengths = [len(x) for x, _ in blocks]
    assert lengths == [data.block_rows(split, block) for block in range(len(blocks))]
    return (*(np.concatenate(part) for part in zip(*blocks)), lengths)


def test_blocks_of_another_length_hold_the_same_rows():
    images, labels = image_rows(23)
    made = dataset_from_arrays((images, labels), (images[:9], labels[:9]), mini_batch_size=4)
    for source in (made, Blocks()):         # one block; and several, which are cut and joined
        train = source.rows("train") // source.mini_batch_size
        for count in (1, 2, 3, train - 1, train, 100, (2, 1, 7)):
            each = count if isinstance(count, tuple) else (count,) * 3
            with temporary() as folder:
                save_dataset(source, folder / "set", mini_batches_per_batch=count)
                opened = open_dataset(folder / "set")
                for split, count_here in zip(("train", "valid"), each):
                    x, y, lengths = rows_of(opened, split)
                    wanted_x, wanted_y, _ = rows_of(source, split)
                    np.testing.assert_array_equal(x, wanted_x)
                    np.testing.assert_array_equal(y, wanted_y)
                    np.testing.assert_array_equal(opened.labels(split), wanted_y)
                    longest = min(count_here * source.mini_batch_size, len(x))
                    assert set(lengths[:-1]) <= {longest} and lengths[-1] <= longest
                    assert opened.rows(split) == len(x) and opened.rows("test") == 0


def test_a_short_last_block_is_copied_and_refused_by_yann_s_format():
    with temporary() as folder:
        save_dataset(Blocks(), folder / "set", mini_batches_per_batch=4)
        opened = open_dataset(folder / "set")
        assert rows_of(opened, "train")[2] == [8, 4]
        same(open_dataset(save_dataset(opened, folder / "copy")), opened)
        same(open_dataset(save_dataset(opened, folder / "back", mini_batches_per_batch=(2, 1, 1))),
             Blocks(), ["train"])
        with raises(ValueError, "split 'train'", "blocks of 8 rows is shorter"):
            save_yann_dataset(opened, folder / "pickles")


def test_wrong_lengths_of_blocks_are_refused():
    with temporary() as folder:
        for wrong, words in ((0, "got 0"), (1.5, "got 1.5"), ((1, 2), "or three for train"),
                             ((1, 2, 0), "got 0")):
            with raises(ValueError, "dataset 'blocks'", "mini_batches_per_batch must be", words):
                save_dataset(Blocks(), folder / "set", mini_batches_per_batch=wrong)


def test_labels_are_read_without_the_images():
    with saved() as place:
        opened = open_dataset(place)
        with open(place / "train" / "x.npy", "r+b") as file:     # would be refused if it were read
            file.seek(-1, os.SEEK_END)
            file.write(b"\xff")
        assert opened.labels("train").tolist() == [0, 1, 2] * 4
        check_labels(opened, 3)
        with raises(ValueError, "labels go up to 2"):
            check_labels(opened, 2)
        with raises(ValueError, "x.npy, block 2", "checksum"):
            opened.load("train", 2)


# -- what is refused --------------------------------------------------------------------------

def test_blocks_that_differ_are_refused_and_nothing_is_left():
    class Differs(Blocks):
        def load(self, split, block=0):
            x, y = super().load(split, block)
            return (x.astype("float64") if block == 2 else x), y

    class Loses(Blocks):
        def load(self, split, block=0):
            x, y = super().load(split, block)
            return x, None if block else y

    for made, words in ((Differs(), "float64"), (Loses(), "without labels")):
        with temporary() as folder:
            with raises(ValueError, "dataset 'blocks', split 'train', block", words,
                        "make all blocks alike"):
                save_dataset(made, folder / "set")
            assert os.listdir(folder) == []


def test_extra_must_be_plain():
    with temporary() as folder:
        for extra in ({"x": object()}, {"x": float("nan")}, {"x": b"bytes"}):
            with raises(ValueError, "dataset 'blocks': extra and splits must be"):
                save_dataset(Blocks(), folder / "set", extra)
        with raises(ValueError, "extra must be a dict, got 'zca'"):
            save_dataset(Blocks(), folder / "set", "zca")
        assert os.listdir(folder) == []


def test_an_existing_folder_is_left_alone():
    with temporary() as folder, raises(FileExistsError, str(folder), "give a new folder"):
        save_dataset(Blocks(), folder)


def test_missing_files_are_named():
    with temporary() as folder:
        with raises(FileNotFoundError, "neither dataset.json nor data_params.pkl"):
            open_dataset(folder / "nowhere")
    with saved() as place:
        (place / "valid" / "y.npy").unlink()
        with raises(FileNotFoundError, f"valid{os.sep}y.npy is missing"):
            open_dataset(place)


def test_wrong_facts_are_refused_by_name():
    wrong = [
        (dict(format="x"), "isn't the header"), (dict(version=2), "version 2", "newer package"),
        (dict(mini_batch_size=0), "mini_batch_size must be an integer above 0, got 0"),
        (dict(height=2.0), "height must be"), (dict(channels=True), "channels must be"),
        (dict(name=3), "'name' must be text"), (dict(splits=[1]), "'splits' must be an object"),
        (dict(extra=None), "'extra' must be an object"), (dict(valid=None), "'valid' must be"),
        (dict(train={"blocks": -1}), "blocks must be an integer above 0, got -1"),
        (dict(train={"dtype": "|O"}), "'dtype' must be one of"),
        (dict(train={"dtype": ["<f4"]}), "'dtype' must be one of"),
        (dict(train={"scale": 0}), "'scale' must be null or"),
        (dict(train={"scale": float("1e400")}), "Infinity isn't JSON"),
        (dict(train={"labelled": 1}), "'labelled' must be true or false"),
        (dict(train={"checksums": {"x": [1]}}), "a list of 3 integers"),
        (dict(train={"blocks": 10 ** 15}), "'blocks' must be 3, for 12 rows in blocks of 4"),
        (dict(train={"rows": 10 ** 15}), "'blocks' must be 250000000000000, for"),
        (dict(train={"rows": 4 * 10 ** 15, "blocks": 10 ** 15}), "list of 1000000000000000 int"),
        (dict(train={"rows": 10, "rows_per_block": 4}), "x.npy: wanted"),
        (dict(train={"rows": 11}), "'rows' must be a multiple of mini_batch_size, 2, got 11"),
        (dict(valid={"rows_per_block": 0}), "'blocks' must be 0, for 6 rows in blocks of 0"),
        (dict(test={"blocks": False}), "blocks must be an integer above 0, got False"),
        (dict(height=10 ** 18), "x.npy: wanted"), (dict(train={"dtype": "<f8"}), "x.npy: wanted"),
        (dict(mini_batch_size=3), "must be a multiple of mini_batch_size, 3, got 4"),
        (dict(train={"blocks": 0, "rows_per_block": 0, "rows": 0}), "json, 'train'", "got 0"),
    ]
    for changes, *words in wrong:
        with saved() as place:
            change(place, **changes)
            with raises(ValueError, *words):
                open_dataset(place)


def test_a_header_that_is_no_json_is_refused():
    texts = ["", "[]", "{", "\x00", '{"a": NaN}', '{"a": ' + "9" * 10 ** 5 + "}", "[" * 10 ** 5]
    for text in texts:
        with saved() as place:
            (place / "dataset.json").write_text(text)
            with raises(ValueError, "dataset.json"):
                open_dataset(place)
    with saved() as place:
        with open(place / "dataset.json", "r+b") as file:
            file.truncate(1 << 40)      # sparse: takes no room on the disk
        with raises(ValueError, "too many for a header"):
            open_dataset(place)


def test_arrays_of_another_type_or_size_are_refused():
    for other in (np.zeros((12, 6)), np.zeros((6, 12), "f4"), np.zeros((12, 6), ">f4"),
                  np.asfortranarray(np.ones((12, 6), "f4"))):
        with saved() as place:
            np.save(place / "train" / "x.npy", other)
            with raises(ValueError, "x.npy"):
                open_dataset(place)


def test_a_file_that_shrinks_while_it_is_in_use_is_refused():
    with saved() as place:
        opened = open_dataset(place)
        os.truncate(place / "train" / "x.npy", 300)
        with raises(ValueError, "x.npy: wanted", "got 300"):
            opened.load("train", 0)


def test_a_changed_byte_is_found():
    for kind in ("x", "y"):
        with saved() as place:
            path = place / "train" / f"{kind}.npy"
            data = bytearray(path.read_bytes())
            data[-1] ^= 64
            path.write_bytes(data)
            opened = open_dataset(place)
            opened.load("train", 0)
            with raises(ValueError, f"{kind}.npy, block 2", "checksum"):
                opened.load("train", 2)


def test_a_link_out_of_the_folder_is_only_read():
    with saved() as place:
        shutil.move(place / "train" / "x.npy", place.parent / "x.npy")
        (place / "train" / "x.npy").symlink_to(place.parent / "x.npy")
        same(open_dataset(place), Blocks())
