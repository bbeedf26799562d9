"""How a generative adversarial network is trained: a classifier first, then the game."""

import numbers
import warnings

import numpy as np

from yann_weightnorm.toolbox.checks import positive_int
from yann_weightnorm.toolbox.printing import say
from yann_weightnorm.toolbox.schedule import Schedule

__all__ = ["COST_LISTS", "Playing"]

# Player -> the attribute that lists its costs.
COST_LISTS = {"softmax": "softmax_cost", "discriminator": "disc_cost", "generator": "gen_cost"}


class Playing:
    """Mixin of ``gan``: what is different where several players take the steps.

    Stands before the network among the bases; each method adds to the network's own.
    """

    # -- steps --------------------------------------------------------------------------------

    def mini_batch_train_softmax(self, index, epoch=0):
        """Take the classifier's step on mini batch `index`; return its cost before it."""
        return self._take_step("softmax", index, epoch)

    def mini_batch_train_discriminator(self, index, epoch=0):
        """Take the discriminator's step on mini batch `index`; return its cost before it."""
        return self._take_step("discriminator", index, epoch)

    def mini_batch_train_generator(self, index, epoch=0):
        """Take the generator's step on mini batch `index`; return its cost before it."""
        return self._take_step("generator", index, epoch)

    def _take_step(self, player, index, epoch):
        self.check_cooked(f"mini_batch_train_{player}")
        if player not in self._steps:
            raise ValueError(f"mini_batch_train_{player}: the network was cooked without a "
                             f"classifier; name its objective first in objective_layers.")
        self.load_if_empty()
        return self._steps[player](index, epoch)[0]

    # -- training -----------------------------------------------------------------------------

    def train(self, verbose=None, *, k=1, pre_train_discriminator=0, **options):
        """Train the classifier alone if that is wanted, then let the players play.

        On each mini batch the classifier takes a step, then the discriminator, then, where it is
        its turn, the generator.

        Parameters
        ----------
        verbose : int, optional
        k : int, default 1
            The generator's turn is where ``(mini batch + 1) * (block + 1) * (epoch + 1)`` is
            divisible by `k`, all counted from 0.
        pre_train_discriminator : int, default 0
            Epochs in which the classifier alone steps, before the game. They have the annealing
            and the rate of the first era; the game begins with that rate again. No parameters are
            written to files.
        **options
            The others of :meth:`~yann_weightnorm.toolbox.running.Running.train`. `epochs` and
            `learning_rates` are the game's; all players have one rate. `early_terminate` may end
            the epochs before the game, as it ends any other training; a game is always played to
            its end.

        Returns
        -------
        History
            Of the game. ``history.column('discriminator_cost')`` is a player's mean cost; the
            column `cost` is the players' sum. The attribute `pre_training` is the
            :class:`~yann_weightnorm.toolbox.history.History` of the epochs before, or None.

        Raises
        ------
        RuntimeError
            If the network is not cooked.
        ValueError
            If `k` or `pre_train_discriminator` is out of range, or the rates don't fit the epochs.

        Warns
        -----
        UserWarning
            If there is no classifier that could be trained before the game.
        """
        self.check_cooked("train")
        self._plan = {"k": positive_int(k, "k", "train"),
                      "before_game": self._epochs_before_game(pre_train_discriminator)}
        return super().train(verbose, **options)

    def _epochs_before_game(self, epochs):
        if isinstance(epochs, bool) or not isinstance(epochs, numbers.Integral) or epochs < 0:
            raise ValueError(f"train got pre_train_discriminator {epochs!r}; it must be a number "
                             f"of epochs, 0 or more.")
        if epochs and not self.softmax_head:
            warnings.warn("pre_train_discriminator is ignored: the network was cooked without a "
                          "classifier.", stacklevel=3)
            return 0
        return int(epochs)

    def _begin_training(self, settings):
        settings = {**self._plan, **settings}  # those of a checkpoint know of their own plan
        before = settings["before_game"]
        self.train_step.choose(settings["k"], pre_training=before > 0)
        phase = dict(settings, early_terminate=False)
        if before:
            Schedule(settings["epochs"], settings["learning_rates"])  # its errors come first
            phase = dict(settings, epochs=before, save_after_epochs=0,
                         learning_rates=first_era(settings["learning_rates"]))
        super()._begin_training(phase)
        self.training_settings = settings

    def _train_on(self, *where):
        left_off = self.left_off
        if left_off and not left_off["settings"]["before_game"] and self.train_step.pre_training:
            self._begin_game()
        history = super()._train_on(*where)
        if not self.train_step.pre_training:
            return history
        if history.diverged_at is not None:
            self.restore_best()
            self.forget_steps()
        self.left_off = None
        self._begin_game()
        game = super()._train_on(*where)
        game.pre_training = history
        return game

    def _begin_game(self):
        self._begin_training(dict(self.training_settings, before_game=0))

    def run_epoch(self, epoch, show_progress=False):
        """Let the players step on every training mini batch; return the mean cost and error."""
        game = self.train_step
        game.begin(self.gen_cost[-1] if self.gen_cost else 0.0)
        cost, error = super().run_epoch(epoch, show_progress)
        if np.isfinite(cost):
            self._note(game)
        return cost, error

    def _note(self, game):
        for player in game.players:
            getattr(self, COST_LISTS[player]).extend(game.costs_so_far[player])
        self.epoch_costs = {f"{player}_cost": mean(game.costs[player]) for player in game.players}

    def validate_epoch(self, epoch, verbose):
        """Return the validation error after `epoch`, and whether it is the best so far.

        (None, True) without a classifier: no cost of a game says which epoch was best.
        """
        return super().validate_epoch(epoch, verbose) if self.softmax_head else (None, True)

    def print_status(self, epoch, print_lr=False, verbose=None):
        """Print the players' probabilities and costs; then rate and momentum, if wanted.

        D(x) and D(G(z)) are means over the first mini batch of the loaded block.
        """
        self.check_cooked("print_status")
        level = self._level(verbose)
        if level >= 2 and not self.train_step.pre_training:
            self.load_if_empty()
            for name, probability in (
                    ("Discriminator Sigmoid D(x)  ", self.mini_batch_discriminator_probability),
                    ("Generator Sigmoid D(G(z))   ", self.mini_batch_generator_probability)):
                say(2, f"{name}: {float(np.mean(probability(0))):.6g}", level)
        for name, cost in (self.epoch_costs or {}).items():
            cost = float("nan") if cost is None else cost
            say(2, f"{name.replace('_', ' ').capitalize():<20}: {cost:.6g}", level)
        super().print_status(epoch, print_lr, verbose)


def first_era(learning_rates):
    """Return the part of `learning_rates` that is for training of one era."""
    return learning_rates[:2] if isinstance(learning_rates, (list, tuple)) else learning_rates


def mean(costs):
    """Return the mean of a list of numbers, None for an empty one."""
    return float(np.mean(costs)) if costs else None
