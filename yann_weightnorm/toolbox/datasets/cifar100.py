"""CIFAR-100, read from its binary version: cifar-100-binary.tar.gz or the files in it."""

from yann_weightnorm.toolbox.checks import one_of
from yann_weightnorm.toolbox.datasets.arrays import dataset_from_arrays
from yann_weightnorm.toolbox.datasets.cifar_binary import CifarLayout, cifar_folder, read_cifar
from yann_weightnorm.toolbox.datasets.folders import HOW
from yann_weightnorm.toolbox.datasets.splitting import first_rows, hold_out

__all__ = ["cifar100", "read_cifar100"]

ARCHIVE = "cifar-100-binary.tar.gz"
LAYOUT = CifarLayout("cifar100", "CIFAR-100", ARCHIVE, "cifar-100-binary", "train|test", (20, 100))
LABELS = ("coarse", "fine")     # in the order of a record's label bytes


def cifar100(folder=None, *, labels="fine", mini_batch_size=100, valid_rows=None, train_rows=None,
             test_rows=None, normalize=True):
    """Return CIFAR-100: 50,000 images of 32x32 in colour to train, 10,000 to test.

    Parameters
    ----------
    folder : str, path-like or None, default None
        Folder that holds ``cifar100/cifar-100-binary.tar.gz``, or the files train.bin and test.bin
        extracted from it, in ``cifar100/`` or ``cifar100/cifar-100-binary/``. None reads
        $YANN_WEIGHTNORM_DATA. Where nothing is, the archive is fetched, see
        :func:`~yann_weightnorm.toolbox.datasets.download.ready`.
    labels : {'fine', 'coarse'}, default 'fine'
        The 100 classes, or the 20 that they make in groups of five.
    mini_batch_size, valid_rows, train_rows, test_rows, normalize
        As for :func:`~yann_weightnorm.toolbox.datasets.cifar10.cifar10`.

    Returns
    -------
    Dataset

    Raises
    ------
    FileNotFoundError
        If a file is missing and can't be fetched; says which, and where it may be put.
    ValueError
        If a file is damaged, a limit doesn't fit its rows, or `labels` is something else.
    """
    who = "dataset 'cifar100'"
    column = LABELS.index(one_of(labels, LABELS, "labels", who))
    parts = {part: (images, both[:, column]) for part, (images, both)
             in read_cifar100(cifar_folder(LAYOUT, folder)).items()}
    rows = len(parts["train"][1])
    train, valid = hold_out(who, parts["train"], train_rows=train_rows,
                            valid_rows=rows // 5 if valid_rows is None else valid_rows)
    test = first_rows(who, "test_rows", parts["test"], test_rows)
    return dataset_from_arrays(train, valid, test, name="cifar100",
                               mini_batch_size=mini_batch_size, normalize=normalize)


def read_cifar100(place):
    """Return the images and labels that lie in the folder `place`.

    Returns
    -------
    dict
        'train' and 'test', each (images, labels): (n, 32, 32, 3) and (n, 2), uint8. The first
        column of labels is coarse, 0 to 19, the second fine, 0 to 99.
    """
    files = read_cifar(place, LAYOUT)
    if len(files) < 2:
        raise FileNotFoundError(f"{place} must hold {ARCHIVE}, or train.bin and test.bin; got "
                                f"{', '.join(sorted(files)) or 'none of them'}; {HOW}.")
    return files
