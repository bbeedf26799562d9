"""CIFAR-10 from small files and archives, and from the published archive where it is."""

import io
import tarfile
import tempfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from tests.toolbox.datasets.helpers import nothing_cached, only_value_errors, raises
from tests.toolbox.datasets.test_mnist import published
from yann_weightnorm.toolbox.datasets import SPLITS, cifar10
from yann_weightnorm.toolbox.datasets.cifar10 import ARCHIVE, read_cifar10

RECORD = 3073


def records(rows, seed):
    """Return `rows` random records as the bytes of a file."""
    table = np.random.RandomState(seed).randint(0, 256, (rows, RECORD)).astype("uint8")
    table[:, 0] %= 10
    return table.tobytes()


FILES = {"data_batch_1.bin": records(6, 1), "data_batch_2.bin": records(4, 2),
         "test_batch.bin": records(3, 3)}


def archive_of(members, mode="w:gz"):
    """Return a tar archive with `members` (name: bytes), gzipped or not."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode=mode) as archive:
        for name, data in members.items():
            facts = tarfile.TarInfo(name)
            facts.size = len(data)
            archive.addfile(facts, io.BytesIO(data))
    return made.getvalue()


@contextmanager
def place_of(files, name="cifar10"):
    """A folder whose folder `name` holds `files` (path: bytes)."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / name
        place.mkdir()
        for name, data in files.items():
            (place / name).parent.mkdir(exist_ok=True)
            (place / name).write_bytes(data)
        yield place


def archived(prefix="cifar-10-batches-bin/", files=FILES):
    return {ARCHIVE: archive_of({prefix + name: data for name, data in files.items()})}


def test_folder_subfolder_and_archive_hold_the_same():
    inside = {f"cifar-10-batches-bin/{name}": data for name, data in FILES.items()}
    for files in (FILES, inside, archived(), archived("./"), archived("")):
        with place_of(files) as place:
            parts = read_cifar10(place)
        for part, names in (("train", ("data_batch_1.bin", "data_batch_2.bin")),
                            ("test", ("test_batch.bin",))):
            raw = b"".join(FILES[name] for name in names)
            images, labels = parts[part]
            assert labels.tolist() == list(raw[::RECORD])
            assert images.shape == (len(raw) // RECORD, 32, 32, 3) and images.dtype == np.uint8
            for n, row, column, channel in ((0, 0, 0, 0), (1, 5, 31, 1), (2, 31, 2, 2)):
                at = n * RECORD + 1 + channel * 1024 + row * 32 + column
                assert images[n, row, column, channel] == raw[at]


def test_a_fifth_of_the_training_images_validates():
    with place_of(archived()) as place:
        data = cifar10(place.parent, mini_batch_size=2)
        assert [data.rows(split) for split in SPLITS] == [8, 2, 3]
        assert (data.height, data.width, data.channels, data.name) == (32, 32, 3, "cifar10")
        assert data.labels("valid").tolist() == [FILES["data_batch_2.bin"][n * RECORD]
                                                 for n in (2, 3)]
        data = cifar10(place.parent, mini_batch_size=1, valid_rows=0, train_rows=5, test_rows=1)
        assert [data.rows(split) for split in SPLITS] == [5, 0, 1]


def test_missing_files_are_named():
    for files, has in (({"data_batch_1.bin": records(1, 1)}, "got data_batch_1;"),
                       (archived(files={"data_batch_0.bin": b""}), "got none of them;"),
                       (archived(files={"test_batch.bin": records(1, 1)}), "got test_batch;")):
        with place_of(files) as place, \
                raises(FileNotFoundError, str(place), ARCHIVE, "test_batch.bin", has, "--data"):
            cifar10(place.parent)


def test_no_file_at_all():
    with nothing_cached(), place_of({}) as place, raises(
            FileNotFoundError, f"{place} lacks {ARCHIVE}", f"into {place} by hand: "
            f"https://www.cs.toronto.edu/~kriz/{ARCHIVE}", "--data"):
        cifar10(place.parent)


def test_files_of_another_size():
    for data in (b"", b"\0" * 3072, records(2, 1) + b"\0"):
        for files in ({"data_batch_1.bin": data}, archived(files={"data_batch_1.bin": data})):
            with place_of(files) as place, \
                    raises(ValueError, "data_batch_1.bin", "records of 3073 bytes",
                           f"got {len(data)} bytes"):
                cifar10(place.parent)


def test_a_label_out_of_range():
    with place_of({"test_batch.bin": b"\x0a" + bytes(3072)}) as place, \
            raises(ValueError, "test_batch.bin", "a label is 10", "0 to 9"):
        cifar10(place.parent)


def test_a_member_that_promises_too_much():
    made = io.BytesIO()
    facts = tarfile.TarInfo("data_batch_1.bin")
    facts.size = RECORD * 60001
    made.write(facts.tobuf())
    with place_of({ARCHIVE: made.getvalue()}) as place, \
            raises(ValueError, ARCHIVE, "data_batch_1.bin", "wanted 1 to 60000 records"):
        cifar10(place.parent)


def test_members_that_climb_out_harm_nothing():
    members = {"../../escaped": b"x", "/tmp/../escaped": b"x", **FILES}
    with place_of({ARCHIVE: archive_of(members)}) as place:
        assert cifar10(place.parent, mini_batch_size=2).rows("test") == 3
        assert [path.name for path in place.parent.rglob("*")] == ["cifar10", ARCHIVE]


def test_damaged_archives():
    data = archived()[ARCHIVE]
    for wrong in (b"", b"no archive", data[:100], data[:len(data) // 2],
                  data[:2000] + bytes(200) + data[2200:]):
        with place_of({ARCHIVE: wrong}) as place, raises(ValueError, ARCHIVE):
            cifar10(place.parent)


def test_random_damage_is_a_value_error():
    files = {"data_batch_1.bin": b"\1" * RECORD, "test_batch.bin": b"\2" * RECORD}
    for mode in ("w", "w:gz"):
        with place_of({}) as place:
            def read(path):
                try:
                    read_cifar10(path.parent)
                except FileNotFoundError:   # a damaged member name is another file
                    pass
            only_value_errors(read, place / ARCHIVE, archive_of(files, mode), 200)


def test_the_published_archive():
    data = cifar10(published())
    assert (data.height, data.width, data.channels) == (32, 32, 3)
    assert len(set(np.bincount(data.labels("test")).tolist())) == 1
    x, _ = data.load("test")
    # Known mean of the set's colours: 0.491, 0.482, 0.447.
    np.testing.assert_allclose(x.reshape(-1, 3).mean(axis=0), (0.491, 0.482, 0.447), atol=0.01)
