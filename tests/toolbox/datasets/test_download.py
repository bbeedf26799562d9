"""Whole data sets: where they are looked for, where they go, and what is said when they can't."""

import contextlib
import gzip
import io
import os
import re
import tempfile
from pathlib import Path

import numpy as np

from tests.test_cli import call
from tests.toolbox.datasets.helpers import (
    environment, idx_bytes, image_rows, nothing_cached, raises)
from tests.toolbox.datasets.server import answering, serving
from tests.toolbox.datasets.test_transfer import child, names
from yann_weightnorm.toolbox.datasets import download_dataset, mnist
from yann_weightnorm.toolbox.datasets.download import ready
from yann_weightnorm.toolbox.datasets.published import SETS, PublishedFile, PublishedSet

DATA, ROOT = b"what is published" * 99, Path(__file__).parents[3]


@contextlib.contextmanager
def published_by(*manners, files=("one.bin", "two.bin"), data=DATA):
    """Publish the set 'toy' on a server; give the server, an empty folder, and the cache folder."""
    with serving(data, *manners) as served, nothing_cached() as cache, \
            tempfile.TemporaryDirectory() as folder, \
            contextlib.redirect_stderr(io.StringIO()) as served.said:
        SETS["toy"] = PublishedSet("toy", tuple(served.file(name) for name in files))
        try:
            yield served, Path(folder), cache
        finally:
            del SETS["toy"]


def put(place, **files):
    """Write files, their names without ``.bin``, into a new folder."""
    place.mkdir(parents=True)
    for name, data in files.items():
        (place / f"{name}.bin").write_bytes(data)


def holds_all(place):
    return {path.name: path.read_bytes() for path in place.iterdir()} == {
        "one.bin": DATA, "two.bin": DATA}


def test_into_the_folder_that_is_named():
    with published_by() as (served, folder, cache):
        assert ready("toy", folder) == folder / "toy" and holds_all(folder / "toy")
        assert ready("toy", folder) == folder / "toy" and len(served.requests) == 2
        assert not cache.exists()
        said = f"one.bin: fetching {len(DATA)} bytes into {folder / 'toy'}."
        assert said in served.said.getvalue()


def test_into_the_folder_of_the_environment_or_else_the_cache():
    with published_by() as (served, folder, cache):
        with environment(YANN_WEIGHTNORM_DATA=folder):
            assert ready("toy") == folder / "toy" and holds_all(folder / "toy")
        assert ready("toy") == cache / "toy" and holds_all(cache / "toy")
        assert len(served.requests) == 4


def test_the_cache_is_read_where_the_named_folder_has_nothing():
    with published_by() as (served, folder, cache):
        ready("toy")
        assert ready("toy", folder) == cache / "toy" and names(folder) == []
        assert len(served.requests) == 2


def as_nobody(expected, folder):
    """Fetch without the rights of root, to the folder `expected`."""
    if os.getuid() == 0:
        os.setuid(65534)
    assert ready("toy", folder) == expected


def test_into_the_cache_where_the_named_folder_can_not_be_written_to():
    with published_by() as (_, folder, cache):
        cache.mkdir()
        for path, mode in ((folder, 0o555), (cache.parent, 0o755), (cache, 0o777)):
            path.chmod(mode)
        process = child(as_nobody, cache / "toy", folder)
        process.join()
        assert process.exitcode == 0 and names(folder) == [] and holds_all(cache / "toy")


def test_files_put_by_hand_are_read_as_they_are():
    with published_by() as (served, folder, _):
        put(folder / "toy", one=b"mine", two=b"mine too")
        assert ready("toy", folder) == folder / "toy" and served.requests == []
        assert download_dataset("toy", folder) == folder / "toy" and served.requests == []
        assert (folder / "toy" / "one.bin").read_bytes() == b"mine"
        assert "one.bin: there already, not the published file" in served.said.getvalue()


def test_published_files_are_completed():
    with published_by() as (served, folder, _):
        put(folder / "toy", one=DATA)
        ready("toy", folder)
        assert holds_all(folder / "toy") and len(served.requests) == 1


def test_other_files_are_not_completed_neither_from_the_web_nor_from_the_cache():
    with published_by() as (served, folder, _):
        ready("toy")
        for wrong in (b"mine", DATA[:-1] + b"?"):
            for work in (ready, download_dataset):
                place = folder / f"{len(wrong)}{work.__name__}"
                put(place / "toy", one=wrong)
                with raises(FileNotFoundError, f"{place / 'toy'} lacks two.bin, and what it has "
                                               "(one.bin) is not what is published", "--data"):
                    work("toy", place)
        assert len(served.requests) == 2


def test_what_stands_for_a_file_counts():
    def has(place, name):
        return (place / name).is_file() or (place / "unpacked").is_dir()
    with published_by() as (served, folder, _):
        (folder / "toy" / "unpacked").mkdir(parents=True)
        assert ready("toy", folder, has) == folder / "toy" and served.requests == []


def test_off_line():
    with published_by() as (served, folder, _):
        with environment(YANN_WEIGHTNORM_OFFLINE="1"), raises(
                FileNotFoundError, f"{folder / 'toy'} lacks one.bin, two.bin, and "
                "$YANN_WEIGHTNORM_OFFLINE forbids fetching", f"into {folder / 'toy'} by hand: "
                f"{served.base}one.bin, {served.base}two.bin;", "set $YANN_WEIGHTNORM_DATA"):
            ready("toy", folder)
        assert served.requests == [] and names(folder) == []
        for allowed in ("0", ""):
            with environment(YANN_WEIGHTNORM_OFFLINE=allowed):
                ready("toy", folder)


def test_what_can_not_be_fetched():
    with published_by(answering(404)) as (served, folder, _):
        with raises(FileNotFoundError, "one.bin could not be fetched", "answers 404 Not Found",
                    f"into {folder / 'toy'} by hand: {served.base}one.bin, {served.base}two.bin"):
            ready("toy", folder)
        ready("toy", folder)
        assert holds_all(folder / "toy")


def test_a_folder_that_does_not_exist():
    with published_by() as (served, folder, _):
        with raises(FileNotFoundError, f"{folder / 'new'} is not a folder", "make it"):
            ready("toy", folder / "new")
        assert download_dataset("toy", folder / "new") == folder / "new" / "toy"
        assert holds_all(folder / "new" / "toy")
        assert download_dataset("toy", folder / "new") and len(served.requests) == 2
        assert "two.bin: there already, the published file." in served.said.getvalue()


def test_an_unknown_name_gets_the_nearest():
    for work in (ready, download_dataset):
        with raises(ValueError, "no data set 'cifar-10' can be fetched (perhaps you meant "
                                "'cifar10')", "known: mnist, fashion-mnist,"):
            work("cifar-10")


def test_mnist_is_fetched_and_read():
    (train, labels), (test, test_labels) = image_rows(20, seed=1), image_rows(8, seed=2)
    contents = {"train-images-idx3": train, "train-labels-idx1": labels.astype("uint8"),
                "t10k-images-idx3": test, "t10k-labels-idx1": test_labels.astype("uint8")}
    zipped = [gzip.compress(idx_bytes(array)) for array in contents.values()]
    real = SETS["mnist"]
    with contextlib.ExitStack() as stack:
        stack.callback(SETS.update, mnist=real)
        stack.enter_context(nothing_cached())
        stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        servers = [stack.enter_context(serving(data)) for data in zipped]
        SETS["mnist"] = PublishedSet("mnist", tuple(
            server.file(file.name) for server, file in zip(servers, real.files)))
        data = mnist(folder, mini_batch_size=5, valid_rows=4)
    assert data.labels("train").tolist() == labels[:15].tolist()
    np.testing.assert_array_equal(data.load("test")[0], test.reshape(8, -1) / np.float32(255))


# -- the command and the table --------------------------------------------------------------------

def test_the_command():
    with published_by(answering(404)) as (served, folder, _):
        code, out, err = call("download", "toy", "--data", str(folder))
        assert (code, out) == (1, "") and "yann-weightnorm: toy: one.bin could not" in err
        code, out, err = call("download", "toy", "--data", str(folder))
        assert (code, out) == (0, f"toy: {folder / 'toy'}\n") and holds_all(folder / "toy")
        code, out, err = call("download", "toy", "tyo", "--data", str(folder))
        assert (code, out) == (2, "") and "'tyo'" in err and err.count("\n") == 1
        code, out, _ = call("download")
        assert code == 0 and "toy: 0.0 MB, one.bin, two.bin\n" in out
        assert "cifar10: 170.1 MB, cifar-10-binary.tar.gz\n" in out


def test_the_other_sets_are_fetched_though_one_fails():
    with published_by(answering(404)) as (_, folder, _):
        SETS["toy-2"] = SETS["toy"]._replace(folder="toy-2")
        try:
            code, out, err = call("download", "toy", "toy-2", "--data", str(folder))
        finally:
            del SETS["toy-2"]
        assert code == 1 and out == f"toy-2: {folder / 'toy-2'}\n" and "toy: one.bin" in err


def test_what_is_published_is_whole():
    files = [file for wanted in SETS.values() for file in wanted.files]
    assert len({file.sha256 for file in files}) == len(files)
    for file in files:
        assert isinstance(file, PublishedFile) and re.fullmatch("[0-9a-f]{64}", file.sha256)
        assert file.size > 4000
        for address in file.addresses:
            assert re.fullmatch(r"https?://[\w./~-]+/" + re.escape(file.name), address), address


def test_the_page_has_every_file_address_size_and_checksum():
    page = (ROOT / "docs" / "data" / "published.md").read_text(encoding="utf-8")
    for name, wanted in SETS.items():
        assert f"`{name}`" in page
        for file in wanted.files:
            assert f"| {file.name} | {file.size:,} | {file.sha256} |" in page, file.name
            assert all(base in page for base in file.bases), file.name
