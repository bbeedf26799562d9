"""The game of a generative adversarial network on one mini batch: who steps, when, at what cost."""

from collections import OrderedDict

__all__ = ["Game", "PLAYERS", "statistics_by_owner"]

# Who takes steps, in the order in which they do on a mini batch.
PLAYERS = ("softmax", "discriminator", "generator")


class Game:
    """The steps of all players on one mini batch, in the place of a network's one training step.

    Parameters
    ----------
    steps : dict
        Player -> function of (mini batch's number, epoch) that takes a step and returns the cost
        and the number of wrong predictions before it, in the order in which they step.
    stream : Datastream
        Its loaded block is the one that the mini batches belong to.

    Attributes
    ----------
    k : int, 1 at first
        How seldom the generator steps; see :meth:`generator_is_due`.
    pre_training : bool, False at first
        Whether the softmax player steps alone.
    costs : dict
        Player -> its cost at each step since :meth:`begin`.
    costs_so_far : dict
        Player -> its cost on each mini batch since :meth:`begin`, that of its last step where it
        took none.
    """

    def __init__(self, steps, stream):
        self.steps, self.stream = steps, stream
        self.begin()
        self.choose()

    def choose(self, k=1, pre_training=False):
        """Set how seldom the generator steps, and whether there is a game at all as yet."""
        self.k, self.pre_training = k, pre_training

    def begin(self, generator_cost=0.0):
        """Forget all costs; `generator_cost` stands for the generator's until its next step."""
        self.costs, self.costs_so_far = ({player: [] for player in self.steps} for _ in range(2))
        self._last = {"generator": generator_cost}

    @property
    def players(self):
        """Who steps at present, a list."""
        return ["softmax"] if self.pre_training else list(self.steps)

    def compile(self):
        """Compile the steps that are taken at present; return the compiled functions' last."""
        return [self.steps[player].compile() for player in self.players][-1]

    def generator_is_due(self, number, epoch):
        """Return whether the generator steps on mini batch `number` of the loaded block.

        YANN's rule: where ``(number + 1) * (block + 1) * (epoch + 1)`` is divisible by `k`, all
        counted from 0.
        """
        block = self.stream.loaded[1]
        return (number + 1) * (block + 1) * (epoch + 1) % self.k == 0

    def __call__(self, number, epoch):
        """Take the steps that are due on a mini batch.

        Returns
        -------
        cost : float
            Sum of the players' costs, each from before its step. Where the generator takes none,
            the cost of its last step counts, 0 before its first.
        wrong : int
            Wrong predictions of the softmax player, 0 without one.
        """
        errors = 0
        for player in self.players:
            if player != "generator" or self.generator_is_due(number, epoch):
                cost, wrong = self.steps[player](number, epoch)
                self._last[player], errors = float(cost), errors + int(wrong)
                self.costs[player].append(float(cost))
            self.costs_so_far[player].append(self._last[player])
        return sum(self._last[player] for player in self.players), errors


def statistics_by_owner(views, layers_of):
    """Share the running statistics of all layers out among the players, each to one of them.

    A statistic goes with the step of the first player that has its layer, so that it moves once a
    mini batch; in YANN every optimizer moves all of them, up to three times a mini batch. Layers of
    no player go with the first one. Of layers that share a statistic, that of a player counts;
    of the others the one that was added first.

    Parameters
    ----------
    views : dict
        Layer id -> view in the trained stream, in the order in which they were added.
    layers_of : dict
        Player -> ids of its layers, in the order in which the players step.

    Returns
    -------
    dict
        Player -> OrderedDict, shared variable -> its next value.
    """
    first = next(iter(layers_of))
    claims = [(player, id) for player, ids in layers_of.items() for id in ids]
    shares, taken = {player: OrderedDict() for player in layers_of}, set()
    for player, id in claims + [(first, id) for id in views]:
        for statistic, following in views[id].updates.items():
            if statistic not in taken:
                taken.add(statistic)
                shares[player][statistic] = following
    return shares
