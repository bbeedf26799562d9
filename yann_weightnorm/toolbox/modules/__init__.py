"""The faces that ``add_module`` knows."""

from yann_weightnorm.toolbox.modules.datastream import Datastream
from yann_weightnorm.toolbox.modules.optimizer import Optimizer
from yann_weightnorm.toolbox.modules.resultor import Resultor
from yann_weightnorm.toolbox.modules.visualizer import Visualizer

__all__ = ["Datastream", "Optimizer", "Resultor", "Visualizer"]
