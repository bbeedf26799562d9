"""Whole scripts of Python 2 run to their end, with plain layers and with normalised ones.

They make the calls that YANN's tutorials make, on images of 6x6 pixels.
"""

import contextlib
import shutil

import numpy as np
import scipy.io

from tests.small import arrays, dataset, temporary_folder, without_c_code
from tests.toolbox.as_yann.helpers import SCRIPTS, run
from yann_weightnorm import open_dataset, save_dataset
from yann_weightnorm.toolbox.as_yann.yann.utils.pickle import load

PNG = b"\x89PNG"


@contextlib.contextmanager
def place_with(name):
    """Work in a folder with the script `name` and a data set, ``data``."""
    with temporary_folder() as folder:
        shutil.copy(SCRIPTS / f"{name}.py2", folder / f"{name}.py")
        save_dataset(dataset(), folder / "data")
        yield folder


def ends(*words):
    """Run the script; return the lines that it printed, once it came to its end."""
    outcome = run(*words)
    assert outcome.code == 0, outcome.err
    return outcome.out.splitlines()


def accuracy(lines, which):
    (told,) = [line for line in lines if line.startswith(f".. {which} accuracy : ")][-1:]
    return float(told.rpartition(" ")[2])


def check_log_reg(prefix):
    with place_with("log_reg") as folder, without_c_code():
        lines = ends("log_reg.py", "data", prefix)
        assert 0 <= accuracy(lines, "Testing") <= 100
        assert abs(float(lines[-1].split()[-1]) - accuracy(lines, "Testing")) < 1e-3
        assert [line for line in lines if line.endswith(f"{prefix}classifier")], lines
        # YANN draws unasked, into the current folder.
        for part in ("data", "activities/epoch_0", "filters/epoch_2"):
            assert list((folder / "visualizer" / part).rglob("*.jpg")), part
        assert len((folder / "resultor" / "costs.txt").read_text().splitlines()) == 3


def test_log_reg():
    for prefix in ("", "weightnorm_"):
        yield check_log_reg, prefix


def check_mlp(prefix):
    with place_with("mlp") as folder, without_c_code():
        lines = ends("mlp.py", "data", prefix)
        assert lines[-4:] == ["dot_product_1 True", "dot_product_2 True", "softmax True",
                              "costs 4"], lines[-4:]
        assert (folder / "mlp.png").read_bytes().startswith(PNG)
        kept = load(folder / "kept.pkl")["dot_product_1"]
        assert [p.get_value().shape for p in kept] == (
            [(36, 8), (1, 8), (8,)] if prefix else [(36, 8), (8,)])     # 17 / 2 is 8 in Python 2
        assert {"Validation", "Training", "Testing"} <= {
            line.split()[1] for line in lines if " accuracy : " in line}


def test_mlp():
    for prefix in ("", "weightnorm_"):
        yield check_mlp, prefix


def check_lenet(prefix):
    with place_with("lenet") as folder:
        lines = ends("lenet.py", "data", prefix)
        assert lines[-1] == "activity (4, 3, 1, 1)"
        assert (folder / "lenet.png").read_bytes().startswith(PNG)
        assert list((folder / "lenet" / "visualizer" / "filters" / "epoch_1").rglob("*.jpg"))
        assert 0 <= accuracy(lines, "Training") <= 100


def test_lenet():
    for prefix in ("", "weightnorm_"):
        yield check_lenet, prefix


def check_autoencoder(which, prefix):
    # Convolutions can't do without C code.
    c_code = without_c_code if which == "shallow" else contextlib.nullcontext
    with place_with("autoencoder") as folder, c_code():
        lines = ends("autoencoder.py", "data", which, prefix)
        costs = [*map(float, (folder / "resultor" / "costs.txt").read_text().split())]
        assert len(costs) == 3 and costs[-1] < costs[0]
        assert [line for line in lines if line.startswith(".. Validation cost : ")]
        listed = folder / "visualizer" / "computational_graphs" / "static"
        assert list(listed.iterdir())


def test_autoencoder_q5():
    for which, prefix in (("shallow", ""), ("deep", ""), ("shallow", "weightnorm_"),
                          ("deep", "weightnorm_")):
        yield check_autoencoder, which, prefix


def check_gan(prefix):
    with place_with("gan") as folder, without_c_code():
        lines = ends("gan.py", "data", prefix)
        # Three mini batches: an epoch before the game and two of it; k counts the generator's.
        assert lines[-1] == "costs 9 6 6", lines[-1]
        assert (folder / "gan.png").read_bytes().startswith(PNG)
        assert list((folder / "shallow_wgan" / "visualizer" / "activities").rglob("*.jpg"))


def test_gan():
    for prefix in ("", "weightnorm_"):
        yield check_gan, prefix


def test_mat2yann():
    with place_with("mat2yann") as folder:
        images = {}
        for seed, (split, number, rows) in enumerate((("train", 0, 8), ("train", 1, 8),
                                                      ("valid", 0, 4), ("test", 0, 4))):
            x, y = arrays(rows, seed)
            (folder / "mat" / split).mkdir(parents=True, exist_ok=True)
            columns = x.transpose(0, 3, 2, 1).reshape(rows, -1)          # as Matlab has them
            scipy.io.savemat(folder / "mat" / split / f"batch_{number}.mat",
                             {"x": columns.clip(0, 1), "y": y})
            images[split, number] = x.clip(0, 1).reshape(rows, -1)
        made = open_dataset(ends("mat2yann.py", "mat")[-1])
        for (split, number), x in images.items():
            found, _ = made.load(split, number)
            np.testing.assert_allclose(found, (x / (x.max() + 1e-7) - 0.5) * 2, atol=1e-5)
        assert "name the folder" in run("mat2yann.py").err
