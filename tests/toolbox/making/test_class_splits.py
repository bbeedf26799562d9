"""Data sets split by class, and two of them made one, against NumPy."""

import numpy as np

from tests.small import temporary_folder
from tests.toolbox.datasets.helpers import raises
from tests.toolbox.making.helpers import flat, made_folders, make, rows, three, write_mat
from yann_weightnorm.toolbox.datasets import open_dataset
from yann_weightnorm.toolbox.datasets.base import SPLITS
from yann_weightnorm.toolbox.making import (
    combine_split_datasets, mix_split_datasets, setup_dataset, split_all, split_only_train)

SPLIT = {"base": [0, 1, 2], "shot": [3, 4], "p": 2}


def wanted(images, labels, base, shot, p):
    """Return the rows to keep, by a plain loop over them."""
    count, keep = {}, []
    for row, label in enumerate(labels):
        count[label] = count.get(label, 0) + 1
        if label in base or (label in shot and count[label] <= p):
            keep.append(row)
    return flat(images)[keep], labels[keep]


def split(maker=split_all, splits=SPLIT, **args):
    args.setdefault("mini_batch_size", 2)
    return make(maker=maker, extra={"split_args": splits},
                **dict(three((100, 40, 30)), source="arrays", **args))


def every_row(data, name):
    return tuple(np.concatenate(part) for part in zip(
        *(data.load(name, block) for block in range(data.blocks(name)))))


def same_rows(got, images, labels):
    """Check that the rows are these, in whatever order."""
    order, other = (np.lexsort((y, *x.T.round(3))) for x, y in (got, (images, labels)))
    np.testing.assert_allclose(got[0][order], images[other], atol=1e-5)
    np.testing.assert_array_equal(got[1][order], labels[other])


# -- one data set -------------------------------------------------------------------------------

def test_base_classes_are_whole_and_shot_classes_have_their_first_images():
    with temporary_folder():
        made, data = split()
        for name, arrays in three((100, 40, 30)).items():
            x, y = wanted(*arrays, **SPLIT)
            used = len(x) // 2 * 2 if name == "train" else len(x)
            np.testing.assert_array_equal(every_row(data, name)[0], x[:used])
            np.testing.assert_array_equal(every_row(data, name)[1], y[:used])
        assert made.splits == SPLIT == data.splits and made.n_classes == 10


def test_classes_are_counted_across_the_blocks_of_the_source():
    with temporary_folder():
        source = setup_dataset(dict(source="arrays", mini_batch_size=2, batches2train=10,
                                    **three((100, 40, 30))), "made", 0)
        data = make(maker=split_all, extra={"split_args": SPLIT},
                    source=open_dataset(source.root), mini_batch_size=2)[1]
        labels = every_row(data, "train")[1]
        assert np.bincount(labels).tolist() == [10, 10, 10, 2, 2]


def test_only_the_training_split_is_cut():
    with temporary_folder():
        made, data = split(split_only_train)
        assert np.bincount(every_row(data, "train")[1]).tolist() == [10, 10, 10, 2, 2]
        for name in ("valid", "test"):
            x, y = three((100, 40, 30))[name]
            np.testing.assert_array_equal(every_row(data, name)[0], flat(x))
        assert made.n_classes == 10


def test_yanns_classes_are_the_default():
    with temporary_folder():
        for maker, held in ((split_all, range(6)), (split_only_train, range(6, 10))):
            args = dict(source="arrays", mini_batch_size=2, **three((100, 40, 30)))
            made = maker(args, "made")
            data = open_dataset(made.root)
            assert set(data.labels("train")) == set(held)
            assert made.preprocessor["normalize"] and made.preprocessor["zero_mean"]
            assert not made.preprocessor["grayscale"]


def test_blocks_get_smaller_where_rows_run_short_and_all_of_them_are_filled_q51():
    with temporary_folder():
        made, data = split(splits=dict(SPLIT, p=0), batches2train=3, batches2validate=2,
                           mini_batches_per_batch=(9, 9, 5))
        assert made.mini_batches_per_batch == (5, 3, 5) == data.mini_batches_per_batch
        assert [data.blocks(name) for name in SPLITS] == [3, 2, 1]
        x, y = wanted(*three((100, 40, 30))["train"], **dict(SPLIT, p=0))
        np.testing.assert_array_equal(every_row(data, "train")[0], x)   # 30 rows: 3 blocks of 10
        assert every_row(data, "valid")[1].tolist() == [0, 1, 2] * 4


def test_blocks_get_fewer_where_there_is_less_than_a_mini_batch_in_each():
    with temporary_folder():
        data = split(splits={"base": [0], "shot": [], "p": 0}, mini_batch_size=4, batches2train=5,
                     batches2test=5)[1]
        assert [data.blocks(name) for name in SPLITS] == [2, 1, 1]


def test_no_mini_batch_left_is_told():
    with temporary_folder():
        with raises(ValueError, "a mini batch has 2 rows", "holds 0"):
            split(splits={"base": [11], "shot": [], "p": 0})
        assert made_folders() == []


def test_test_files_of_matlab_make_the_test_split_q14():
    arrays = three((20, 8, 12), shape=(2, 2, 1))
    with temporary_folder():
        for name, pair in arrays.items():
            write_mat("mat", name, 0, *pair)
        for maker in (split_all, split_only_train):
            data = make(maker=maker, extra={"split_args": {"base": range(10), "shot": [], "p": 0}},
                        source="matlab", location="mat", mini_batch_size=2, height=2, width=2)[1]
            x, y = arrays["test"]
            np.testing.assert_allclose(data.load("test")[0], flat(x) / arrays["train"][0].max(),
                                       rtol=1e-6)


def test_wrong_splits_are_refused():
    cases = (
        (["base"], ("a dict of 'base', 'shot' and 'p'",)),
        ({"base": [0], "p": 1}, ("a dict of 'base', 'shot' and 'p'",)),
        (dict(SPLIT, base=3), ("'base' must be a list of class numbers", "got 3")),
        (dict(SPLIT, shot=[-1]), ("'shot' must be a list", "[-1]")),
        (dict(SPLIT, p=-1), ("p must be an integer above 0, got -1",)),
        (dict(SPLIT, shot=[2]), ("class 2 is in 'base' and in 'shot'",)),
    )
    with temporary_folder():
        for splits, words in cases:
            with raises(ValueError, "split_all", *words):
                split(splits=splits)


# -- two data sets ------------------------------------------------------------------------------

def two(**second):
    """Return two data sets split by class, of classes 0 to 2 and 3 to 4, in two blocks a split."""
    sizes = dict(batches2train=2, batches2validate=2, mini_batch_size=2,
                 mini_batches_per_batch=(4, 2, 1))
    first = split(splits={"base": [0, 1, 2], "shot": [3, 4], "p": 0}, **sizes)[0]
    return first, split(splits={"base": [0, 1], "shot": [5], "p": 1}, **dict(sizes, **second))[0]


def test_the_second_trains_and_both_test_with_blocks_of_both_q50():
    with temporary_folder():
        first, second = two()
        made = combine_split_datasets((first.root, second.root), 0, save_directory="made")
        data, one, other = map(open_dataset, (made.root, first.root, second.root))
        assert data.mini_batches_per_batch == (4, 4, 2) == made.mini_batches_per_batch
        assert [data.blocks(name) for name in SPLITS] == [2, 2, 1]
        x, y = every_row(other, "train")
        same_rows(every_row(data, "train"), x, y + 3)
        for name in ("valid", "test"):
            (x1, y1), (x2, y2) = every_row(one, name), every_row(other, name)
            same_rows(every_row(data, name), np.concatenate([x1, x2]), np.concatenate([y1, y2 + 3]))
        assert (made.n_classes_1, made.n_classes_2) == (3, 3)
        assert made.splits == data.splits == {"base": [3, 4, 5], "shot": [0, 1, 2], "p": 0}
        assert made.dataset_location() == made.root


def test_the_rows_of_each_block_are_shuffled_by_numpys_generator():
    with temporary_folder():
        first, second = two()
        labels = []
        for seed in (0, 0, 1):
            np.random.seed(seed)
            made = combine_split_datasets((first.root, second.root), 0, save_directory="made")
            labels.append(open_dataset(made.root).labels("valid").tolist())
        assert labels[0] == labels[1] != labels[2]
        block = every_row(open_dataset(first.root), "valid")[1][:4].tolist()
        assert labels[0][:4] != block and set(labels[0]) == {0, 1, 2, 3, 4, 8}


def test_mixed_data_sets_keep_their_class_numbers_and_their_own_record():
    record = {"base": [0, 1], "shot": [2], "p": 1}
    with temporary_folder():
        first, second = two()
        made = mix_split_datasets((first.root, second.root), 0, save_directory="x/y",
                                  splits=record, format="pickle")
        data = open_dataset(made.root)
        assert made.root.startswith("x/y/_dataset_") and data.splits == record
        same_rows(every_row(data, "train"), *every_row(open_dataset(second.root), "train"))


def test_a_data_set_with_fewer_blocks_adds_its_rows_once():
    with temporary_folder():
        first, second = two(batches2train=1, batches2validate=1)
        made = combine_split_datasets((first.root, second.root), 0, save_directory="made")
        data, one, other = map(open_dataset, (made.root, first.root, second.root))
        x, y = (np.concatenate(part) for part in zip(every_row(one, "valid"),
                                                     every_row(other, "valid")))
        assert data.rows("valid") == len(x) == 12
        np.testing.assert_array_equal(np.sort(every_row(data, "valid")[0], axis=0),
                                      np.sort(x, axis=0))
        assert data.rows("train") == other.rows("train")


def test_data_sets_that_do_not_fit_are_refused():
    with temporary_folder():
        first, second = two()
        other = two(mini_batch_size=4)[1]
        with raises(ValueError, "combine_split_datasets", "mini_batch_size 2 but", " 4"):
            combine_split_datasets((first.root, other.root))
        plain = make(source="arrays", train=rows(4), mini_batch_size=2)[0]
        with raises(ValueError, "mini_batches_per_batch"):
            mix_split_datasets((first.root, plain.root))
        with raises(ValueError, "no record of a class split", "split_all"):
            combine_split_datasets((plain.root, plain.root))
        with raises(FileNotFoundError, "nowhere"):
            combine_split_datasets(("nowhere", second.root))
