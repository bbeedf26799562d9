"""Fetching one file from a server of this machine, which behaves well and badly."""

import contextlib
import errno
import io
import multiprocessing
import os
import random
import resource
import signal
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

from tests.toolbox.datasets.helpers import raises
from tests.toolbox.datasets.server import (
    answering, body, head, normally, serving, slowly, stalling, until, whole_only)
from yann_weightnorm.toolbox.datasets.transfer import Patience, fetch

DATA = np.random.RandomState(5).bytes(300000)
QUICK = Patience(attempts=3, wait=0, timeout=5)
FORK = multiprocessing.get_context("fork")


@contextlib.contextmanager
def folder():
    """An empty folder, and what is said while it is there."""
    with tempfile.TemporaryDirectory() as place, \
            contextlib.redirect_stderr(io.StringIO()) as said:
        yield Path(place), said


def names(place):
    return sorted(path.name for path in place.iterdir())


def arrives(served, place, patience=QUICK, **changed):
    """Fetch the data, and see that it and nothing else is in `place`."""
    path = fetch(served.file(**changed), place, patience)
    assert path.read_bytes() == served.data and names(place) == [path.name], names(place)


def test_a_file_arrives_once():
    with serving(DATA) as served, folder() as (place, said):
        arrives(served, place / "new")
        arrives(served, place / "new")
        assert served.requests == [None] and said.getvalue() == ""


def test_what_broke_off_is_gone_on_with():
    with serving(DATA, until(100000), until(250000)) as served, folder() as (place, said):
        arrives(served, place)
    first, second, third = served.requests
    starts = [int(asked[6:-1]) for asked in (second, third)]
    # What was on its way when the connection broke may be lost, at most a piece of 64 KiB.
    assert first is None and 100000 - 65536 < starts[0] <= 100000 < starts[1] <= 250000
    assert served.sent < len(DATA) + 2 * 65536
    assert f"{starts[0]} of 300000 bytes are there; going on" in said.getvalue()
    assert "broke off" in said.getvalue() and "trying again" in said.getvalue()


def test_what_an_earlier_process_left_is_gone_on_with():
    with serving(DATA) as served, folder() as (place, said):
        (place / "numbers.bin.part").write_bytes(DATA[:123456])
        arrives(served, place)
        assert served.requests == ["bytes=123456-"] and served.sent == 300000 - 123456
        assert "numbers.bin: 123456 of 300000 bytes are there; going on" in said.getvalue()


def test_a_whole_part_needs_no_server():
    with serving(DATA) as served, folder() as (place, _):
        (place / "numbers.bin.part").write_bytes(DATA)
        arrives(served, place)
        assert served.requests == []


def test_a_part_that_is_too_long_or_wrong_is_thrown_away():
    for left, asked in ((DATA + b"x", [None]), (b"?" * 1000, ["bytes=1000-", None]),
                        (b"?" * 300000, [None])):
        with serving(DATA) as served, folder() as (place, said):
            (place / "numbers.bin.part").write_bytes(left)
            arrives(served, place)
            assert served.requests == asked, served.requests
            assert len(left) > 300000 or "another checksum" in said.getvalue()


def test_a_server_that_sends_whole_files_only():
    with serving(DATA, until(100000), whole_only) as served, folder() as (place, said):
        arrives(served, place)
        assert len(served.requests) == 2 and served.requests[1]
        assert "the server sends whole files only; beginning anew" in said.getvalue()


def test_another_part_than_the_one_asked_for():
    def wrong(handler, served):
        head(handler, 206, Content_Range="bytes 0-299999/300000")
        body(handler, served)
    with serving(DATA, wrong) as served, folder() as (place, _):
        (place / "numbers.bin.part").write_bytes(DATA[:5000])
        with raises(ConnectionError, "sends another part than the one asked for (bytes 0-299999)"):
            fetch(served.file(), place, QUICK)
        arrives(served, place)     # what was there is still good
        assert served.requests == ["bytes=5000-"] * 2


def test_another_file_is_refused_by_its_length():
    with serving(DATA) as served, folder() as (place, _):
        for size in (299999, 300001):
            with raises(ConnectionError, served.host, f"offers 300000 bytes, but the published "
                                                      f"file has {size}"):
                fetch(served.file(size=size), place, QUICK)
        (place / "numbers.bin.part").write_bytes(DATA[:100])
        with raises(ConnectionError, "offers 300000 bytes"):
            fetch(served.file(size=299999), place, QUICK)
        assert names(place) == ["numbers.bin.part"]


def test_a_body_of_another_length_than_promised():
    def endless(handler, served):
        head(handler, 200)
        body(handler, served)
        body(handler, served)

    def short(handler, served):
        head(handler, 200)
        body(handler, served, stop=1000)
    with serving(DATA, endless) as served, folder() as (place, _):
        with raises(ConnectionError, "sends more than the 300000 bytes"):
            fetch(served.file(), place, QUICK)
        assert names(place) == []
    with serving(DATA, short) as served, folder() as (place, said):
        arrives(served, place)
        assert "broke off at 1000 of 300000 bytes" in said.getvalue()


def test_another_file_is_refused_by_its_checksum():
    with serving(DATA) as served, folder() as (place, _):
        with raises(ConnectionError, "numbers.bin has another checksum than the published file"):
            fetch(served.file(sha256="0" * 64), place, QUICK)
        assert names(place) == [] and served.requests == [None]


def test_wrong_data_in_pieces_is_not_asked_for_without_end():
    with serving(DATA, until(100000), normally, until(100000), normally) as served, \
            folder() as (place, _):
        with raises(ConnectionError, "another checksum"):
            fetch(served.file(sha256="0" * 64), place, QUICK)
        assert len(served.requests) == 4 and names(place) == []


def test_the_next_address_is_tried():
    with serving(DATA, answering(404)) as bad, serving(DATA) as good, folder() as (place, said):
        arrives(good, place, bases=(bad.base, good.base))
        assert len(bad.requests) == len(good.requests) == 1
        assert f"{bad.base}numbers.bin: answers 404 Not Found." in said.getvalue()


def test_a_second_address_goes_on_from_what_the_first_gave():
    broken = [until(200000)] + [answering(503)] * 3
    with serving(DATA, *broken) as bad, serving(DATA) as good, folder() as (place, _):
        arrives(good, place, bases=(bad.base, good.base))
        assert len(bad.requests) == 4 and good.sent < 200000


def test_answers_that_may_change_are_asked_for_again():
    for status in (500, 503, 429):
        with serving(DATA, *[answering(status)] * 2) as served, folder() as (place, _):
            arrives(served, place)
            assert len(served.requests) == 3
    with serving(DATA, *[answering(500)] * 9) as served, folder() as (place, _):
        with raises(ConnectionError, f"{served.host}: answers 500"):
            fetch(served.file(), place, QUICK)
        assert len(served.requests) == 3 and names(place) == []


def test_answers_that_will_not_change_are_not():
    for status in (403, 404, 410, 416):
        with serving(DATA, answering(status)) as served, folder() as (place, _):
            with raises(ConnectionError, f"answers {status}"):
                fetch(served.file(), place, QUICK)
            assert len(served.requests) == 1 and names(place) == []


def test_redirects_are_followed_but_not_in_a_circle():
    with serving(DATA, answering(302, Location="/elsewhere")) as served, folder() as (place, _):
        arrives(served, place)
        assert len(served.requests) == 2
    with serving(DATA, *[answering(301, Location="/round")] * 200) as served, \
            folder() as (place, _), raises(ConnectionError, "no answer", "redirects"):
        fetch(served.file(), place, Patience(1, 0, 5))


def test_a_server_that_falls_silent():
    with serving(DATA, stalling(100000), stalling(0)) as served, folder() as (place, said):
        arrives(served, place, Patience(attempts=2, wait=0, timeout=0.3))
        assert len(served.requests) == 3 and "timed out" in said.getvalue()


def test_nobody_there_is_told_in_few_words():
    with serving(DATA) as served:
        file = served.file()
    with folder() as (place, _):
        with raises(ConnectionError, f"{served.host}: no answer (Failed to establish a new "
                                     f"connection: ", "refused)"):
            fetch(file, place, QUICK)
        assert names(place) == []


def test_bytes_come_as_they_are():
    def labelled(handler, served):
        assert handler.headers["Accept-Encoding"] == "identity"
        head(handler, 200, Content_Length=len(served.data), Content_Encoding="gzip")
        body(handler, served)
    with serving(DATA, labelled) as served, folder() as (place, _):
        arrives(served, place)


def test_too_large_for_the_disk():
    with serving(DATA) as served, folder() as (place, _):
        with raises(OSError, "numbers.bin needs 1000000000000000000 bytes more", "are free"):
            fetch(served.file(size=10 ** 18), place, QUICK)
        assert served.requests == [] and names(place) == []


# -- other processes ----------------------------------------------------------------------------

def child(work, *args):
    """Return a started process that does `work`; its exit code is 0 if that went well."""
    def quietly():
        sys.stderr = io.StringIO()
        work(*args)
    process = FORK.Process(target=quietly)
    process.start()
    return process


def test_killed_at_any_moment_it_goes_on_with_what_is_there():
    rng = random.Random(1)
    with serving(DATA, *[slowly] * 1000) as served, folder() as (place, said):
        (place / "numbers.bin.part").touch()
        while names(place) == ["numbers.bin.part"]:
            before = (place / "numbers.bin.part").read_bytes()
            process = child(fetch, served.file(), place, QUICK)
            time.sleep(rng.uniform(0.01, 0.06))
            os.kill(process.pid, signal.SIGKILL)
            process.join()
            for path in place.iterdir():
                found = path.read_bytes()
                assert found == DATA if path.name == "numbers.bin" else DATA.startswith(found)
                assert len(found) >= len(before)
        assert said.getvalue() == "" and names(place) == ["numbers.bin"]


def test_killed_in_the_middle_it_asks_for_the_rest_only():
    with serving(DATA, stalling(200000)) as served, folder() as (place, _):
        process, left = child(fetch, served.file(), place, QUICK), place / "numbers.bin.part"
        while not left.exists() or left.stat().st_size < 100000:
            assert process.is_alive()
            time.sleep(0.005)
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        size = left.stat().st_size
        assert names(place) == [left.name] and left.read_bytes() == DATA[:size]
        arrives(served, place)
        assert served.requests == [None, f"bytes={size}-"]


def test_processes_that_want_the_same_file_take_turns():
    with serving(DATA, *[slowly] * 9) as served, folder() as (place, _):
        processes = [child(fetch, served.file(), place, QUICK) for _ in range(4)]
        for process in processes:
            process.join()
        assert [process.exitcode for process in processes] == [0] * 4
        arrives(served, place)
        assert served.sent == len(DATA) and served.requests == [None]


def test_who_waits_takes_over_from_who_is_killed():
    with serving(DATA, stalling(200000)) as served, folder() as (place, _):
        first = child(fetch, served.file(), place, QUICK)
        while served.sent < 200000:
            time.sleep(0.005)
        second = child(fetch, served.file(), place, QUICK)
        time.sleep(0.05)
        assert second.is_alive() and len(served.requests) == 1
        os.kill(first.pid, signal.SIGKILL)
        for process in (first, second):
            process.join()
        assert second.exitcode == 0
        arrives(served, place)


def test_who_waits_begins_anew_after_who_gave_up():
    def late(handler, served):
        served.over.wait(0.2)
        head(handler, 404)
    with serving(DATA, late) as served, folder() as (place, _):
        first = child(fetch, served.file(), place, QUICK)
        while not served.requests:
            time.sleep(0.005)
        second = child(fetch, served.file(), place, QUICK)
        for process in (first, second):
            process.join()
        assert (first.exitcode, second.exitcode) == (1, 0)
        arrives(served, place)


def limited(file, place):
    """Fetch with no room for more than 120,000 bytes in a file; exit with what went wrong."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (120000, resource.RLIM_INFINITY))
    try:
        fetch(file, place, QUICK)
    except OSError as error:
        os._exit(error.errno)


def test_a_full_disk_loses_nothing():
    with serving(DATA, normally) as served, folder() as (place, _):
        process = child(limited, served.file(), place)
        process.join()
        assert process.exitcode == errno.EFBIG
        left = (place / "numbers.bin.part").read_bytes()
        assert names(place) == ["numbers.bin.part"] and left == DATA[:len(left)] != b""
        arrives(served, place)
        assert served.requests[1] == f"bytes={len(left)}-"
