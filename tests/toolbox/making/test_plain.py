"""Small tools: shuffling, pickling, shared variables, fetching; and every name of YANN."""

import functools
import http.server
import inspect
import pickle
import threading

import numpy as np
import theano

from tests.small import floatx, temporary_folder
from tests.toolbox.datasets.helpers import raises
from yann_weightnorm.toolbox import making
from yann_weightnorm.toolbox.datasets.safe_pickle import read_pickle
from yann_weightnorm.toolbox.making import (
    create_shared_memory_dataset, download_data, pickle_dataset, shuffle)

SIGNATURES = {
    "setup_dataset": "(dataset_init_args, save_directory='_datasets', verbose=1, **kwargs)",
    "split_all": "(dataset_init_args, save_directory='_datasets', verbose=0, **kwargs)",
    "split_only_train": "(dataset_init_args, save_directory='_datasets', verbose=0, **kwargs)",
    "combine_split_datasets": "(loc, verbose=1, **kwargs)",
    "mix_split_datasets": "(loc, verbose=1, **kwargs)",
    "load_data_mat": "(height, width, channels, location, batch=0, type_set='train', "
                     "load_z=False)",
    "load_skdata_mnist": "()",
    "load_skdata_cifar10": "()",
    "load_cifar100": "()",
    "shuffle": "(data, verbose=1)",
    "download_data": "(url, location)",
    "download_celebA": "(data_dir='celebA')",
    "pickle_dataset": "(loc, batch, data)",
    "create_shared_memory_dataset": "(data_xy, borrow=True, verbose=1, svm=False)",
    "preprocessing": "(data, height, width, channels, args)",
    "rgb2gray": "(rgb)",
    "gray2rgb": "(r, g, b, channels_dim=3)",
    "check_type": "(data, type)",
}


def test_every_name_of_yann_is_there_with_its_signature():
    for name, wanted in SIGNATURES.items():
        assert str(inspect.signature(getattr(making, name))) == wanted, name
    sets = ["mnist", "cifar10", "mnist_bg_images", "mnist_bg_rand", "mnist_rotated",
            "mnist_rotated_bg", "caltech101", "caltech256",
            *(f"mnist_noise{k}" for k in range(1, 7))]
    for name in sets:
        load = getattr(making, f"load_skdata_{name}")
        assert load.__name__ == f"load_skdata_{name}" and load.__doc__, name


def test_rows_are_shuffled_together():
    x, y = np.arange(12).reshape(6, 2), np.arange(6)
    np.random.seed(0)
    order = np.random.permutation(6)
    np.random.seed(0)
    shuffled = shuffle((x, y))
    np.testing.assert_array_equal(shuffled[0], x[order])
    np.testing.assert_array_equal(shuffled[1], y[order])
    with raises(ValueError, "6 rows of x but 5 of y"):
        shuffle((x, y[1:]))


def test_a_pickled_block_is_read_by_the_safe_reader_and_by_python_2():
    x, y = np.ones((2, 3)), np.zeros(2)
    with temporary_folder() as folder:
        pickle_dataset(f"{folder}/", 7, (x, y))
        data = (folder / "batch_7.pkl").read_bytes()
        assert data[:2] == b"\x80\x02", "protocol 2"
        for pair in (read_pickle(folder / "batch_7.pkl"), pickle.loads(data)):  # noqa: S301
            np.testing.assert_array_equal(pair[0], x)
            np.testing.assert_array_equal(pair[1], y)


def test_shared_variables_are_of_floatx():
    x, y = np.ones((2, 3)), np.arange(2)
    for dtype in ("float32", "float64"):
        with floatx(dtype):
            shared = create_shared_memory_dataset((x, y))
            assert [each.get_value().dtype for each in shared] == [dtype, dtype]
            assert shared[1].get_value().tolist() == [0, 1]
            assert isinstance(shared[0], theano.compile.SharedVariable)
            assert len(create_shared_memory_dataset((x, y, x), svm=True)) == 3
    with raises(ValueError, "(x, y)", "got 3 parts and svm=False"):
        create_shared_memory_dataset((x, y, x))


def test_a_file_is_fetched_under_its_own_name():
    with temporary_folder() as folder:
        (folder / "web").mkdir()
        (folder / "web" / "a.bin").write_bytes(b"12345")
        with served(folder / "web") as address:
            path = download_data(f"{address}/a.bin?x=1", f"{folder}/new/")
            assert path == f"{folder}/new/a.bin"
            assert (folder / "new" / "a.bin").read_bytes() == b"12345"
            with raises(ValueError, "doesn't end in a file's name"):
                download_data(f"{address}/", f"{folder}/new/")
            try:
                download_data(f"{address}/none.bin", f"{folder}/new/")
            except OSError as error:
                assert "404" in str(error)
            assert [each.name for each in (folder / "new").iterdir()] == ["a.bin"]


class served:
    """Serve a folder on this machine while the block runs; gives the address."""

    def __init__(self, folder):
        handler = functools.partial(Quiet, directory=str(folder))
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)

    def __enter__(self):
        self.thread.start()
        return f"http://127.0.0.1:{self.server.server_port}"

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(10)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """The handler that tells nobody of each request."""

    def log_message(self, *_):
        """Say nothing."""
