"""When to use weight normalization: situations, the claims that decide, and what then is advised.

A line's advice is chosen by the verdicts on its claims alone. It says no more than the verdict
does: a claim that is not supported doesn't hold beyond chance in every comparison that can tell.
"""

from typing import NamedTuple

from yann_weightnorm.report.verdicts import NOT, SUPPORTED, UNTESTED

__all__ = ["DECISIONS", "Decision", "outcome"]


class Decision(NamedTuple):
    """A line of the decision table.

    Attributes
    ----------
    situation : str
        Of the one who asks.
    study : str
    claims : tuple of str
        Keys of the claims of that study that decide.
    yes : str
        What is advised if all of them are supported.
    no : str
        What is advised if one of them is not.
    """

    situation: str
    study: str
    claims: tuple
    yes: str
    no: str

    def advice(self, found):
        """Return the advice, from a list of (claim, verdict)."""
        word = outcome([verdict for _, verdict in found])
        if word != UNTESTED:
            return self.yes if word == SUPPORTED else self.no
        figures = "; ".join(dict.fromkeys(claim.paper for claim, _ in found))
        return f"Not measured here. By its authors: {figures}."


def outcome(verdicts):
    """Return the word for several verdicts: one that is not supported decides, then untested ones.
    """
    words = [verdict.word for verdict in verdicts]
    return next((word for word in (NOT, UNTESTED) if word in words), SUPPORTED)


DECISIONS = (
    Decision("An image classifier is to train in fewer epochs, and has a data-dependent start.",
             "supervised", ("faster",),
             "Use it: it needs fewer epochs than the plain network with the same start.",
             "Don't count on it: fewer epochs than with the plain network and the same start were "
             "not found everywhere."),
    Decision("An image classifier is to have a lower test error.", "supervised", ("alike",),
             "Don't use it for that alone: no difference was found.",
             "It changes the test error: see which way before you use it."),
    Decision("An image classifier is to have a lower test error, and statistics of the mini batch "
             "may be used.", "supervised", ("both-better", "both-better-than-batch-norm"),
             "Use it with mean-only batch normalization.",
             "Don't count on weight normalization with mean-only batch normalization to beat both "
             "the plain network and batch normalization."),
    Decision("An epoch must not take longer.", "supervised", ("cheap",),
             "Use it: an epoch takes a tenth longer at most.",
             "Count with more than a tenth of an epoch on top."),
    Decision("A plain network's learning rate is there, and the network is to be normalised.",
             "supervised", ("larger-rate",),
             "Look for a larger one.", "Begin with that one: the best one was not larger "
             "everywhere."),
    Decision("There is no time to look for a learning rate.", "robustness", ("wider",),
             "Use it: it trains at more learning rates.",
             "Look for one: it was not found to train at more learning rates than the plain "
             "network everywhere."),
    Decision("The network has 30 layers or more.", "robustness", ("deep-data-start",),
             "The data-dependent start will do.", "Don't use the data-dependent start."),
    Decision("The network has 30 layers or more, and is to be normalised.", "robustness",
             ("deep-robust-start",), "Use the robust start.",
             "Don't count on the robust start."),
    Decision("There is one image in a mini batch.", "robustness", ("one-image",),
             "Use it: it trains.", "Don't count on it: it did not train everywhere."),
    Decision("A residual network diverges at the learning rate that is wanted.", "robustness",
             ("residual",), "Use it: it trains where the plain network does not.",
             "Lower the learning rate: no rate was found at which it trains and the plain network "
             "does not."),
    Decision("A variational auto-encoder is to train in fewer epochs.", "generative",
             ("vae-faster",), "Use it, with the data-dependent start.",
             "Don't count on it: fewer epochs were not found everywhere."),
    Decision("A variational auto-encoder is to end at a higher bound.", "generative",
             ("vae-better",), "Use it, with the data-dependent start.",
             "Don't count on it: a higher bound was not found everywhere."),
    Decision("DRAW, or a network like it, is to train in fewer epochs.", "generative",
             ("draw-faster",), "Use it.",
             "Don't count on it: fewer epochs were not found everywhere."),
    Decision("DRAW, or a network like it, is to end at a higher bound.", "generative",
             ("draw-better",), "Use it.",
             "Don't count on it: a higher bound was not found everywhere."),
    Decision("An agent is to learn to play by deep Q learning in less time.", "reinforcement",
             ("faster",), "Use it, with the data-dependent start.",
             "Don't count on it: the agent was not found to learn faster everywhere."),
    Decision("An LSTM is to train in fewer epochs.", "recurrent", ("faster",), "Use it.",
             "Don't count on it: fewer epochs were not found everywhere."),
    Decision("An LSTM is to have a lower test error.", "recurrent", ("better",), "Use it.",
             "Don't count on it: a lower test error was not found everywhere."),
    Decision("A normalised network is to be regularised by weight decay.", "critique",
             ("decay-alike",), "Don't decay v: it changes the step, but no difference of the test "
             "error was found.", "Decay of v changes the test error: see which way."),
    Decision("There are fewer equations than unknowns, and the solution is to have a small norm.",
             "critique", ("least-norm",), "Use it.",
             "Don't count on it: a solution nearer to that of the least norm was not found "
             "everywhere."),
)
