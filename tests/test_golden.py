"""Our formats, pinned: files of earlier days are read to the same numbers, and written the same.

Numbers of float32 that went through training are compared within rounding, for another machine
adds in another order; names, types, shapes and headers exactly.
"""

import difflib
import json
import re

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from safetensors.numpy import load_file

from tests.golden import make_formats
from tests.golden.make_formats import FOLDER, built, images, outputs
from tests.small import begin, dataset, finish, message, temporary_folder, values, \
    without_c_code
from yann_weightnorm import network, open_dataset, save_dataset, weight_normalize
from yann_weightnorm.toolbox import network_state
from yann_weightnorm.toolbox.storage import load_params, save_params

EXPECTED = np.load(FOLDER / "expected.npz")
SPLITS = "train", "valid", "test"
SETS = {"bytes": images, "floats": dataset}
TRAINED = dict(rtol=1e-4, atol=1e-5)
ADVICE = (f"A format has changed, and with it what files of earlier days are worth. If that is not "
          f"meant, mend it. If it is: raise its VERSION (toolbox/checkpoint.py, "
          f"toolbox/datasets/header.py), let the old version be read or refused by name, say so in "
          f"CHANGELOG.md, and write new files by `{make_formats.COMMAND}`.")


def expected(prefix):
    """Return what is expected under `prefix`, by the rest of the name."""
    return {key[len(prefix) + 1:]: EXPECTED[key] for key in EXPECTED.files
            if key.startswith(f"{prefix}/")}


def assert_same(found, wanted, what):
    """Compare two things that JSON can say, dicts in their order too."""
    texts = [json.dumps(thing, indent=1).splitlines() for thing in (wanted, found)]
    difference = "\n".join(difflib.unified_diff(*texts, "then", "now", lineterm="", n=1))
    assert not difference, f"{what} is written otherwise:\n{difference}\n{ADVICE}"


# -- how a thing on the disk is made -------------------------------------------------------------

def tensors(path):
    """Return name -> (dtype, shape) of the tensors in a file, from its own header."""
    content = path.read_bytes()
    length = int.from_bytes(content[:8], "little")
    told = json.loads(content[8:8 + length])
    assert "__metadata__" not in told, ADVICE
    return {name: [told[name]["dtype"], told[name]["shape"]] for name in sorted(told)}


def npy(path):
    """Return the version of a .npy file, the type of its entries, whether Fortran's, its shape."""
    with open(path, "rb") as file:
        version = np.lib.format.read_magic(file)
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
    return [list(version), dtype.str, fortran, list(shape)]


def header(folder, name):
    return json.loads((folder / name).read_text(encoding="utf-8"))


def shape_of(thing):
    """Return a thing of JSON with the types of its numbers and texts in place of their values."""
    if isinstance(thing, dict):
        return {key: shape_of(value) for key, value in thing.items()}
    if isinstance(thing, list):
        return [shape_of(value) for value in thing]
    return type(thing).__name__


def checkpoint_files(folder):
    """Return part -> its tensors' names and types; each file is called by its part and hash."""
    found = {}
    for path in sorted(folder.iterdir()):
        if path.name != "network.json":
            part = re.fullmatch(r"(\w+)-[0-9a-f]{12}\.safetensors", path.name).group(1)
            found[part] = tensors(path)
    return found


def dataset_files(folder):
    return {path.relative_to(folder).as_posix(): npy(path)
            for path in sorted(folder.rglob("*.npy"))}


# -- files of earlier days are read --------------------------------------------------------------

def loaded(name):
    """Return the network of a checkpoint."""
    return advised(network.load, FOLDER / name, dataset=dataset(), verbose=0)


def opened(name):
    """Return the data set in a folder."""
    return advised(open_dataset, FOLDER / name)


def advised(read, *args, **options):
    """Return what `read` gives; where it refuses a file, say what whoever did that has to do."""
    try:
        return read(*args, **options)
    except ValueError as error:
        raise AssertionError(f"{error} {ADVICE}") from error


def test_a_file_of_parameters_is_read():
    found = load_params(FOLDER / "parameters.safetensors")
    wanted = {key: value for key, value in expected("network").items() if key != "outputs"}
    assert sorted(found) == sorted(wanted), ADVICE
    for name, value in wanted.items():
        assert_array_equal(found[name], value, name)
        assert found[name].dtype == value.dtype


def test_a_checkpoint_is_read_and_gives_the_same_outputs():
    for name in ("network", "folded"):
        yield check_checkpoint, name


def check_checkpoint(name):
    with without_c_code():
        net, wanted = loaded(name), expected(name)
        assert_allclose(outputs(net), wanted.pop("outputs"), rtol=1e-5, atol=1e-6)
    assert sorted(values(net)) == sorted(wanted), ADVICE
    for key, value in values(net).items():
        assert_array_equal(value, wanted[key], key)


def test_training_goes_on_as_it_did_then():
    yield check_training, "network", lambda net: net
    # What was put aside when the network was folded is read too: v, g and their momentum.
    yield check_training, "folded", weight_normalize


def check_training(name, back):
    with without_c_code():
        net = back(loaded(name))
        history = net.resume(show_progress=False)
        wanted = expected("end")
        assert_allclose(history.column("cost"), wanted["costs"], **TRAINED)
        assert_allclose(outputs(net), wanted["outputs"], **TRAINED)


def test_a_mapped_data_set_is_read():
    for name in SETS:
        found = opened(name)
        assert found.extra == make_formats.EXTRA and found.name == SETS[name]().name
        for split, wanted in expected(name).items():
            x, y = found.load(split)
            assert_array_equal(x, wanted)
            assert x.dtype == wanted.dtype
            assert_array_equal(y, SETS[name]().load(split)[1])


# -- what is written today is written as it was --------------------------------------------------

def test_a_checkpoint_that_was_read_is_written_as_it_was():
    for name in ("network", "folded"):
        yield check_checkpoint_again, name


def check_checkpoint_again(name):
    with temporary_folder() as folder, without_c_code():
        net = loaded(name)
        net.save(folder / "net")
        net.save(folder / "twice")
        found, wanted = header(folder / "net", "network.json"), header(FOLDER / name,
                                                                       "network.json")
        assert_same(checkpoint_files(folder / "net"), checkpoint_files(FOLDER / name), name)
        for part, entry in found.pop("files").items():
            path = folder / "net" / entry["file"]
            assert path.read_bytes() == (folder / "twice" / entry["file"]).read_bytes()
            then = load_file(FOLDER / name / wanted["files"][part]["file"])
            for key, value in load_file(path).items():
                assert_array_equal(value, then[key], key)
        del wanted["files"]
        assert_same(found, dict(wanted, version=found["version"]), f"{name}, its header")


def test_a_network_that_is_built_today_is_written_as_then():
    with temporary_folder() as folder, without_c_code():
        net = built()
        net.train(epochs=make_formats.DONE, show_progress=False)
        net.save(folder / "net")
        save_params(net.params, folder / "parameters.safetensors")
        assert_same(tensors(folder / "parameters.safetensors"),
                    tensors(FOLDER / "parameters.safetensors"), "parameters")
        assert_same(checkpoint_files(folder / "net"), checkpoint_files(FOLDER / "network"),
                    "a checkpoint's tensors")
        found, wanted = (header(where, "network.json") for where in (folder / "net",
                                                                     FOLDER / "network"))
        assert_same([found["format"], found["version"]], [wanted["format"], wanted["version"]],
                    "a checkpoint's version")
        assert_same([found["calls"], found["cooked"], found["active"]],
                    [wanted["calls"], wanted["cooked"], wanted["active"]], "what builds a network")
        found["state"]["training"]["settings"] = wanted["state"]["training"]["settings"]
        assert_same(shape_of(found), shape_of(wanted), "a checkpoint's header")


def test_a_data_set_is_written_as_then():
    for name in SETS:
        yield check_data_set, name


def check_data_set(name):
    with temporary_folder() as folder:
        source = opened(name)
        save_dataset(source, folder / "again", source.extra)
        save_dataset(SETS[name](), folder / "new", make_formats.EXTRA)
        assert_same((folder / "again/dataset.json").read_text().splitlines(),
                    (FOLDER / name / "dataset.json").read_text().splitlines(),
                    f"data set {name}, its header")
        for written in ("again", "new"):
            assert_same(dataset_files(folder / written), dataset_files(FOLDER / name),
                        f"data set {name}")
        for path in dataset_files(FOLDER / name):
            assert_array_equal(np.load(folder / "again" / path), np.load(FOLDER / name / path))


def test_masks_and_noise_are_saved_under_their_names():
    with without_c_code():
        net = begin()
        net.add_layer("gaussian_noise", id="noise")
        net.add_layer("weightnorm_dot", id="fc", num_neurons=2, dropout_rate=0.5)
        finish(net, "weightnorm_")
    arrays, numbers = network_state.state(net)
    found = {name: [array.dtype.name, array.ndim] for name, array in sorted(arrays.items())}
    assert_same({name: kind for name, kind in found.items() if name.startswith("masks/")},
                {"masks/fc/0.0": ["int32", 2], "masks/noise/0.0": ["int32", 2]}, "masks")
    assert_same(sorted(numbers), ["aside", "generators", "shown", "training"], "numbers")


# -- the guard itself ----------------------------------------------------------------------------

def test_whoever_changes_a_format_is_told_what_to_do():
    said = message(AssertionError, assert_same, {"a": 1, "b": 2}, {"b": 2, "a": 1}, "a header")
    for words in ("a header", "VERSION", "CHANGELOG.md", make_formats.COMMAND):
        assert words in said, said


def test_the_files_are_small_and_all_of_them_are_read():
    files = [path for path in FOLDER.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 100_000
    assert {path.name for path in FOLDER.iterdir()} == {
        "parameters.safetensors", "network", "folded", "bytes", "floats", "expected.npz"}
