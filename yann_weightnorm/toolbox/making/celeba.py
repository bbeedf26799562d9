"""CelebA: faces of celebrities, unpacked from the archive that its authors publish."""

import shutil
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from yann_weightnorm.folders import new_folder

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
    try:
        with zipfile.ZipFile(archive) as members, new_folder(place) as built:
            pictures = [member for member in members.infolist() if _is_picture(member)]
            for member in pictures:
                _unpack_one(archive, members, member, built)
            if not pictures:
                raise ValueError(f"{archive}: holds no .jpg file; it is another archive.")
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, zlib.error) as error:
        raise ValueError(f"{archive}: damaged archive ({error}); fetch it again.") from error
    return len(pictures)


def _is_picture(member):
    path = PurePosixPath(member.filename)
    return path.suffix.lower() == ".jpg" and not path.name.startswith(".") and not member.is_dir()


def _unpack_one(archive, members, member, folder):
    if member.file_size > LARGEST:
        raise ValueError(f"{archive}: {member.filename} is of {member.file_size} bytes, which no "
                         f"picture of CelebA has; fetch it again.")
    with members.open(member) as source, open(folder / PurePosixPath(member.filename).name,
                                              "wb") as target:
        shutil.copyfileobj(source, target)
