"""The arms of the critique: a weight's form, and what L2 is taken of."""

from typing import NamedTuple

from yann_weightnorm.forms import FORMS
from yann_weightnorm.toolbox.checks import one_of

__all__ = ["DECAYED", "OTHER_FORMS", "VARIANTS", "Variant", "variant_named"]


class Variant(NamedTuple):
    """One way to hold a weight.

    Attributes
    ----------
    form : str or None
        One of the names in ``forms.FORMS``; None for a plain weight.
    decayed : {None, 'w', 'g', 'v'}
        What L2 is taken of.
    """

    form: object = None
    decayed: object = None


STANDARD = "l2"
DECAYED = {"normal + L2 on w": Variant(None, "w"),
           **{f"weight norm + L2 on {part}": Variant(STANDARD, part) for part in "vgw"}}
OTHER_FORMS = {f"weight norm + {form}": Variant(form) for form in FORMS if form != STANDARD}
VARIANTS = {"normal": Variant(), "weight norm": Variant(STANDARD), **DECAYED, **OTHER_FORMS}


def variant_named(name):
    """Return the :class:`Variant` called `name`, or raise a ValueError that knows the nearest."""
    return VARIANTS[one_of(name, VARIANTS, "arm", "study critique")]
