"""The command ``yann-weightnorm download``: fetch published data sets, or list them."""

from yann_weightnorm.toolbox.datasets.download import download_dataset
from yann_weightnorm.toolbox.datasets.published import SETS, published_set

__all__ = ["DESCRIPTION", "download", "listing"]

DESCRIPTION = """\
Fetch published data sets and check them. Without a NAME, list those there are.

A download that was interrupted goes on where it was when the command is given again. Files that are
there already stay as they are."""


def listing():
    """Return the lines that name each set, its size and its files."""
    return [f"{name}: {sum(file.size for file in wanted.files) / 1e6:.1f} MB, "
            f"{', '.join(file.name for file in wanted.files)}" for name, wanted in SETS.items()]


def download(names, folder=None):
    """Fetch the sets called `names`; print the folder of each, and what went wrong with others.

    Parameters
    ----------
    names : list of str
    folder : str or None, default None
        As for :func:`~yann_weightnorm.toolbox.datasets.download.download_dataset`.

    Returns
    -------
    list of str
        What failed, in words. The other sets are there.

    Raises
    ------
    ValueError
        If a name is unknown; then nothing is fetched.
    """
    for name in names:
        published_set(name)
    failures = []
    for name in names:
        try:
            print(f"{name}: {download_dataset(name, folder)}")
        except OSError as error:
            failures.append(f"{name}: {error}")
    return failures
