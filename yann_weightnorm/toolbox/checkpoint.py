"""Checkpoints on disk: a folder with a JSON header and arrays, written whole or not at all.

``network.json`` names the safetensors files that belong to it, with their SHA-256. The files of a
new checkpoint are written beside the old ones, under names of their own; the one step that counts
is the new header taking the old one's place. So whatever stops a writer, a reader finds the old
checkpoint or the new one, and what an interrupted writer left behind is known by no header.
"""

import hashlib
import json
import pathlib

from safetensors import SafetensorError
from safetensors.numpy import load as read_tensors
from safetensors.numpy import save as tensor_bytes

from yann_weightnorm.files import write_atomically

__all__ = ["exists", "leftovers", "read", "write"]

FORMAT, VERSION = "yann_weightnorm network", 1
HEADER = "network.json"


def exists(folder):
    """Return whether there is a checkpoint in `folder`."""
    return (pathlib.Path(folder) / HEADER).is_file()


def write(folder, header, parts):
    """Write a checkpoint into `folder`, in place of the one that is there.

    Parameters
    ----------
    folder : str or path
        Made if it is not there.
    header : dict
        Of JSON's own types.
    parts : dict
        Name of a part -> its arrays, a dict.

    Raises
    ------
    OSError
        If it can't be written, for want of space for example. The old checkpoint is still there.
    """
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    files = {part: _write_part(folder, part, arrays) for part, arrays in parts.items()}
    content = dict({"format": FORMAT, "version": VERSION, "files": files}, **header)
    write_atomically(folder / HEADER, json.dumps(content, indent=1, allow_nan=False))
    for path in leftovers(folder):
        path.unlink()


def _write_part(folder, part, arrays):
    content = tensor_bytes(arrays)
    digest = hashlib.sha256(content).hexdigest()
    name = f"{part}-{digest[:12]}.safetensors"
    write_atomically(folder / name, content)
    return {"file": name, "sha256": digest}


def leftovers(folder):
    """Return the files of `folder` that interrupted writers left behind."""
    folder = pathlib.Path(folder)
    named = {entry["file"] for entry in _header(folder)["files"].values()}
    unnamed = [path for path in folder.glob("*-*.safetensors") if path.name not in named]
    return sorted(unnamed + list(folder.glob(".*.tmp")))


def read(folder):
    """Return (header, parts) of the checkpoint in `folder`, as :func:`write` was given them.

    Raises
    ------
    FileNotFoundError
        If there is none, or one of its files is missing.
    ValueError
        If it is damaged, or of another kind or version.
    """
    folder = pathlib.Path(folder)
    header = _header(folder)
    try:
        return header, _parts(folder, header)
    except FileNotFoundError:
        again = _header(folder)  # a writer may have put a new checkpoint in place meanwhile
        if again["files"] == header["files"]:
            raise
        return again, _parts(folder, again)


def _header(folder):
    path = folder / HEADER
    if not path.is_file():
        raise FileNotFoundError(f"{folder} holds no checkpoint: there is no {HEADER} in it; give "
                                f"the folder that net.save(path) was given.")
    try:
        header = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path} is damaged ({error}); take an older copy of the "
                         f"checkpoint.") from error
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise ValueError(f"{path} is no checkpoint of a network; wanted its 'format' to be "
                         f"{FORMAT!r}.")
    if header.get("version") != VERSION:
        raise ValueError(f"{path} is of version {header.get('version')!r} and this package reads "
                         f"version {VERSION}; use the release that wrote it.")
    _check_files(path, header.get("files"))
    return header


def _check_files(path, files):
    entries = files.values() if isinstance(files, dict) else [None]
    for entry in entries:
        name = entry.get("file") if isinstance(entry, dict) else None
        if not isinstance(name, str) or pathlib.PurePath(name).name != name:
            raise ValueError(f"{path} is damaged: 'files' should name files beside it, got "
                             f"{str(files)[:80]!r}.")


def _parts(folder, header):
    return {part: _read_part(folder / entry["file"], entry.get("sha256"))
            for part, entry in header["files"].items()}


def _read_part(path, digest):
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        raise ValueError(f"{path} is not what {HEADER} says it is (another SHA-256): it is damaged "
                         f"or was changed; take an older copy of the checkpoint.")
    try:
        return read_tensors(content)
    except SafetensorError as error:
        raise ValueError(f"{path} is no safetensors file ({error}).") from error
