"""Forms of weight normalization: how a weight is made of directions and what else is learnt.

Each form is a class that says which parameters it has besides the directions `v`, how they start,
how the weight is composed of them and how it is taken apart again. A layer takes one by its name,
as its option `form`.
"""

from yann_weightnorm.forms.base import Form
from yann_weightnorm.forms.bounded import Bounded, BoundedG, Strict
from yann_weightnorm.forms.centred import Centred, ScaledStandardised, Standardised
from yann_weightnorm.forms.lengths import L1, L2, Linf, LogG, Whole

__all__ = ["Bounded", "BoundedG", "Centred", "FORMS", "Form", "L1", "L2", "Linf", "LogG",
           "ScaledStandardised", "Standardised", "Strict", "Whole"]

FORMS = {form.name: form for form in (L2, LogG, L1, Linf, Centred, Bounded, BoundedG, Strict,
                                      Whole, Standardised, ScaledStandardised)}
