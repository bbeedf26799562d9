"""Files that are written whole or not at all."""

import os
import pathlib
import uuid

__all__ = ["write_atomically"]


def write_atomically(path, content):
    """Write `content`, str or bytes, to `path`: a reader sees the old file or the new, whole.

    It goes to a temporary file beside `path`, which takes the name once it is on the disk.

    Returns
    -------
    pathlib.Path
        `path`.
    """
    path = pathlib.Path(path)
    temporary = path.parent / f".{uuid.uuid4().hex}.tmp"
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        with open(temporary, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        if temporary.exists():
            temporary.unlink()
        raise
    return path
