"""Zip files from elsewhere: what one may ask for before it, and a member of it, is opened."""

import os
import struct
import zipfile

__all__ = ["check_member", "open_zip"]

PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def open_zip(path):
    """Return the :class:`zipfile.ZipFile` at `path`.

    Raises
    ------
    ValueError
        If it is damaged; the message names it.
    OSError
        If it can't be opened.
    """
    try:
        return zipfile.ZipFile(path)
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError, struct.error) as error:
        # A directory that lies before the file's beginning makes an OSError that names no file.
        if getattr(error, "filename", None) is not None:
            raise
        raise ValueError(f"{path}: damaged archive ({error}); fetch it again.") from error


def check_member(path, member):
    """Raise ValueError unless `member` of the zip file at `path` can be opened without harm.

    The module zipfile takes as much memory as a file says that a member has bytes, or that LZMA
    needs, and seeks where it is told to.

    Parameters
    ----------
    path : str or path-like
    member : zipfile.ZipInfo
    """
    if member.compress_type not in PLAIN:
        raise ValueError(f"{path}: {member.filename!r} is compressed by method "
                         f"{member.compress_type}; wanted it stored or deflated.")
    end = member.header_offset + member.compress_size
    if member.header_offset < 0 or end > os.path.getsize(path):
        raise ValueError(f"{path}: damaged archive ({member.filename!r} doesn't lie in it); fetch "
                         f"it again.")
