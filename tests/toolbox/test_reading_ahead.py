"""Reading ahead: the same results in the same order, sooner; errors where they are due."""

import copy
import pickle
import threading

from tests.small import message
from yann_weightnorm.toolbox.reading_ahead import ReadingAhead


class Reader:
    """Notes which keys are asked for, in which thread; other threads wait at its gate."""

    def __init__(self):
        self.keys, self.threads, self.fails = [], [], set()
        self.gate = threading.Event()
        self.gate.set()
        self.busy = threading.Lock()

    def __call__(self, name, number):
        assert self.busy.acquire(blocking=False), "called twice at once"
        try:
            here = threading.current_thread()
            assert here is threading.main_thread() or self.gate.wait(60)
            self.keys.append((name, number))
            self.threads.append(here)
            if (name, number) in self.fails:
                raise ValueError(f"{name} {number} is damaged")
            return f"{name} {number}"
        finally:
            self.busy.release()


def following(key):
    name, number = key
    return (name, number + 1) if number < 2 else None


def walk(ahead, *keys):
    """Ask for each of `keys`, named such as a0; return the results."""
    results = []
    for key in keys:
        results.append(ahead((key[0], int(key[1]))))
        ahead.wait()
    return results


def test_results_are_those_of_plain_calls_in_any_order():
    for keys in (["a0", "a1", "a2"] * 2, ["a1", "a0", "b0", "a1", "a1"], ["a2", "a2", "a0"]):
        assert walk(ReadingAhead(Reader(), following), *keys) == [f"{k[0]} {k[1]}" for k in keys]


def test_the_next_is_read_in_another_thread_before_it_is_asked_for():
    reader = Reader()
    ahead = ReadingAhead(reader, following)
    walk(ahead, "a0")
    assert reader.keys == [("a", 0), ("a", 1)]
    walk(ahead, "a1")
    assert reader.keys == [("a", 0), ("a", 1), ("a", 2)]
    here = threading.current_thread()
    assert reader.threads[0] is here and here not in reader.threads[1:]


def test_what_followed_is_learned():
    reader = Reader()
    ahead = ReadingAhead(reader, following)
    walk(ahead, "a0", "a1", "a2", "b2", "a0", "a1", "a2")
    del reader.keys[:]
    walk(ahead, "b2", "a0", "a1")
    assert reader.keys == [("a", 0), ("a", 1), ("a", 2)]     # each once, b2 before


def test_a_slow_read_holds_nobody_up_before_it_is_needed_and_its_thread_ends():
    reader = Reader()
    ahead = ReadingAhead(reader, following)
    reader.gate.clear()
    assert ahead(("a", 0)) == "a 0"         # though the next one waits
    assert reader.keys == [("a", 0)]
    reader.gate.set()
    assert ahead(("a", 1)) == "a 1"
    ahead.wait()
    assert len(reader.threads) == 3
    assert not any(thread.is_alive() for thread in reader.threads[1:])


def test_an_error_is_raised_where_its_result_is_asked_for():
    reader = Reader()
    reader.fails.add(("a", 1))
    ahead = ReadingAhead(reader, following)
    assert walk(ahead, "a0") == ["a 0"]
    assert message(ValueError, ahead, ("a", 1)) == "a 1 is damaged"
    reader.fails.clear()
    assert walk(ahead, "a1", "a2") == ["a 1", "a 2"]        # and goes on if it can be read now


def test_an_error_of_a_wrong_guess_is_nobody_s():
    reader = Reader()
    reader.fails.add(("a", 1))
    assert walk(ReadingAhead(reader, following), "a0", "b0", "b1") == ["a 0", "b 0", "b 1"]


def test_never_two_calls_at_once():
    reader = Reader()
    ahead = ReadingAhead(reader, following)
    for key in (("a", 0), ("b", 0), ("a", 2), ("a", 0)):    # `Reader` would object
        ahead(key)
    ahead.wait()
    assert ahead.now(("c", 0)) == "c 0"


def test_no_guess_no_thread():
    reader = Reader()
    walk(ReadingAhead(reader), "a0", "a1")
    assert set(reader.threads) == {threading.current_thread()}


def test_a_copy_reads_for_itself():
    ahead = ReadingAhead(divmod, following_of_number)
    assert ahead((7, 2)) == (3, 1)
    for copied in (pickle.loads(pickle.dumps(ahead)), copy.deepcopy(ahead)):
        assert copied((8, 2)) == (4, 0) and copied((1, 1)) == (1, 0)
        copied.wait()
    ahead.wait()


def following_of_number(key):
    return key[0] + 1, key[1]
