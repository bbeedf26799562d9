"""Fetch a published file over HTTP, from where an earlier attempt stopped.

What has come lies in ``NAME.part`` beside the file's place, and takes the name once its length and
checksum are the published ones: a file with the right name is whole.
"""

import errno
import os
import re
import shutil
import time
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from yann_weightnorm.toolbox.datasets.part_file import part_file, tell

__all__ = ["Patience", "fetch"]

CHUNK = 1 << 16
FOR_NOW = (408, 425, 429)    # answers below 500 that a later attempt may not get
WHOLE, PART = 200, 206       # answers that carry the file
# How urllib3 begins what it says; the address is told already.
CONNECTION = re.compile(r"^(<[^>]*>|HTTPS?Connection(Pool)?\(.*?\)): ")


class Patience(NamedTuple):
    """How long to try.

    Parameters
    ----------
    attempts : int, default 3
        Attempts in a row that bring nothing, before an address is given up.
    wait : float, default 1
        Seconds before the second attempt, twice as many before the third, and so on.
    timeout : float, default 30
        Seconds without an answer, or without data, that end an attempt.
    """

    attempts: int = 3
    wait: float = 1.0
    timeout: float = 30.0


class _Refused(Exception):
    """The address does not give the published file, and asking again is no use."""


class _Broken(Exception):
    """The attempt ended early. What came stays."""


def fetch(file, place, patience=Patience()):  # noqa: B008 - it can't be changed
    """Return the path of `file` in the folder `place`, fetched first if it isn't there.

    Its addresses are tried in order. An attempt goes on from what earlier ones left, also those of
    a process that was killed. Processes that want the same file take turns: the second finds it.

    Parameters
    ----------
    file : PublishedFile
    place : path-like
        Made if need be.
    patience : Patience

    Returns
    -------
    pathlib.Path

    Raises
    ------
    ConnectionError
        If no address gave the file; the message tells what each server did. What came stays.
    OSError
        If the disk is full, or can't be written to.
    """
    target = Path(place) / file.name
    target.parent.mkdir(parents=True, exist_ok=True)
    with part_file(target) as part:
        if not target.exists():
            _room(file, part)
            _from_any_address(file, part, patience)
            part.flush()
            os.fsync(part.fileno())
            os.replace(part.name, target)
    return target


def _room(file, part):
    """Refuse early what would not fit on the disk."""
    lacking = file.size - _length(part)
    free = shutil.disk_usage(Path(part.name).parent).free
    if lacking > free:
        raise OSError(errno.ENOSPC, f"{file.name} needs {lacking} bytes more, but only {free} are "
                                    f"free; make room, or choose another folder", part.name)


def _from_any_address(file, part, patience):
    problems = []
    for address in file.addresses:
        try:
            return _from_address(address, file, part, patience)
        except (_Broken, _Refused) as problem:
            problems.append(f"{urlsplit(address).netloc}: {problem}")
            tell(f"{address}: {problem}.")
    raise ConnectionError("; ".join(problems))


def _from_address(address, file, part, patience):
    """Fill `part` from one address, in as many attempts as bring something."""
    left, excused = patience.attempts, True
    while True:
        before = _length(part)
        try:
            _receive(address, file, part, patience.timeout)
            return _check(file, part, excused and before > 0)
        except _Broken as problem:
            left = patience.attempts if _length(part) > before else left - 1
            excused = excused and _length(part) >= before    # once only, or it need not end
            if not left:
                raise
            tell(f"{address}: {problem}; trying again.")
            time.sleep(patience.wait * (patience.attempts - left))


def _check(file, part, excused):
    """Empty `part` and say so unless it is the published file."""
    import pooch
    if pooch.file_hash(part.name, alg="sha256") == file.sha256:
        return
    part.truncate(0)
    # The mistake may be in what an earlier attempt left, so one from the start is worth its while.
    raise (_Broken if excused else _Refused)(
        f"{file.name} has another checksum than the published file, and was thrown away")


def _receive(address, file, part, timeout):
    """Add to `part` what it lacks."""
    import requests
    have = _length(part)
    if have > file.size:
        part.truncate(0)
        have = 0
    if have == file.size:
        return
    # Not compressed on the way: a .gz file must come as it is, and its bytes be counted.
    headers = {"Accept-Encoding": "identity"}
    if have:
        tell(f"{file.name}: {have} of {file.size} bytes are there; going on from them.")
        headers["Range"] = f"bytes={have}-"
    try:
        answer = requests.get(address, headers=headers, stream=True, timeout=timeout)
    except requests.exceptions.RequestException as error:
        raise _Broken(f"no answer ({_reason(error)})") from error
    with answer:
        _follow(answer, file, part, have)


def _follow(answer, file, part, have):
    """Write the body of `answer` to `part`, from its right place on."""
    start = _start(answer, file, have)
    if start < have:
        tell(f"{file.name}: the server sends whole files only; beginning anew.")
        part.truncate(start)
    with _progress(file, start) as bar:
        for chunk in _body(answer):
            if _length(part) + len(chunk) > file.size:
                part.truncate(0)
                raise _Refused(f"sends more than the {file.size} bytes of the published file")
            part.write(chunk)
            part.flush()
            bar.update(len(chunk))
    if _length(part) < file.size:
        raise _Broken(f"broke off at {_length(part)} of {file.size} bytes")


def _start(answer, file, have):
    """Return at which byte of the file the body of `answer` begins; refuse another file."""
    if answer.status_code == WHOLE:
        start, size = 0, answer.headers.get("Content-Length", str(file.size))
    elif answer.status_code == PART:
        span, _, size = answer.headers.get("Content-Range", "").partition("/")
        start = have
        if not span.startswith(f"bytes {have}-"):
            raise _Refused(f"sends another part than the one asked for ({span or 'unnamed'})")
    else:
        later = answer.status_code >= 500 or answer.status_code in FOR_NOW
        raise (_Broken if later else _Refused)(f"answers {answer.status_code} {answer.reason}")
    if size not in (str(file.size), "*"):
        raise _Refused(f"offers {size} bytes, but the published file has {file.size}")
    return start


def _body(answer):
    """Yield the bytes of `answer` as they come."""
    import urllib3
    try:
        yield from answer.raw.stream(CHUNK, decode_content=False)
    except urllib3.exceptions.HTTPError as error:
        raise _Broken(f"broke off ({_reason(error)})") from error


def _progress(file, start):
    from tqdm import tqdm
    return tqdm(total=file.size, initial=start, unit="B", unit_scale=True, desc=file.name,
                leave=False, disable=None)  # None: only where standard error is a terminal


def _length(part):
    part.flush()
    return os.fstat(part.fileno()).st_size


def _reason(error):
    """Return the innermost reason of a connection's error, in a few words."""
    while True:
        inner = [each for each in (getattr(error, "reason", None), *error.args[:1])
                 if isinstance(each, Exception)]
        if not inner:
            break
        error = inner[0]
    words = str(error.args[0]) if error.args else type(error).__name__
    return CONNECTION.sub("", words)
