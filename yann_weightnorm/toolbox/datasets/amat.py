"""Tables of numbers as text, one row a line, in which variants of MNIST are published ('.amat')."""

import warnings

import numpy as np

__all__ = ["read_amat"]

LONGEST = 32    # characters of a number, with the space after it: more than any writer uses


def read_amat(who, stream, rows, columns):
    """Return the table that an open file holds.

    Lines that are empty or begin with '#' are passed over. Memory is taken for the table alone.

    Parameters
    ----------
    who : str
        What error messages call the file.
    stream : binary file
    rows, columns : int
        What the table must have.

    Returns
    -------
    (rows, columns), float32

    Raises
    ------
    ValueError
        If a line has something else than `columns` finite numbers, or there are more or fewer
        lines than `rows`; the line's number is in the message.
    """
    table, filled = np.empty((rows, columns), "float32"), 0
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # NumPy only warns about text that is no number
        for number, line in _lines(who, stream, columns):
            if filled == rows:
                raise ValueError(f"{who}, line {number}: goes on after {rows} rows, as many as "
                                 f"were wanted; it is another table.")
            table[filled] = _row(who, number, line, columns)
            filled += 1
    if filled < rows:
        raise ValueError(f"{who}: wanted {rows} rows, got {filled}; it is cut short.")
    return table


def _lines(who, stream, columns):
    most = LONGEST * columns
    for number, line in enumerate(iter(lambda: stream.readline(most + 1), b""), start=1):
        if len(line) > most:
            raise ValueError(f"{who}, line {number}: longer than {most} characters; it is no "
                             f"table of {columns} numbers a line.")
        if line.strip() and not line.startswith(b"#"):
            yield number, line


def _row(who, number, line, columns):
    try:
        row = np.fromstring(line, sep=" ")
    except (ValueError, Warning) as error:
        raise ValueError(f"{who}, line {number}: not a row of numbers ({error}).") from error
    if row.size != columns or not np.isfinite(row).all():
        raise ValueError(f"{who}, line {number}: wanted {columns} finite numbers, got {row.size}"
                         f"{'' if np.isfinite(row).all() else ', some of them not finite'}.")
    return row
