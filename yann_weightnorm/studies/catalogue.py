"""The studies by name."""

from yann_weightnorm.studies.adversarial import ADVERSARIAL
from yann_weightnorm.studies.critique import CRITIQUE
from yann_weightnorm.studies.generative import GENERATIVE
from yann_weightnorm.studies.recurrent import RECURRENT
from yann_weightnorm.studies.reinforcement import REINFORCEMENT
from yann_weightnorm.studies.robustness import ROBUSTNESS
from yann_weightnorm.studies.supervised import SUPERVISED
from yann_weightnorm.toolbox.registry import hint

__all__ = ["STUDIES", "study_named"]

STUDIES = {study.name: study for study in (
    SUPERVISED, ROBUSTNESS, GENERATIVE, ADVERSARIAL, REINFORCEMENT, RECURRENT, CRITIQUE)}


def study_named(name):
    """Return the :class:`~yann_weightnorm.studies.study.Study` called `name`.

    Raises
    ------
    ValueError
        If there is none; the nearest is suggested.
    """
    if name not in STUDIES:
        raise ValueError(f"no study {name!r}{hint(name, STUDIES)}; known: {', '.join(STUDIES)}.")
    return STUDIES[name]
