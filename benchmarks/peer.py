"""The same networks in PyTorch, written as its users write them."""

import time
import warnings
from collections import OrderedDict

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.networks import CLASSES, Conv, Recurrent, data

try:
    from torch.nn.utils.parametrizations import weight_norm
except ImportError:  # PyTorch 2.0 has the older form alone, which costs the same
    from torch.nn.utils import weight_norm

__all__ = ["build", "epochs", "optimizer", "program", "steps", "train_step"]

RATE = 0.001
EPSILON, NEW_SHARE = 1e-4, 0.1  # of batch norm, as on our side


class MeanOnly(nn.Module):
    """Subtract the mini batch's mean of each channel, then add a bias; see the paper, section 4."""

    def __init__(self, channels):
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(channels))
        self.register_buffer("running_mean", torch.zeros(channels))

    def forward(self, t):
        mean = self.running_mean
        if self.training:
            mean = t.mean(dim=[0, *range(2, t.dim())])
            self.running_mean.lerp_(mean.detach(), NEW_SHARE)
        along = (1, -1) + (1,) * (t.dim() - 2)
        return t - mean.view(along) + self.bias.view(along)


class Rows(nn.Module):
    """Images of one channel as sequences of their rows."""

    def forward(self, x):
        return x.squeeze(1)


class LastState(nn.Module):
    """An LSTM's last hidden state; what learns of its two biases is one, as on our side."""

    def __init__(self, features, units, normalised):
        super().__init__()
        self.lstm = nn.LSTM(features, units, batch_first=True)
        self.lstm.bias_hh_l0.requires_grad_(False).zero_()
        if normalised:
            # The newer parametrization leaves an LSTM's weights as they were: issue 86457 there.
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", FutureWarning)
                for name in ("weight_ih_l0", "weight_hh_l0"):
                    nn.utils.weight_norm(self.lstm, name)

    def forward(self, x):
        return self.lstm(x)[1][0][0]


class BatchNormLSTM(nn.Module):
    """LSTM with batch norm in each step (Cooijmans et al. 2017), which PyTorch doesn't bring."""

    def __init__(self, features, units):
        super().__init__()
        self.units = units
        self.weight_ih, self.weight_hh = (nn.Parameter(0.1 * torch.randn(4 * units, size))
                                          for size in (features, units))
        self.bias = nn.Parameter(torch.zeros(4 * units))
        self.gamma_x, self.gamma_h, self.gamma_c = (nn.Parameter(torch.full((size,), 0.1))
                                                    for size in (4 * units, 4 * units, units))
        self.beta_c = nn.Parameter(torch.zeros(units))

    def forward(self, x):
        h = c = x.new_zeros(len(x), self.units)
        from_x = self.normalised(x.transpose(0, 1) @ self.weight_ih.t(), self.gamma_x, 1)
        for projected in from_x + self.bias:
            t = projected + self.normalised(h @ self.weight_hh.t(), self.gamma_h, 0)
            i, f, g, o = t.chunk(4, dim=1)
            c = f.sigmoid() * c + i.sigmoid() * g.tanh()
            h = o.sigmoid() * (self.normalised(c, self.gamma_c, 0) + self.beta_c).tanh()
        return h

    @staticmethod
    def normalised(t, gamma, axis):
        variance, mean = torch.var_mean(t, dim=axis, unbiased=False, keepdim=True)
        return (t - mean) * (gamma / (variance + 1e-5).sqrt())


def build(net, arm):
    """Return `net` as `arm` parametrises it, a module from images to scores."""
    layers, shape = OrderedDict(), (net.shape[2], *net.shape[:2])
    for number, layer in enumerate(net.hidden, start=1):
        if isinstance(layer, Recurrent):
            found, shape = recurrent(layer, shape, arm)
        elif isinstance(layer, Conv):
            found, shape = convolution(layer, shape, arm)
        else:
            found, shape = dense(int(np.prod(shape)), layer.units, arm)
        layers.update((f"hidden{number}{name}", module) for name, module in found.items())
    found, _ = dense(int(np.prod(shape)), CLASSES, arm, hidden=False)
    layers.update((f"softmax{name}", module) for name, module in found.items())
    return nn.Sequential(layers)


def recurrent(layer, shape, arm):
    """Return the modules of an LSTM, by what follows its name, and its output's shape."""
    inner = BatchNormLSTM(shape[2], layer.units) if arm == "batch norm" else \
        LastState(shape[2], layer.units, arm == "weight norm")
    return OrderedDict([("_rows", Rows()), ("", inner)]), (layer.units,)


def convolution(layer, shape, arm):
    """Return the same for a convolution: pooling comes first, as on our side, for it is cheaper."""
    weight = nn.Conv2d(shape[0], layer.maps, layer.size, padding=layer.padding,
                       bias="mean-only" not in arm)
    found = OrderedDict([("", weight_norm(weight) if "weight norm" in arm else weight)])
    if layer.pool > 1:
        pool = nn.MaxPool2d if layer.pool_type == "max" else nn.AvgPool2d
        found["_pool"] = pool(layer.pool)
    if arm == "batch norm":
        found["_bn"] = nn.BatchNorm2d(layer.maps, EPSILON, NEW_SHARE)
    if "mean-only" in arm:
        found["_mean"] = MeanOnly(layer.maps)
    found["_relu"] = nn.LeakyReLU(layer.slope) if layer.slope else nn.ReLU()
    sides = ((side + 2 * layer.padding - layer.size + 1) // layer.pool for side in shape[1:])
    return found, (layer.maps, *sides)


def dense(features, units, arm, hidden=True):
    """Return the same for a fully connected layer; one that isn't hidden is a classifier."""
    weight = nn.Linear(features, units, bias="mean-only" not in arm)
    found = OrderedDict([("_flat", nn.Flatten()),
                         ("", weight_norm(weight) if "weight norm" in arm else weight)])
    if arm == "batch norm" and hidden:
        found["_bn"] = nn.BatchNorm1d(units, EPSILON, NEW_SHARE)
    if "mean-only" in arm:
        found["_mean"] = MeanOnly(units)
    if hidden:
        found["_relu"] = nn.ReLU()
    return found, (units,)


def tensors(arrays):
    """Return images (rows, channels, height, width) and labels."""
    x, y = arrays
    return torch.from_numpy(np.ascontiguousarray(x.transpose(0, 3, 1, 2))), torch.from_numpy(y)


def optimizer(module):
    """Return plain SGD over what learns in `module`."""
    return torch.optim.SGD([p for p in module.parameters() if p.requires_grad], lr=RATE)


def train_step(module, sgd, x, y):
    """Take a step; return the cost, a number, as YANN's step does."""
    sgd.zero_grad()
    loss = nn.functional.cross_entropy(module(x), y)
    loss.backward()
    sgd.step()
    return loss.item()


def steps(net, arms):
    """Return for each arm the function that takes a training step, and returns the cost."""
    torch.manual_seed(0)
    x, y = (part.view(2, net.rows, *part.shape[1:]) for part in tensors(data(net)))
    return {arm: stepper(build(net, arm), x, y) for arm in arms}


def stepper(module, x, y):
    """Return the step of `module` on the two mini batches of `x` and `y`, in turn."""
    sgd = optimizer(module)
    return lambda number: train_step(module, sgd, x[number % 2], y[number % 2])


def epochs(net, arm, mini_batches=100, count=3):
    """Return the milliseconds a step of whole epochs, loading of data included, but the first."""
    module, times = build(net, arm), []
    sgd, rows = optimizer(module), TensorDataset(*tensors(data(net, mini_batches)))
    for _ in range(1 + count):
        begin = time.perf_counter()
        for x, y in DataLoader(rows, batch_size=net.rows):
            train_step(module, sgd, x, y)
        times.append(1e3 * (time.perf_counter() - begin) / mini_batches)
    return times[1:]


def program():
    """Return what this side runs on, in words."""
    parts = [name for name, there in (("MKL", torch.backends.mkl.is_available()),
                                      ("oneDNN", torch.backends.mkldnn.is_available())) if there]
    level = getattr(torch.backends.cpu, "get_cpu_capability", lambda: "unknown")()
    return {"versions": {"PyTorch": torch.__version__, "NumPy": np.__version__},
            "kernels": f"{' and '.join(parts) or 'its own'}, {level}, "
                       f"{torch.get_num_threads()} threads", "off": []}
