"""What the user names comes first, then what the system names, then what lies there."""

import os
import tempfile

from yann_weightnorm.theano_setup import candidates
from yann_weightnorm.theano_setup.candidates import NAMED, chosen_alternative, renames


def test_the_order():
    found = list(candidates.candidates({NAMED: "-lmine", "BLAS_LIBS": "-lsites"}))
    names = [candidate.name for candidate in found]
    assert names[:2] == [NAMED, "BLAS_LIBS"]
    assert names[-2:] == ["the system's OpenBLAS", "the system's BLAS"]
    assert names.index("scipy-openblas32") < names.index("the system's OpenBLAS")
    assert [candidate.named for candidate in found[:3]] == [True, True, False]


def test_nothing_is_named_by_an_empty_variable():
    assert not any(candidate.named for candidate in candidates.candidates({NAMED: " "}))


def test_an_alternative_counts_only_if_somebody_chose_it():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "libblas.so-x86_64-linux-gnu")
        for status, found in (("auto", 0), ("manual", 1)):
            with open(path, "w") as file:
                file.write(status + "\n/usr/lib/libblas.so\n")
            assert len(list(chosen_alternative(path))) == found, status


def test_renames_are_the_same_every_time_and_cover_theanos_calls():
    assert renames("p_") == renames("p_")
    assert {"-Dsgemm_=p_sgemm_", "-Didamax_=p_idamax_",
            "-Dopenblas_set_num_threads=p_openblas_set_num_threads"} <= set(renames("p_"))
