"""The pickle reader: what it reads, what it refuses, and that it runs nothing."""

import os
import pickle
import tempfile
from collections import Counter, OrderedDict
from pathlib import Path

import numpy as np

from tests.toolbox.datasets.helpers import only_value_errors, raises
from yann_weightnorm.toolbox.datasets.safe_pickle import read_pickle

PROTOCOLS = (2, 3, 4)
DTYPES = ("bool", "int8", "uint8", "int16", "int32", "int64", "uint64", "float16", "float32",
          "float64", ">f4", ">i2")


def reads(data):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "some.pkl"
        path.write_bytes(data)
        return read_pickle(path)


def refuses(data, *words):
    with raises(ValueError, "some.pkl", *words):
        reads(data)


class Call:
    """Pickles as the call of `function` with `arguments`."""

    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


def test_plain_values():
    values = {"int": [0, 1, 255, 256, -1, 2 ** 31, -2 ** 63, 2 ** 70], "float": (0.5, -1e300),
              "text": ["", "abc", "\u00e9\u4e00"], "none": None, "flags": (True, False),
              "tuples": ((), (1,), (1, 2), (1, 2, 3), (1, 2, 3, 4)), "nested": {1: {"a": [[]]}}}
    for protocol in PROTOCOLS:
        assert reads(pickle.dumps(values, protocol)) == values


def test_many_values_need_the_long_memo():
    values = {str(n): [str(n), n] for n in range(1000)}
    for protocol in PROTOCOLS:
        assert reads(pickle.dumps(values, protocol)) == values


def test_a_value_that_stands_twice_is_one_value():
    inner = [1]
    first, second = reads(pickle.dumps((inner, inner), 2))
    assert first is second


def test_arrays_of_every_number_type_order_and_rank():
    for protocol in PROTOCOLS:
        for dtype in DTYPES:
            for shape in ((3,), (2, 3), (2, 1, 3), (), (0, 3)):
                array = (np.arange(np.prod(shape, dtype=int)) % 2 + 1).reshape(shape).astype(dtype)
                for made in (array, np.asfortranarray(array)):
                    found = reads(pickle.dumps(made, protocol))
                    np.testing.assert_array_equal(found, made)
                    assert type(found) is np.ndarray and found.dtype == made.dtype


def test_an_array_that_stands_twice():
    array = np.arange(5.0)
    first, second = reads(pickle.dumps((array, array), 2))
    assert first is second and first.tolist() == [0, 1, 2, 3, 4]


def test_numpy_scalars_become_python_numbers():
    for protocol in PROTOCOLS:
        found = reads(pickle.dumps([np.float32(0.5), np.int64(7), np.bool_(True)], protocol))
        assert found == [0.5, 7, True] and [type(n) for n in found] == [float, int, bool]


def test_the_module_names_of_numpy_2():
    data = pickle.dumps(np.arange(3), 2).replace(b"numpy.core.", b"numpy._core.")
    assert b"numpy._core." in data and reads(data).tolist() == [0, 1, 2]


PARAMETERS = [("fc", [np.arange(6.0).reshape(2, 3), np.zeros(3, "float32")]), ("pool", []),
              ("a", [np.ones((1, 2, 3), "float32")])]


def same_parameters(found):
    assert type(found) is OrderedDict and list(found) == [name for name, _ in PARAMETERS]
    for name, arrays in PARAMETERS:
        assert len(found[name]) == len(arrays)
        for one, other in zip(found[name], arrays):
            np.testing.assert_array_equal(one, other)
            assert one.dtype == other.dtype


def test_ordered_dicts_of_lists_of_arrays():
    for protocol in PROTOCOLS:
        same_parameters(reads(pickle.dumps(OrderedDict(PARAMETERS), protocol)))
    assert reads(pickle.dumps([OrderedDict()] * 2, 2)) == [OrderedDict()] * 2


def test_the_parameter_file_of_python_2():
    same_parameters(read_pickle(Path(__file__).parent / "python2" / "params.pkl"))


def test_wrong_ordered_dicts_are_refused():
    start = b"\x80\x02ccollections\nOrderedDict\n"
    for rest, words in ((b"K\x01\x85R.", "isn't made of a list"),
                        (b"](K\x01e\x85R.", "isn't made of pairs"),
                        (b"]]K\x01aa\x85R.", "isn't made of pairs"),
                        (b"](](]K\x01ee\x85R.", "a list as a key"),
                        (b")R]K\x01s.", "a list as a key"), (b"]]\x86R.", "damaged pickle")):
        refuses(start + rest, words)


def test_a_list_made_a_dict_again_and_again_is_refused():
    pairs = b"](" + b"".join(b"K%c]\x86" % n for n in range(200)) + b"eq\x00"
    again = b"ccollections\nOrderedDict\nh\x00\x85R"
    refuses(b"\x80\x02" + pairs + again * 100 + b".", "more than the file")


def test_nothing_hostile_is_run():
    with tempfile.TemporaryDirectory() as folder:
        mark = os.path.join(folder, "mark")
        calls = [Call(os.mkdir, mark), Call(os.system, f"mkdir {mark}"), Call(open, mark, "w"),
                 Call(eval, f"open({mark!r}, 'w')"), Call(exec, f"open({mark!r}, 'w')"),
                 Call(np.save, mark, 1), Call(np.memmap, mark, "u1", "w+", 0, (9,))]
        for call in calls:
            for protocol in PROTOCOLS:
                for value in (call, {"x": [call]}, (np.zeros(2), call)):
                    refuses(pickle.dumps(value, protocol), "it asks for", "nothing was run")
        assert os.listdir(folder) == []
        pickle.loads(pickle.dumps(calls[0], 2))     # with the standard reader it would have
        assert os.listdir(folder) == ["mark"]


def test_a_refused_name_is_told():
    refuses(pickle.dumps(Counter()), "it asks for collections.Counter")
    refuses(pickle.dumps(Call(eval, "1")), "it asks for builtins.eval")
    refuses(pickle.dumps(Call(eval, "1"), 2), "it asks for __builtin__.eval")


def test_old_and_exotic_instructions_are_refused_by_name():
    refuses(pickle.dumps([1], 0), "instruction LIST")
    refuses(b"(cos\nsystem\nS'true'\no.", "it asks for os.system")
    refuses(b"(S'true'\nios\nsystem\n.", "instruction STRING")
    refuses(b"\x80\x02\x82\x01.", "instruction EXT1")
    refuses(b"\x80\x02X\x01\x00\x00\x00aQ.", "instruction BINPERSID")
    refuses(b"\x80\x02cnumpy\nndarray\n)\x81.", "instruction NEWOBJ")
    refuses(pickle.dumps({1}, 4), "instruction EMPTY_SET")
    refuses(pickle.dumps(bytearray(b"12"), 5), "instruction BYTEARRAY8")


def test_arrays_of_other_things_are_refused():
    for array in (np.array([1, None]), np.array(["a"]), np.zeros(2, "f4,i4"),
                  np.zeros(2, "datetime64[s]"), np.array([1j])):
        refuses(pickle.dumps(array, 2), "wanted booleans, integers or floats")


def test_an_arrays_size_must_fit_its_bytes():
    data = pickle.dumps(np.arange(3, dtype="uint8"), 2)
    assert data.count(b"K\x03\x85") == 1
    refuses(data.replace(b"K\x03\x85", b"K\x04\x85"), "an array of 4 bytes comes with 3")
    refuses(data.replace(b"K\x03\x85", b"J\xff\xff\xff\xff\x85"), "integers from 0")
    refuses(data.replace(b"K\x03\x85", b"J\xff\xff\xff\x7f\x85"), "2147483647 bytes comes with 3")


def test_instructions_out_of_place():
    for data, words in (
            (b"", "exhausted"), (b"\x80\x02", "exhausted"), (b"\x80\x02.", "end with one value"),
            (b"\x80\x02K\x01K\x02.", "end with one value"), (b"\x80\x02(K\x01.", "one value"),
            (b"\x80\x02\x86.", "more values than it made"),
            (b"\x80\x02K\x01(\x85.", "more values than it made"),
            (b"\x80\x02h\x05.", "damaged pickle (KeyError: 5)"),
            (b"\x80\x02K\x01K\x01a.", "appends to something that isn't a list"),
            (b"\x80\x02K\x01K\x01K\x01s.", "key of something that isn't a dict"),
            (b"\x80\x02}]K\x01s.", "a list as a key"),
            (b"\x80\x02K\x01K\x01b.", "a state to something that has none"),
            (b"\x80\x02K\x01)R.", "can't be called"),
            (b"\x80\x02cnumpy\nndarray\n)R.", "can't be called"),
            (b"\x80\x02t.", "damaged pickle (IndexError")):
        refuses(data, words)


def test_text_converted_again_and_again_is_refused():
    text = b"X\x00\x04\x00\x00" + b"a" * 1024 + b"q\x00" + b"X\x06\x00\x00\x00latin1q\x01"
    again = b"c_codecs\nencode\nh\x00h\x01\x86R"
    refuses(b"\x80\x02" + text + again * 100 + b".", "more than the file")


def test_random_damage_is_a_value_error():
    value = {"x": np.arange(60, dtype="float32").reshape(5, 12), "y": (np.arange(5), [1, "a"]),
             "n": np.float64(3), "more": {str(n): n for n in range(300)}}
    for protocol in PROTOCOLS:
        with tempfile.TemporaryDirectory() as folder:
            refused = only_value_errors(read_pickle, Path(folder) / "some.pkl",
                                        pickle.dumps(value, protocol), 400)
        assert refused > 100, refused
