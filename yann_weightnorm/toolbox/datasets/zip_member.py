"""What a member of a zip file may ask for before it is opened."""

import os
import zipfile

__all__ = ["check_member"]

PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


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
