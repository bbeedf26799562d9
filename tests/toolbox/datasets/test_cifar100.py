"""CIFAR-100 from small files and archives; what it shares with CIFAR-10 is tested there."""

import io
import tarfile

import numpy as np

from tests.toolbox.datasets.helpers import nothing_cached, only_value_errors, raises
from tests.toolbox.datasets.test_cifar10 import archive_of, place_of
from yann_weightnorm.toolbox.datasets import SPLITS, cifar100
from yann_weightnorm.toolbox.datasets.cifar100 import ARCHIVE, read_cifar100

RECORD = 3074


def records(rows, seed):
    """Return `rows` random records as the bytes of a file."""
    table = np.random.RandomState(seed).randint(0, 256, (rows, RECORD)).astype("uint8")
    table[:, 0] %= 20
    table[:, 1] %= 100
    return table.tobytes()


FILES = {"train.bin": records(10, 1), "test.bin": records(4, 2)}


def place_with(files):
    """A folder whose cifar100/ holds `files` (path: bytes)."""
    return place_of(files, "cifar100")


def archived(files=FILES, prefix="cifar-100-binary/"):
    return {ARCHIVE: archive_of({prefix + name: data for name, data in files.items()})}


def test_folder_subfolder_and_archive_hold_the_same():
    inside = {f"cifar-100-binary/{name}": data for name, data in FILES.items()}
    for files in (FILES, inside, archived(), archived(prefix="")):
        with place_with(files) as place:
            parts = read_cifar100(place)
        for part, raw in (("train", FILES["train.bin"]), ("test", FILES["test.bin"])):
            images, labels = parts[part]
            assert labels[:, 0].tolist() == list(raw[::RECORD])
            assert labels[:, 1].tolist() == list(raw[1::RECORD])
            assert images.shape == (len(raw) // RECORD, 32, 32, 3) and images.dtype == np.uint8
            for n, row, column, channel in ((0, 0, 0, 0), (1, 5, 31, 1), (3, 31, 2, 2)):
                at = n * RECORD + 2 + channel * 1024 + row * 32 + column
                assert images[n, row, column, channel] == raw[at]


def test_fine_and_coarse_labels():
    with place_with(archived()) as place:
        fine = cifar100(place.parent, mini_batch_size=2)
        coarse = cifar100(place.parent, mini_batch_size=2, labels="coarse", normalize=False)
        with raises(ValueError, "dataset 'cifar100' got labels 'fin' (perhaps you meant 'fine')"):
            cifar100(place.parent, labels="fin")
    raw = FILES["test.bin"]
    assert [fine.rows(split) for split in SPLITS] == [8, 2, 4] and fine.name == "cifar100"
    assert fine.labels("test").tolist() == list(raw[1::RECORD])
    assert coarse.labels("test").tolist() == list(raw[::RECORD])
    x, same = coarse.load("valid")[0], fine.load("valid")[0]
    np.testing.assert_allclose(x / 255, same, rtol=1e-6)
    assert x[1, 0] == FILES["train.bin"][9 * RECORD + 2]


def test_labels_out_of_range():
    for labels, words in (((20, 0), ("a label is 20", "0 to 19")),
                          ((0, 100), ("a label is 100", "CIFAR-100 has 0 to 99"))):
        with place_with({"test.bin": bytes(labels) + bytes(3072)}) as place, \
                raises(ValueError, "test.bin", *words):
            cifar100(place.parent)


def test_missing_and_wrong_files():
    with place_with({"train.bin": records(1, 1)}) as place, \
            raises(FileNotFoundError, str(place), "train.bin and test.bin", "got train;"):
        cifar100(place.parent)
    with place_with({"train.bin": bytes(3073)}) as place, \
            raises(ValueError, "train.bin", "records of 3074 bytes, got 3073 bytes"):
        cifar100(place.parent)
    with nothing_cached(), place_with({}) as place, \
            raises(FileNotFoundError, f"https://www.cs.toronto.edu/~kriz/{ARCHIVE}"):
        cifar100(place.parent)


def test_links_and_devices_are_not_followed():
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as archive:
        for name, kind in (("train.bin", tarfile.SYMTYPE), ("test.bin", tarfile.LNKTYPE),
                           ("x/train.bin", tarfile.CHRTYPE), ("x/test.bin", tarfile.FIFOTYPE)):
            facts = tarfile.TarInfo(name)
            facts.type, facts.linkname = kind, "/etc/passwd"
            archive.addfile(facts)
    with place_with({ARCHIVE: made.getvalue()}) as place, \
            raises(FileNotFoundError, "got none of them"):
        cifar100(place.parent)


def test_random_damage_is_a_value_error():
    def read(path):
        try:
            read_cifar100(path.parent)
        except FileNotFoundError:   # a damaged member name is another file
            pass
    files = {"train.bin": b"\1" * RECORD, "test.bin": b"\2" * RECORD}
    with place_with({}) as place:
        assert only_value_errors(read, place / ARCHIVE, archive_of(files), 200) > 50
