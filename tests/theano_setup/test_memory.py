"""An answer is found out once, and again when what it depends on changes."""

import os
import tempfile

from yann_weightnorm.theano_setup import memory
from yann_weightnorm.theano_setup.flags import Flags


def test_an_answer_is_remembered_until_a_fact_changes():
    asked = []

    def find_out():
        asked.append(1)
        return {"answer": len(asked)}

    with tempfile.TemporaryDirectory() as folder:
        assert memory.recall(folder, {"a": 1}, find_out) == {"answer": 1}
        assert memory.recall(folder, {"a": 1}, find_out) == {"answer": 1}
        assert memory.recall(folder, {"a": 2}, find_out) == {"answer": 2}


def test_a_broken_note_is_found_out_again():
    with tempfile.TemporaryDirectory() as folder:
        memory.recall(folder, 1, lambda: "old")
        note, = os.listdir(folder)
        with open(os.path.join(folder, note), "w") as file:
            file.write('{"facts"')
        assert memory.recall(folder, 1, lambda: "new") == "new"


def test_a_folder_that_cannot_be_written_does_no_harm():
    assert memory.recall("/proc/no/such", 1, lambda: "answer") == "answer"


def test_notes_lie_where_the_user_lets_theano_compile():
    given = Flags({"THEANO_FLAGS": "base_compiledir=/some/where", "THEANORC": ""})
    assert memory.folder(given) == os.path.join("/some/where", "yann_weightnorm")
