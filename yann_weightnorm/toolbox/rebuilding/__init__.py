"""A network once more, in memory, from the calls that built it."""

from yann_weightnorm.toolbox.rebuilding.carrying import Carrying
from yann_weightnorm.toolbox.rebuilding.copying import Copying
from yann_weightnorm.toolbox.rebuilding.owners import Owners
from yann_weightnorm.toolbox.rebuilding.rebuilding import Rebuilding
from yann_weightnorm.toolbox.rebuilding.translating import Translation

__all__ = ["Carrying", "Copying", "Owners", "Rebuilding", "Translation"]
