"""The terms of a variational lower bound, in nats, as plain expressions.

Source: Kingma & Welling (2014), "Auto-encoding variational Bayes", arXiv:1312.6114, appendix B.
"""

import theano.tensor as T

__all__ = ["bernoulli_log_likelihood", "divergence", "sampled"]


def sampled(mean, log_variance, noise):
    """Return a sample of a normal distribution, made of standard normal `noise`."""
    return mean + T.exp(0.5 * log_variance) * noise


def bernoulli_log_likelihood(x, logits):
    """Return the log probability of each row of `x`, bits, given the log odds of each entry.

    Parameters
    ----------
    x, logits : (rows, ...), symbolic
        Of one shape.

    Returns
    -------
    (rows,), symbolic
    """
    each = x * logits - T.nnet.softplus(logits)
    return each.flatten(2).sum(axis=1)


def divergence(mean, log_variance):
    """Return the divergence of each row's normal distribution from the standard one.

    Parameters
    ----------
    mean, log_variance : (rows, latent), symbolic

    Returns
    -------
    (rows,), symbolic
    """
    return 0.5 * (T.sqr(mean) + T.exp(log_variance) - log_variance - 1).sum(axis=1)
