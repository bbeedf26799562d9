"""The IDX reader against files put together by hand."""

import gzip
import struct
import tempfile
from pathlib import Path

import numpy as np

from tests.toolbox.datasets.helpers import CODES, idx_bytes, only_value_errors, raises
from yann_weightnorm.toolbox.datasets import read_idx

IMAGES = np.arange(2 * 3 * 4, dtype="uint8").reshape(2, 3, 4)


def reads(data):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "some-idx"
        path.write_bytes(data)
        return read_idx(path)


def refuses(data, *words):
    with raises(ValueError, "some-idx", *words):
        reads(data)


def test_every_number_type_plain_and_zipped():
    for name in CODES:
        array = np.array([[0, 1, 2], [3, 100, 127]], name)
        for data in (idx_bytes(array), gzip.compress(idx_bytes(array))):
            found = reads(data)
            np.testing.assert_array_equal(found, array)
            assert found.dtype == name and found.dtype.isnative, name


def test_a_known_file_byte_by_byte():
    data = bytes.fromhex("00000801 00000003 05 00 ff")
    assert reads(data).tolist() == [5, 0, 255]
    assert reads(bytes.fromhex("00000b01 00000002 fffe 0102")).tolist() == [-2, 258]


def test_headers_that_are_not_idx():
    refuses(b"", "cut short", "wanted 4 more bytes, got 0")
    refuses(b"\0\0\x08", "cut short", "got 3")
    refuses(b"GIF89a....", "not an IDX file", "got 47 49 46")
    refuses(b"\0\0\x0a\x01" + bytes(8), "not an IDX file", "00 00 0a")
    refuses(b"\0\0\x08\x00", "0 dimensions", "wanted 1 to 32")
    refuses(b"\0\0\x08\xc8" + struct.pack(">I", 1) * 200 + b"\0", "200 dimensions")
    refuses(b"\0\0\x08\x03" + bytes(8), "cut short", "wanted 12 more bytes, got 8")


def test_sizes_against_length():
    data = idx_bytes(IMAGES)
    refuses(data[:20], "promises 2x3x4 values of 1 bytes", "more than the file can hold")
    refuses(data[:30], "cut short", "wanted 24 more bytes, got 14")
    refuses(data + b"\0", "goes on after the promised 2x3x4 values")
    refuses(gzip.compress(data[:-1]), "cut short", "wanted 24 more bytes, got 23")
    refuses(gzip.compress(data + b"\0"), "goes on after")
    refuses(idx_bytes(IMAGES[:0]), "promises nothing", "0x3x4")


def test_absurd_headers_cost_nothing():
    absurd = b"\0\0\x0e\x03" + struct.pack(">III", 2 ** 32 - 1, 2 ** 32 - 1, 2 ** 32 - 1)
    refuses(absurd + bytes(50), "4294967295x4294967295x4294967295", "more than the file can hold")
    refuses(gzip.compress(absurd + bytes(50)), "more than the file can hold")


def test_damaged_gzip():
    data = gzip.compress(idx_bytes(IMAGES))
    refuses(data[:-12], "damaged gzip file")
    refuses(data[:12] + b"\xff" * 8 + data[20:], "damaged gzip file")
    refuses(data[:-8] + bytes(8), "damaged gzip file", "CRC")
    refuses(data + b"more", "damaged gzip file")


def test_a_missing_file_is_a_missing_file():
    with raises(FileNotFoundError, "no-such-idx"):
        read_idx("no-such-idx")


def test_random_damage_is_a_value_error():
    array = np.arange(400, dtype="int16").reshape(4, 10, 10)
    for data in (idx_bytes(array), gzip.compress(idx_bytes(array))):
        with tempfile.TemporaryDirectory() as folder:
            refused = only_value_errors(read_idx, Path(folder) / "some-idx", data, 400)
        assert refused > 100, refused
