"""The same multi-layer perceptron in PyTorch; prints the milliseconds of training steps as JSON."""

import json
import sys
import time

import torch
from torch.nn.utils.parametrizations import weight_norm

WARM_UP = 5
ROWS = 500


def network():
    """Return 784-800-800-10 with weight normalization in each layer."""
    sizes = (784, 800, 800, 10)
    layers = [weight_norm(torch.nn.Linear(i, o)) for i, o in zip(sizes, sizes[1:])]
    relu = torch.nn.ReLU()
    return torch.nn.Sequential(layers[0], relu, layers[1], relu, layers[2])


def main(steps):
    """Print the times of `steps` training steps of plain SGD."""
    torch.manual_seed(0)
    net, cost = network(), torch.nn.CrossEntropyLoss()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.001)
    x, y = torch.rand(2, ROWS, 784), torch.randint(10, (2, ROWS))
    times = []
    for step in range(WARM_UP + int(steps)):
        begin = time.perf_counter()
        optimizer.zero_grad()
        loss = cost(net(x[step % 2]), y[step % 2])
        loss.backward()
        optimizer.step()
        loss.item()                     # YANN's step returns the cost as a number too
        times.append(1e3 * (time.perf_counter() - begin))
    print(json.dumps({"ms": {"weightnorm": times[WARM_UP:]}, "blas": "PyTorch's own",
                      "versions": {"torch": torch.__version__}}))


if __name__ == "__main__":
    main(*sys.argv[1:])
