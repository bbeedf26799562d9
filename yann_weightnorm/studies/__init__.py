"""Studies: a question, its arms, its grid -> records. Trains; draws nothing."""

from yann_weightnorm.studies.catalogue import STUDIES, study_named
from yann_weightnorm.studies.runs import Run
from yann_weightnorm.studies.study import BUDGETS, Study

__all__ = ["BUDGETS", "STUDIES", "Run", "Study", "study_named"]
