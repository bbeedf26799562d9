"""Batch normalization, whole and of the mean only, for matrices and for maps.

Sources: Ioffe & Szegedy (2015), arXiv:1502.03167; Salimans & Kingma (2016), section 4,
arXiv:1602.07868.
"""

import numpy as np
import theano.tensor as T
from theano.tensor.nnet.bn import batch_normalization_test, batch_normalization_train

__all__ = ["BatchNormalization"]

EPSILON = 1e-4
NEW_SHARE = 0.1  # of a mini batch in the running statistics


def _constant(value, shape):
    return lambda rng: np.full(shape, value)


class BatchNormalization:
    """Mixin: a layer that can normalize each channel by its statistics.

    In streams with batch statistics a channel is normalized by the mean and the biased variance
    of the mini batch (and its positions); elsewhere by running averages of mean and unbiased
    variance, which each training step moves a tenth of the way; a mini batch of one number a
    channel leaves the variance as it is. Of the mean only, a channel keeps its scale, and there is
    nothing to learn.

    Attributes
    ----------
    gamma, beta : learnt scale and shift of each channel; they start at 1 and 0.
    running_mean, running_var : the population's statistics; they start at 0 and 1.
    """

    def make_batch_normalization(self, shape):
        """Make gamma, beta and the running statistics, each of `shape`."""
        self.gamma = self.param("gamma", shape, _constant(1, shape))
        self.beta = self.param("beta", shape, _constant(0, shape))
        self.running_mean = self.param("running_mean", shape, _constant(0, shape),
                                       learnable=False)
        self.running_var = self.param("running_var", shape, _constant(1, shape),
                                      learnable=False)

    def batch_normalize(self, t, stream):
        """Return `t` normalized over all axes but the channel's, axis 1."""
        axes = (0,) + tuple(range(2, t.ndim))
        gamma, beta, mean, var = [
            self._along_channels(p, t.ndim)
            for p in (self.gamma, self.beta, self.running_mean, self.running_var)]
        if not stream.batch_statistics:
            return batch_normalization_test(t, gamma, beta, mean, var, axes, EPSILON)
        out, _, _, new_mean, new_var = batch_normalization_train(
            t, gamma, beta, axes, EPSILON, NEW_SHARE, mean, var)
        if stream.masks:  # the stream that is trained
            self._remember(self.running_mean, new_mean)
            several = T.gt(t.size, gamma.size)  # one number has no unbiased variance
            self._remember(self.running_var, T.switch(several, new_var, var))
        return out

    def make_running_mean(self, shape):
        """Make what normalization of the mean only needs: the running mean, of `shape`."""
        self.running_mean = self.param("running_mean", shape, _constant(0, shape),
                                       learnable=False)

    def subtract_mean(self, t, stream):
        """Return `t` less the mean of each channel, axis 1 (equation 7, without the bias).

        The gradient that comes back is centred likewise (equation 8).
        """
        if not stream.batch_statistics:
            return t - self._along_channels(self.running_mean, t.ndim)
        mean = t.mean(axis=(0,) + tuple(range(2, t.ndim)))
        if stream.masks:  # the stream that is trained
            keep, share = (np.asarray(part, t.dtype) for part in (1 - NEW_SHARE, NEW_SHARE))
            self._remember(self.running_mean, keep * self.running_mean + share * mean)
        return t - self._along_channels(mean, t.ndim)

    @staticmethod
    def _along_channels(param, ndim):
        return param.flatten().dimshuffle(*["x", 0] + ["x"] * (ndim - 2))

    def _remember(self, running, new):
        if hasattr(running, "get_value"):
            new = new.flatten() if running.ndim == 1 else new.flatten().dimshuffle("x", 0)
            # A type that differs only in a broadcastable axis would be refused as an update.
            self.updates[running] = T.patternbroadcast(new, running.broadcastable)
