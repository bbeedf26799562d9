"""The games: MinAtar's, which are Atari's on ten times ten cells.

Source: Young & Tian (2019), arXiv:1903.03176, and its package MinAtar.

An environment is any object with MinAtar's methods: ``state()``, a bool array (height, width,
channels); ``act(action)``, a pair (reward, whether the episode is over); ``reset()``;
``state_shape()``; ``num_actions()``.
"""

import importlib.util

from yann_weightnorm.toolbox.checks import one_of

__all__ = ["CHANNELS", "begun", "check_game"]

# Of the state, by game.
CHANNELS = {"breakout": 4, "space_invaders": 6, "freeway": 7, "asterix": 4, "seaquest": 10}


def begun(game, seed):
    """Return the environment of a game at its start, drawn from `seed`.

    With MinAtar's defaults: the last action is repeated with probability 0.1, whatever was asked
    for, and the games of which that holds grow harder as they go on.

    Parameters
    ----------
    game : {'breakout', 'space_invaders', 'freeway', 'asterix', 'seaquest'}
    seed : int

    Raises
    ------
    ValueError
        If there is no such game.
    ImportError
        If MinAtar isn't installed.
    """
    check_game(game)
    from minatar import Environment
    environment = Environment(game)
    environment.seed(seed)
    environment.reset()  # it was made before it was seeded
    return environment


def check_game(game):
    """Raise an error unless `game` is known and can be played; see :func:`begun`."""
    one_of(game, list(CHANNELS), "game", "study reinforcement")
    if importlib.util.find_spec("minatar") is None:
        raise ImportError("study reinforcement needs the package MinAtar; run: pip install "
                          "'yann_weightnorm[reinforcement]'")
