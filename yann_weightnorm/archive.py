"""Small files of one kind in a single compressed file.

They are put into one tar file that is compressed as a whole, by xz, so that what they have in
common is stored once. The same files give the same bytes, whatever their times and owners were.
"""

import io
import lzma
import tarfile
from pathlib import Path

from yann_weightnorm.files import write_atomically

__all__ = ["DamagedArchive", "read_archive", "write_archive"]


class DamagedArchive(ValueError):
    """An archive isn't what was written."""


def read_archive(path):
    """Return the files in an archive, a dict of name to bytes; an empty one if it isn't there.

    Raises
    ------
    DamagedArchive
        If it is damaged anywhere: it holds checksums.
    """
    path = Path(path)
    if not path.exists():
        return {}
    try:
        with tarfile.open(fileobj=io.BytesIO(lzma.decompress(path.read_bytes()))) as tar:
            return {member.name: tar.extractfile(member).read() for member in tar
                    if member.isfile()}
    except (lzma.LZMAError, tarfile.TarError) as error:
        raise DamagedArchive(f"{path} should be an archive that this program wrote, but is damaged "
                             f"({error}); put back a good copy, or move it away: then its runs "
                             f"count as not done.") from error


def write_archive(path, files):
    """Write `files`, a dict of name to bytes, as an archive; return its path.

    A reader sees the old archive or the new one, whole.
    """
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name in sorted(files):
            member = tarfile.TarInfo(name)
            member.size = len(files[name])
            tar.addfile(member, io.BytesIO(files[name]))
    return write_atomically(path, lzma.compress(content.getvalue(), preset=6 | lzma.PRESET_EXTREME))
