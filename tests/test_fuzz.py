"""Readers meet damaged and hostile files: refused by name, nothing done on the way.

Each file of each reader is cut short, changed, filled with absurd numbers and replaced by other
things, a pickle with code among them. Python's audit events tell what a reader writes, starts or
looks up.
"""

import contextlib
import io
import os
import pickle
import random
import re
import signal
import sys
import tarfile
import tempfile
import tracemalloc
import warnings
import zipfile
import zlib
from pathlib import Path

from tests.readers import AMAT, CIFAR10, READERS, picture, put, tar, zipped

SEED = 20160225
TIMES = 30              # random damage to a reader's files
MOST_BYTES = 60e6       # of Python's and NumPy's memory, for files of a few thousand
LONGEST = 60            # seconds, after which a reader counts as one that never ends
NUMBERS = [b"\xff" * 4, b"\xff" * 8, b"\x7f" + b"\xff" * 7, b"\xff" * 7 + b"\x7f", bytes(8),
           b"\0\0\0\x80", b"9" * 12]
FORBIDDEN = {"os.system", "os.exec", "os.posix_spawn", "os.fork", "subprocess.Popen",
             "pickle.find_class", "socket.connect", "socket.bind"}
WRITING = {"os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.symlink", "os.link", "os.chmod",
           "os.truncate", "os.utime", "shutil.rmtree", "shutil.move"}


# -- what a reader does --------------------------------------------------------------------------

class Watch:
    """Notes what is done while it is on; an audit hook can't be taken away again."""

    def __init__(self):
        self.on, self.done = False, []

    def __call__(self, event, arguments):
        if self.on and (event in FORBIDDEN or event in WRITING
                        or event == "open" and is_writing(*arguments)):
            self.done.append((event, str(arguments[0])))

    def __enter__(self):
        self.on, self.done = True, []

    def __exit__(self, *_):
        self.on = False


def is_writing(path, mode, flags):
    return bool(flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC))


WATCH = Watch()
sys.addaudithook(WATCH)


@contextlib.contextmanager
def in_time():
    """End what never ends, where the system has such a clock."""
    def too_long(*_):
        raise AssertionError(f"it took longer than {LONGEST} seconds")
    if not hasattr(signal, "alarm"):
        yield
        return
    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(LONGEST)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def attempt(reader, files, names=None):
    """Let `reader` read `files`, name -> bytes; return what it refuses them with, or None.

    Check that it does nothing else, and that what it says names one of `names`, by default of
    `files`, or their folder.
    """
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / "here"
        put(files)(folder)
        said = refusal(reader, folder)
        deeds = [(event, path) for event, path in WATCH.done
                 if event in FORBIDDEN or not (reader.unpacks and is_inside(path, folder))]
        assert deeds == [], deeds
        assert os.listdir(parent) == ["here"]
        if not reader.unpacks:
            assert contents(folder) == files
        if said is not None:
            known = [str(folder), *(Path(name).name for name in names or files)]
            assert any(name in said for name in known), said
            return said.replace(str(folder), "")


def refusal(reader, folder):
    """Read; return what the refusal says, or None. Check time and memory."""
    tracemalloc.start()
    try:
        with warnings.catch_warnings(), in_time(), WATCH:
            warnings.simplefilter("ignore")     # of other packages, about odd files
            reader.read(folder)
        return None
    except (ValueError, FileNotFoundError) as error:
        return str(error)
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        # NumPy counts what it asked for and did not get: no more than that is beyond the machine's.
        assert peak < MOST_BYTES or peak > memory(), f"{peak} bytes"


def memory():
    """Return the bytes of memory that this machine has."""
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def is_inside(path, folder):
    return folder.resolve() in Path(folder, path).resolve().parents


def contents(folder):
    """Return the files below `folder`, name -> bytes."""
    return {path.relative_to(folder).as_posix(): path.read_bytes()
            for path in sorted(folder.rglob("*")) if path.is_file()}


def files_of(reader):
    """Return the files that `reader` reads, name -> bytes."""
    with tempfile.TemporaryDirectory() as folder:
        reader.make(Path(folder))
        return contents(Path(folder))


# -- damage --------------------------------------------------------------------------------------

def damaged(data, rng):
    """Return `data` cut short, with changed bits, absurd numbers, or bytes too many."""
    wrong = bytearray(data)
    kind = rng.choice(("cut", "flip", "number", "digits", "grow", "swap"))
    at = rng.randrange(len(wrong))
    if kind == "cut":
        del wrong[at:]
    elif kind == "flip":
        for _ in range(rng.choice((1, 3, 20))):
            wrong[rng.randrange(len(wrong))] ^= 1 << rng.randrange(8)
    elif kind == "number":      # more often where headers are
        at = rng.choice((at, rng.randrange(min(64, len(wrong)))))
        number = rng.choice(NUMBERS)
        wrong[at:at + len(number)] = number
    elif kind == "digits":      # headers of text: every number that stands there, one of them
        found = list(re.finditer(rb"[0-9]+", data))
        where = rng.choice(found).span() if found else (at, at)
        wrong[slice(*where)] = rng.choice((b"9" * 19, b"-1", b"0", b"1e400", b"7" * 12))
    elif kind == "grow":
        wrong += bytes(rng.randrange(1, 5000))
    else:
        other = rng.randrange(len(wrong))
        wrong[at:at + 16], wrong[other:other + 16] = wrong[other:other + 16], wrong[at:at + 16]
    return bytes(wrong)


class Mark:
    """Pickles as a call that makes the file `path`."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (self.path,)


MARK = os.path.join(tempfile.gettempdir(), "yann_weightnorm_was_fooled")
HUGE_PICTURE = (lambda body: b"\x89PNG\r\n\x1a\n" + len(body[4:]).to_bytes(4, "big") + body
                + zlib.crc32(body).to_bytes(4, "big"))(
    b"IHDR" + (60000).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0")
# What may lie in place of a file, by what it is.
REPLACEMENTS = {
    "nothing": b"", "zeros": bytes(100000), "noise": random.Random(SEED).randbytes(5000)
    if hasattr(random.Random, "randbytes") else os.urandom(5000),
    "text": "d\u00e9j\u00e0 vu\n".encode() * 100, "nested JSON": b"[" * 100000,
    "a pickle with code": pickle.dumps(Mark(MARK), 2),
    "another pickle with code": pickle.dumps({"fc": [Mark(MARK)]}, 4),
    "a huge picture": HUGE_PICTURE, "a picture": picture("PNG"),
    "a zip file": zipped({"other.txt": b"other"}), "an archive": tar("w:gz", {"other": b"other"}),
    "an array of objects": b"\x93NUMPY\x01\0v\0" + b"{'descr': '|O', 'fortran_order': False, "
                           b"'shape': (1,)}".ljust(117) + b"\n" + pickle.dumps(Mark(MARK), 2),
    "a promise in safetensors": (2 ** 62).to_bytes(8, "little") + b"{}",
}


def check_reader(name):
    reader = READERS[name]
    files = files_of(reader)
    assert attempt(reader, files) is None
    rng, refused = random.Random(SEED), 0
    for _ in range(TIMES):
        victim = rng.choice(sorted(files))
        wrong = dict(files, **{victim: damaged(files[victim], rng)})
        refused += attempt(reader, wrong) is not None
    assert refused, "no damage at all was found"
    for victim in files:
        for kind, content in REPLACEMENTS.items():
            said = attempt(reader, dict(files, **{victim: content}))
            assert not os.path.exists(MARK), f"{kind} in place of {victim} was run"
            assert said or content == files[victim] or kind == "a picture", (victim, kind)
    assert attempt(reader, {"other": b""}, names=files), "no file at all"


def of_reader(name):
    """Return the test of the reader `name`."""
    def test():
        check_reader(name)
    test.__name__ = "test_fuzz_" + re.sub(r"\W+", "_", name)
    return test


# A test for each reader, under a name that nose and pytest find.
globals().update({test.__name__: test for test in map(of_reader, READERS)})
del of_reader


# -- archives ------------------------------------------------------------------------------------

CLIMBERS = ("../escaped", "../../escaped", "/tmp/yann_weightnorm_escaped", "a/../../escaped",
            "..\\escaped", "C:\\escaped")


def test_members_that_climb_out_stay_in():
    jpeg = picture("JPEG")
    for climber in CLIMBERS:
        cases = {
            "CIFAR-10, archive": {"cifar-10-binary.tar.gz": tar(
                "w:gz", {climber: b"x", climber + "/data_batch_2.bin": b"\3" + bytes(3072),
                         **CIFAR10})},
            "amat, tar": {"some.archive": tar("w:gz", {climber + "/some.amat": AMAT})},
            "amat, zip": {"some.archive": zipped({climber + "/some.amat": AMAT})},
            "CelebA": {"_data/img_align_celeba.zip": zipped({
                climber + ".jpg": jpeg, climber + "/2.jpg": jpeg, "3.jpg": jpeg})}}
        for name, files in cases.items():
            attempt(READERS[name], files)       # which looks for what is outside
            assert not os.path.exists("/tmp/yann_weightnorm_escaped")


def test_links_and_devices_in_archives_are_not_followed():
    with tempfile.TemporaryDirectory() as folder:
        secret = Path(folder) / "secret"
        secret.write_bytes(b"\3" + bytes(3072))
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE):
            members = dict(CIFAR10, **{"data_batch_1.bin": (kind, str(secret))})
            del members["cifar-10-batches-bin/data_batch_1.bin"]
            assert attempt(READERS["CIFAR-10, archive"], {
                "cifar-10-binary.tar.gz": tar("w:gz", members)}), kind
            assert attempt(READERS["amat, tar"], {
                "some.archive": tar("w:gz", {"some.amat": (kind, str(secret))})}), kind


def test_small_archives_that_unfold_to_much_are_refused():
    long_line = zipped({"some.amat": b"1 " * 50_000_000})
    assert "longer than" in attempt(READERS["amat, zip"], {"some.archive": long_line})
    large = zipped({"faces/1.jpg": bytes(100_000_000)})
    assert "no picture of CelebA" in attempt(READERS["CelebA"],
                                             {"_data/img_align_celeba.zip": large})


def test_zip_files_that_ask_for_memory_or_lie_about_places_are_refused():
    good = zipped({"faces/some.jpg": b"x" * 100, "some.amat": AMAT})
    squeezed = io.BytesIO()
    with zipfile.ZipFile(squeezed, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("faces/some.jpg", b"x" * 100)
        archive.writestr("some.amat", AMAT)
    # In the directory at the end, an entry has the compressed size at byte 20, the place at 42.
    for content, words in ((squeezed.getvalue(), "stored or deflated"),
                           (with_number(good, 20, 2 ** 31 - 1), "doesn't lie in it"),
                           (with_number(good, 42, 2 ** 31 - 1), "doesn't lie in it")):
        for name in ("amat, zip", "CelebA"):
            file = next(iter(files_of(READERS[name])))
            assert words in attempt(READERS[name], {file: content}), (name, words)


def with_number(archive, offset, number):
    """Return the zip file with `number` in every entry of its directory."""
    for entry in re.finditer(rb"PK\x01\x02", archive):
        at = entry.start() + offset
        archive = archive[:at] + number.to_bytes(4, "little") + archive[at + 4:]
    return archive


# -- the watch itself ----------------------------------------------------------------------------

def test_the_watch_sees_what_is_done():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "x")
        with WATCH:
            open(path, "w").close()
            open(path).close()
            os.mkdir(path + "y")
            pickle.loads(pickle.dumps(Mark(path + "z")))
        assert [event for event, _ in WATCH.done] == [
            "open", "os.mkdir", "pickle.find_class", "os.mkdir"]
        os.mkdir(path + "unwatched")
        assert len(WATCH.done) == 4
