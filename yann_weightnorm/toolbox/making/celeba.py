"""CelebA: faces of celebrities, unpacked from the archive that its authors publish."""

import contextlib
import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from yann_weightnorm.folders import new_folder
from yann_weightnorm.toolbox.datasets.zip_file import check_member, open_zip

__all__ = ["download_celebA"]

PARENT = Path("_data")
ARCHIVE = "img_align_celeba.zip"
ADDRESS = "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html"
LARGEST = 10 * 2 ** 20      # bytes of a picture; the published ones have 2 to 30 thousand


def download_celebA(data_dir="celebA"):
    """Unpack the pictures of CelebA into ``_data/<data_dir>``, unless that folder exists.

    The archive isn't fetched: its authors ask everyone to agree to their terms first. Put it into
    ``_data/`` by hand; it stays there. The folder appears whole or not at all.

    Parameters
    ----------
    data_dir : str, default 'celebA'

    Raises
    ------
    FileNotFoundError
        If neither the folder nor the archive is there; says where the archive may be had.
    ValueError
        If the archive is damaged or holds no picture.
    """
    place, archive = PARENT / data_dir, PARENT / ARCHIVE
    if place.is_dir():
        print(f"{place} is there already")
    elif archive.is_file():
        count = _unpack(archive, place)
        print(f"{count} pictures were unpacked into {place}")
    else:
        raise FileNotFoundError(
            f"{archive} is missing. Its authors ask to agree to their terms, so it isn't fetched "
            f"for you: get {ARCHIVE} from {ADDRESS} (Align&Cropped Images), put it into {PARENT}/, "
            f"and call download_celebA again.")


def _unpack(archive, place):
    """Write the pictures of a zip file to the folder `place`; return how many there are.

    Only the last part of a member's name is used, so none can leave the folder.
    """
    with _naming(archive), open_zip(archive) as members:
        pictures = [member for member in members.infolist() if _is_picture(member)]
        if not pictures:
            raise ValueError("it holds no .jpg file")
        with new_folder(place) as built:
            for member in pictures:
                (built / PurePosixPath(member.filename).name).write_bytes(_read(members, member))
    return len(pictures)


@contextlib.contextmanager
def _naming(archive):
    """Turn the many errors of a damaged archive into one that names it."""
    try:
        yield
    except (zipfile.BadZipFile, EOFError, LookupError, NotImplementedError, RuntimeError,
            ValueError, struct.error, zlib.error) as error:
        raise ValueError(f"{archive}: not the archive of CelebA, or a damaged one ({error}); fetch "
                         f"it again.") from error


def _is_picture(member):
    path = PurePosixPath(member.filename)
    return path.suffix.lower() == ".jpg" and not path.name.startswith(".") and not member.is_dir()


def _read(members, member):
    if member.file_size > LARGEST:
        raise ValueError(f"{member.filename} is of {member.file_size} bytes, which no picture of "
                         f"CelebA has")
    check_member(members.filename, member)
    try:
        return members.read(member)
    except OSError as error:    # a wrong position in the file is an "invalid argument"
        raise ValueError(f"{member.filename} can't be read: {error}") from error
