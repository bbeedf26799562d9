"""The reader of Matlab's files against SciPy's, and against files put together by hand."""

import struct
import tempfile
import warnings
import zlib
from pathlib import Path
from unittest import SkipTest

import numpy as np
import scipy.io
import scipy.io.matlab

from tests.toolbox.datasets.helpers import raises
from yann_weightnorm.toolbox.datasets.mat_file import read_mat

NUMBERS = ("int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "single",
           "double")
WRITTEN_BY_MATLAB = Path(scipy.io.matlab.__file__).parent / "tests" / "data"


def reads(data, *names):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "some.mat"
        path.write_bytes(data)
        return read_mat(path, names or ("X",))


def refuses(data, *words):
    with raises(ValueError, "some.mat", *words):
        reads(data)


def part(kind, data, order="<"):
    return struct.pack(order + "II", kind, len(data)) + data + b"\0" * (-len(data) % 8)


def level_5(shape, stored, *, kind=2, flags=9, order="<", packed=True, name=b"X"):
    """Return a Matlab file with an array of bytes that promises `shape`, and has `stored`."""
    array = (part(6, struct.pack(order + "II", flags, 0), order)
             + part(5, struct.pack(f"{order}{len(shape)}i", *shape), order)
             + part(1, name, order) + part(kind, stored, order))
    variable = struct.pack(order + "II", 14, len(array)) + array
    if packed:
        variable = zlib.compress(variable)
        variable = struct.pack(order + "II", 15, len(variable)) + variable
    return (b"MATLAB 5.0 MAT-file".ljust(124) + struct.pack(order + "H", 0x100)
            + (b"IM" if order == "<" else b"MI") + variable)


def test_every_number_type_as_scipy_writes_it():
    rng = np.random.RandomState(0)
    written = {"x_" + name: (rng.rand(3, 4, 2) * 100).astype(name) for name in NUMBERS}
    written.update(one=np.array([[7]], "int16"), two=np.array([[1, 2]], "uint8"))
    for packed in (False, True):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "all.mat"
            scipy.io.savemat(path, written, do_compression=packed)
            for name, array in zip(written, read_mat(path, list(written))):
                np.testing.assert_array_equal(array, written[name])
                assert array.dtype == written[name].dtype and array.dtype.isnative, name


def test_what_matlab_wrote_is_read_as_scipy_reads_it():
    if not WRITTEN_BY_MATLAB.is_dir():
        raise SkipTest("this SciPy comes without its tests' files")
    agreed = 0
    for path in WRITTEN_BY_MATLAB.glob("test*.mat"):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                expected = scipy.io.loadmat(path)
            except NotImplementedError:     # version 7.3
                expected = {"x": None}
        for name, value in expected.items():
            if not name.startswith("__"):
                agreed += agrees(path, name, value)
    assert agreed >= 20, agreed


def agrees(path, name, expected):
    """Say whether `name` was read, as `expected`; what else there is must be refused."""
    try:
        array, = read_mat(path, [name])
    except ValueError as error:
        readable = isinstance(expected, np.ndarray) and expected.dtype.kind in "iuf" \
            and expected.size and "_4" not in path.name and "_mat4" not in path.name
        assert not readable and str(path) in str(error), error
        return False
    np.testing.assert_array_equal(array, expected)
    return True


def test_known_files_byte_by_byte():
    for order in "<>":
        for packed in (False, True):
            array, = reads(level_5((3, 2), bytes(range(6)), order=order, packed=packed))
            assert array.tolist() == [[0, 3], [1, 4], [2, 5]] and array.dtype == np.uint8
            stored = struct.pack(order + "2h", -2, 258)     # of class double, stored shorter
            array, = reads(level_5((1, 2), stored, kind=3, flags=6, order=order, packed=packed))
            assert array.tolist() == [[-2.0, 258.0]] and array.dtype == np.float64


def test_only_real_numbers():
    refuses(level_5((1, 2), b"ab", flags=4), "'X' is no array of real numbers (Matlab's class 4)")
    refuses(level_5((1, 2), b"ab", flags=0x809), "(Matlab's class 9, complex)")
    refuses(level_5((1, 2), b"ab", name=b"Y"), "no variable 'X'; it has 'Y'")
    with raises(ValueError, "no variable 'Y'; it has 'X'"):
        reads(level_5((1, 2), b"ab"), "X", "Y")


def test_sizes_against_what_is_there():
    for packed in (False, True):
        for shape in ((2 ** 31 - 1,) * 8, (1, 2 ** 30), (1, 0), (1, -2), (6,), ()):
            refuses(level_5(shape, bytes(6), packed=packed),
                    f"promises {'x'.join(map(str, shape))} values")
        for shape in ((1, 5), (1, 7)):
            refuses(level_5(shape, bytes(6), packed=packed), "but has 6 bytes of type 2")
        refuses(level_5((1, 6), bytes(6), kind=14, packed=packed), "of type 14")
        refuses(level_5((1,) * 40, b"1", packed=packed), "a part of type 5 and 160 bytes")


def test_cut_short_and_damaged():
    for packed in (False, True):
        whole = level_5((100, 2), bytes(range(200)), packed=packed)
        for stop in range(0, len(whole), 7):
            refuses(whole[:stop], "")
    packed = bytearray(level_5((100, 2), bytes(range(200))))
    packed[-1] ^= 1
    refuses(packed, "damaged")


def test_other_versions_are_told():
    refuses(b"", "not a Matlab file of version 5 to 7")
    refuses(b"MATLAB 7.3 MAT-file".ljust(124) + b"\0\2IM", "version 7.3", "-v7")
    with tempfile.TemporaryDirectory() as folder:
        scipy.io.savemat(Path(folder) / "4.mat", {"X": np.zeros((40, 40))}, format="4")
        with raises(ValueError, "4.mat", "version 5 to 7", "-v7"):
            read_mat(Path(folder) / "4.mat", ["X"])


def test_no_more_memory_than_there_is_data():
    huge = struct.pack("<II", 2, 2 ** 31)
    array = (part(6, struct.pack("<II", 9, 0)) + part(5, struct.pack("<2i", 2 ** 10, 2 ** 21))
             + part(1, b"X") + huge)
    packed = zlib.compress(struct.pack("<II", 14, 2 ** 32 - 1) + array)
    head = level_5((1, 1), b"1")[:128]
    refuses(head + struct.pack("<II", 15, len(packed)) + packed, "which the file can't hold")
