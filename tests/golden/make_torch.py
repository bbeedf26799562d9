"""What PyTorch's weight-normalised modules give, for the tests to compare with.

``python tests/golden/make_torch.py``, where PyTorch can be imported, writes ``torch.npz`` beside
this file: for each module its state by the names of both ways of weight normalization, an input,
the output, and the gradients of the output times given weights.
"""

import pathlib

import numpy as np

FILE = pathlib.Path(__file__).with_name("torch.npz")
COMMAND = "python tests/golden/make_torch.py (needs torch>=2.0: pip install -e .[oracle])"

# name -> (PyTorch's class, its arguments, weights, the axis of an output, the input's shape)
CASES = {
    "linear": ("Linear", dict(in_features=5, out_features=3), ["weight"], 0, (4, 5)),
    "conv": ("Conv2d", dict(in_channels=2, out_channels=3, kernel_size=(3, 2), stride=(1, 2),
                            padding=(1, 1)), ["weight"], 0, (2, 2, 6, 6)),
    "deconv": ("ConvTranspose2d", dict(in_channels=3, out_channels=2, kernel_size=(3, 2),
                                       stride=(2, 1), padding=(1, 0), output_padding=(1, 0)),
               ["weight"], 1, (2, 3, 3, 4)),
    "lstm": ("LSTM", dict(input_size=3, hidden_size=4, batch_first=True),
             ["weight_ih_l0", "weight_hh_l0"], 0, (2, 5, 3)),
    "rnn": ("RNN", dict(input_size=3, hidden_size=4, batch_first=True),
            ["weight_ih_l0", "weight_hh_l0"], 0, (2, 5, 3)),
}


def module(name, style="parametrizations"):
    """Return PyTorch's module of a case, its weights normalised in one of the two ways."""
    import torch
    kind, arguments, weights, axis, _ = CASES[name]
    normalise = {"parametrizations": torch.nn.utils.parametrizations.weight_norm,
                 "weight_norm": torch.nn.utils.weight_norm}[style]
    made = getattr(torch.nn, kind)(**arguments)
    for weight in weights:
        normalise(made, weight, dim=axis)
    return made


def run(made, x, shares):
    """Return the output of a module, and the gradients of ``sum(output * shares)``."""
    import torch
    x = torch.tensor(x, requires_grad=True)
    y = made(x)
    y = y if torch.is_tensor(y) else y[0]   # a recurrent module's second result is its state
    made.zero_grad()
    (y * torch.tensor(shares)).sum().backward()
    gradients = {name: p.grad.numpy() for name, p in made.named_parameters()}
    return y.detach().numpy(), dict(gradients, x=x.grad.numpy())


def arrays(name, more=0):
    """Return what a case gives, named arrays: state/..., old/..., gradient/..., x, y, shares.

    `more` makes it another case of the kind.
    """
    import torch
    torch.manual_seed(len(name))
    rng, made = np.random.RandomState(len(name) + more), module(name)
    for param in made.parameters():
        param.data = torch.tensor(rng.normal(size=tuple(param.shape)).astype("float32"))
    x = rng.normal(size=CASES[name][-1]).astype("float32")
    y, _ = run(made, x, np.float32(1))
    shares = rng.normal(size=y.shape).astype("float32")
    y, gradients = run(made, x, shares)
    old = module(name, "weight_norm")
    old.load_state_dict({old_name(n): value for n, value in made.state_dict().items()})
    found = {"x": x, "y": y, "shares": shares}
    for part, named in (("state", made.state_dict()), ("old", old.state_dict()),
                        ("gradient", gradients)):
        found.update((f"{part}/{n}", np.asarray(value)) for n, value in named.items())
    return found


def old_name(name):
    """Return what the older way calls a parameter of the newer one."""
    for number, letter in (("original0", "g"), ("original1", "v")):
        if name.endswith(number):
            return f"{name.split('.')[1]}_{letter}"
    return name


def main():
    """Write the file."""
    import torch
    found = {f"{name}/{key}": value for name in CASES for key, value in arrays(name).items()}
    np.savez(FILE, torch_version=np.array(torch.__version__), **found)
    print(f"{FILE.name}: {len(found)} arrays by PyTorch {torch.__version__}")


if __name__ == "__main__":
    main()
