"""Run the lessons of examples/tutorials and keep them, with what they show, as notebooks.

    python docs/notebooks.py [LESSON ...]

writes docs/tutorials/LESSON.ipynb, of every lesson by default. It takes some minutes. The pages of
the site are made of these notebooks as they are; nothing is run when the site is built.
"""

import argparse
import base64
import pathlib

import jupytext
import nbformat
from nbclient import NotebookClient

from yann_weightnorm.report.pictures import small

__all__ = ["FOLDER", "LESSONS", "executed", "main", "notebook", "smaller"]

FOLDER = pathlib.Path(__file__).resolve().parent / "tutorials"
LESSONS = FOLDER.parent.parent / "examples" / "tutorials"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
LANGUAGE = {"name": "python", "file_extension": ".py", "pygments_lexer": "ipython3"}
SECONDS = 1200  # that a cell may take


def notebook(script):
    """Return the notebook of a script in jupytext's percent format, without outputs.

    Cells are numbered, so that the same script gives the same file.
    """
    book = jupytext.read(script)
    for number, cell in enumerate(book.cells):
        cell["id"] = f"cell-{number}"
    book.metadata = nbformat.from_dict({"kernelspec": KERNEL, "language_info": LANGUAGE})
    return book


def executed(book, folder):
    """Return `book` with the outputs of a run in `folder`, and without the times of the run."""
    NotebookClient(book, timeout=SECONDS, kernel_name=KERNEL["name"], record_timing=False,
                   coalesce_streams=True, resources={"metadata": {"path": str(folder)}}).execute()
    book.metadata["language_info"] = nbformat.from_dict(LANGUAGE)
    for output in (each for cell in book.cells for each in cell.get("outputs", ())):
        if "image/png" in output.get("data", ()):
            output["data"]["image/png"] = smaller(output["data"]["image/png"])
    return book


def smaller(png):
    """Return a picture with few colours; both are PNG in base 64, as notebooks have them."""
    return base64.b64encode(small(base64.b64decode(png))).decode("ascii") + "\n"


def main(arguments=None):
    """Make the notebooks that the command line names."""
    known = sorted(path.stem for path in LESSONS.glob("*.py"))
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("lessons", metavar="LESSON", nargs="*", default=known,
                        help=f"one of {', '.join(known)}")
    for lesson in parser.parse_args(arguments).lessons:
        book = executed(notebook(LESSONS / f"{lesson}.py"), FOLDER)
        nbformat.write(book, FOLDER / f"{lesson}.ipynb")
        print(FOLDER / f"{lesson}.ipynb", flush=True)


if __name__ == "__main__":
    main()
