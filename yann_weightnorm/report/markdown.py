"""Markdown as the pages for the documentation need it."""

__all__ = ["sentences", "table"]


def table(headings, rows):
    """Return a table; whatever the cells hold, each stays one."""
    lines = [headings, ["---"] * len(headings), *rows]
    return "\n".join("| " + " | ".join(map(_cell, line)) + " |" for line in lines)


def sentences(text, most):
    """Return the sentences from the start of `text` that `most` characters hold; one at least."""
    parts = text.split(". ")
    shown = [parts[0]]
    for part in parts[1:]:
        if len(". ".join([*shown, part])) > most:
            return ". ".join(shown) + ". …"
        shown.append(part)
    return text


def _cell(text):
    return " ".join(str(text).replace("|", "\\|").split())
