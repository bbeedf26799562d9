"""What a conversion did: which layers it changed, which it kept and why, what the outputs say."""

from collections import namedtuple

__all__ = ["Change", "Conversion"]


class Change(namedtuple("Change", "id before after shapes note")):
    """A layer that was converted.

    Attributes
    ----------
    id : str
    before, after : str
        Its type.
    shapes : dict
        Name of each weight -> its shape.
    note : str
        What is different besides; '' as a rule.
    """

    __slots__ = ()

    def __str__(self):
        shapes = ", ".join(" x ".join(map(str, shape)) for shape in self.shapes.values())
        return f"{self.id}: {self.before} -> {self.after} ({shapes})" + \
            (f"; {self.note}" if self.note else "")


class Conversion(namedtuple("Conversion", "kind changes kept difference")):
    """What :func:`fold` or :func:`weight_normalize` did.

    Attributes
    ----------
    kind : {'fold', 'weight_normalize'}
    changes : list of Change
        The layers that were converted, in their order.
    kept : dict
        Layer id -> why it was left as it is, of the layers that might have been converted.
    difference : float or None
        Largest difference between the outputs before and after, as a share of the largest output;
        None if they were not compared.
    """

    __slots__ = ()

    def lines(self):
        """Return the report as lines of text, a list."""
        done = "Folded" if self.kind == "fold" else "Normalised the weights of"
        if not self.changes:
            head = f"{self.kind}: nothing to convert."
        elif self.difference is None:
            head = f"{done} {_layers(self.changes)}; outputs were not compared."
        else:
            head = f"{done} {_layers(self.changes)}; outputs differ by {self.difference:.1e}."
        return [head] + [f"  {change}" for change in self.changes] + [
            f"  {id}: kept, {why}" for id, why in self.kept.items()]


def _layers(changes):
    return f"{len(changes)} layer{'s' if len(changes) > 1 else ''}"
