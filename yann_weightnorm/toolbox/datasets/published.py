"""What is published where: the files of each data set, their sizes, checksums and addresses.

A checksum is the SHA-256 of the file as its publisher offers it, so a mirror is as good as the
publisher. docs/data/published.md says how each was verified.
"""

from typing import NamedTuple

from yann_weightnorm.toolbox.registry import hint

__all__ = ["SETS", "PublishedFile", "PublishedSet", "published_set"]


class PublishedFile(NamedTuple):
    """A file that can be fetched.

    Parameters
    ----------
    name : str
        What it is called, there and here.
    size : int
        Its bytes.
    sha256 : str
        Its checksum.
    bases : tuple of str
        Folders on the web that hold it, each with a slash at its end, in the order to try.
    """

    name: str
    size: int
    sha256: str
    bases: tuple

    @property
    def addresses(self):
        """The addresses of the file, in the order to try."""
        return [base + self.name for base in self.bases]


class PublishedSet(NamedTuple):
    """The files of a data set, and the folder they lie in.

    Parameters
    ----------
    folder : str
        Name of the subfolder of the folder of data sets.
    files : tuple of PublishedFile
    """

    folder: str
    files: tuple

    def named(self, names):
        """Return those of the files whose name is in `names`."""
        return [file for file in self.files if file.name in names]


def _files(bases, *facts):
    return tuple(PublishedFile(name, size, sha256, bases) for name, size, sha256 in facts)


# The author's own site has turned downloads away for years: tried last.
MNIST = ("https://ossci-datasets.s3.amazonaws.com/mnist/",
         "https://storage.googleapis.com/cvdf-datasets/mnist/",
         "http://yann.lecun.com/exdb/mnist/")
FASHION = ("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",
           "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/")
CIFAR = ("https://www.cs.toronto.edu/~kriz/", "https://cave.cs.toronto.edu/kriz/")
SVHN = ("http://ufldl.stanford.edu/housenumbers/",)

SETS = {
    "mnist": PublishedSet("mnist", _files(
        MNIST,
        ("train-images-idx3-ubyte.gz", 9912422,
         "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
        ("train-labels-idx1-ubyte.gz", 28881,
         "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
        ("t10k-images-idx3-ubyte.gz", 1648877,
         "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
        ("t10k-labels-idx1-ubyte.gz", 4542,
         "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"))),
    "fashion-mnist": PublishedSet("fashion-mnist", _files(
        FASHION,
        ("train-images-idx3-ubyte.gz", 26421880,
         "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
        ("train-labels-idx1-ubyte.gz", 29515,
         "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
        ("t10k-images-idx3-ubyte.gz", 4422102,
         "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
        ("t10k-labels-idx1-ubyte.gz", 5148,
         "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"))),
    "cifar10": PublishedSet("cifar10", _files(
        CIFAR,
        ("cifar-10-binary.tar.gz", 170052171,
         "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"))),
    "cifar100": PublishedSet("cifar100", _files(
        CIFAR,
        ("cifar-100-binary.tar.gz", 168513733,
         "58a81ae192c23a4be8b1804d68e518ed807d710a4eb253b1f2a199162a40d8ec"))),
    "svhn": PublishedSet("svhn", _files(
        SVHN,
        ("train_32x32.mat", 182040794,
         "435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8"),
        ("test_32x32.mat", 64275384,
         "cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b"))),
    "svhn-extra": PublishedSet("svhn", _files(
        SVHN,
        ("extra_32x32.mat", 1329278602,
         "a133a4beb38a00fcdda90c9489e0c04f900b660ce8a316a5e854838379a71eb3"))),
}


def published_set(name):
    """Return the :class:`PublishedSet` called `name`.

    Raises
    ------
    ValueError
        If no set that can be fetched has that name; the nearest one is suggested.
    """
    if name not in SETS:
        raise ValueError(f"no data set {name!r} can be fetched{hint(name, SETS)}; "
                         f"known: {', '.join(SETS)}.")
    return SETS[name]
