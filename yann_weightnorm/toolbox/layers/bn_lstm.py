"""The LSTM with batch normalization inside the loop: the rival of a weight-normalised one."""

import numbers

import numpy as np
import theano
import theano.tensor as T

from yann_weightnorm.toolbox.layers.lstm import LSTM
from yann_weightnorm.toolbox.registry import layer_type

__all__ = ["BatchNormLSTM"]

EPSILON = 1e-5
NEW_SHARE = 0.1  # of a mini batch in the running statistics
NORMALISED = ("x", "h", "c")


@layer_type("bn_lstm", "batch_norm_lstm")
class BatchNormLSTM(LSTM):
    """:class:`~yann_weightnorm.toolbox.layers.lstm.LSTM` with three batch normalizations.

    ``i, f, g, o`` are the blocks of ``N(x_t w_x; gamma_x) + N(h_{t-1} w_h; gamma_h) + b``; the
    cell is the LSTM's; ``h_t = s(o) tanh(N(c_t; gamma_c) + beta_c)``. N takes the mean off each
    column, divides by the root of variance plus 1e-5 and multiplies by gamma. The first two have
    no beta: b is that of both.

    Each step of a sequence has statistics of its own. In streams with batch statistics they are
    those of the mini batch at that step; elsewhere running averages of mean and unbiased
    variance, which each training step moves a tenth of the way.

    Parameters
    ----------
    id, input_shape, rng, num_neurons, forget_bias, return_sequences, dropout_rate, regularize
        As for :class:`~yann_weightnorm.toolbox.layers.lstm.LSTM`.
    state_noise : float, default 0
        Deviation of normal noise on the h before the first step, in the dropout stream. The paper
        takes 0.1 where many first steps are alike in all rows, as the first pixels of MNIST are,
        which are black: else a variance is 0 and its gradient large.
    initial_gamma : float, default 0.1
        What each gamma starts at. The paper's section 4.1 says why so little: tanh would saturate.
    input_params : sequence, optional
        ``[w_x, w_h, b, gamma_x, gamma_h, gamma_c, beta_c, mean_x, var_x, mean_h, var_h, mean_c,
        var_c]``; None for an entry that is to be made afresh.

    Attributes
    ----------
    w_x, w_h, b
        As in the LSTM.
    gamma_x, gamma_h : (4 num_neurons,), floatX
    gamma_c, beta_c : (num_neurons,), floatX
        `beta_c` starts at 0.
    mean_x, var_x, mean_h, var_h : (steps, 4 num_neurons), floatX
    mean_c, var_c : (steps, num_neurons), floatX
        The running statistics; means start at 0, variances at 1.

    Raises
    ------
    ValueError
        If the input is no sequence, an option is out of its range, or a given parameter has
        another shape.

    Notes
    -----
    The authors estimate the population's statistics after training from batches of 5,000; here
    running averages are kept, as in the other layers with batch norm.

    References
    ----------
    .. [1] Cooijmans, Ballas, Laurent, Gulcehre and Courville (2017), "Recurrent batch
       normalization", arXiv:1603.09025, section 3.
    """

    def __init__(self, id, input_shape, rng, *, num_neurons=100, forget_bias=1.0,
                 initial_gamma=0.1, return_sequences=False, dropout_rate=0.0, state_noise=0.0,
                 regularize=False, input_params=None):
        if not isinstance(initial_gamma, numbers.Real) or not np.isfinite(initial_gamma):
            raise ValueError(f"{self.type} {id!r} got initial_gamma {initial_gamma!r}; it must be "
                             f"a finite number.")
        self.initial_gamma = float(initial_gamma)
        super().__init__(id, input_shape, rng, num_neurons=num_neurons, forget_bias=forget_bias,
                         return_sequences=return_sequences, dropout_rate=dropout_rate,
                         state_noise=state_noise, regularize=regularize, input_params=input_params)
        self.batch_norm = True

    def make_more_params(self):
        """Make scales and shift, then the running statistics of each step."""
        widths = dict(x=4 * self.num_neurons, h=4 * self.num_neurons, c=self.num_neurons)
        for of, width in widths.items():
            self._make(f"gamma_{of}", (width,), self.initial_gamma)
        self._make("beta_c", (self.num_neurons,), 0)
        for of, width in widths.items():
            self._make(f"mean_{of}", (self.steps, width), 0, learnable=False)
            self._make(f"var_{of}", (self.steps, width), 1, learnable=False)

    def _make(self, name, shape, value, learnable=True):
        setattr(self, name, self.param(name, shape, lambda rng: np.full(shape, value), learnable))

    def unroll(self, x, stream):
        """Return the hidden states after all steps, (steps, batch, num_neurons)."""
        projected, rows = self.projected(x), x.shape[0]
        if not stream.batch_statistics:
            from_x = _normalised(projected, _by_step(self.mean_x), _by_step(self.var_x),
                                 self.gamma_x)
            known = [self.mean_h, self.var_h, self.mean_c, self.var_c]
            return self._scan(self.known_step, [from_x + self.b] + known, rows, stream)[0]
        of_x = _moments(projected, axis=1)
        from_x = _normalised(projected, *map(_by_step, of_x), gamma=self.gamma_x)
        hidden, _, *rest = self._scan(self.own_step, [from_x + self.b], rows, stream, extras=4)
        if stream.masks:  # the stream that is trained
            self._remember(of_x + rest, rows)
        return hidden

    def _scan(self, step, sequences, rows, stream, extras=0):
        return self.scan(step, sequences, rows, stream, extras,
                         constants=[self.gamma_h, self.gamma_c, self.beta_c])

    def own_step(self, from_x, h, c, w_h, gamma_h, gamma_c, beta_c):
        """Return the next h and c, then mean and variance of ``h w_h`` and of c in the batch."""
        found = []

        def normalised(t, gamma):
            found.extend(_moments(t, axis=0))
            return _normalised(t, *found[-2:], gamma=gamma)

        t = from_x + normalised(T.dot(h, w_h), gamma_h)
        return list(self.cell(t, c, lambda c: normalised(c, gamma_c) + beta_c)) + found

    def known_step(self, from_x, mean_h, var_h, mean_c, var_c, h, c, w_h, gamma_h, gamma_c,
                   beta_c):
        """Return the next h and c, by the population's statistics at this step."""
        t = from_x + _normalised(T.dot(h, w_h), mean_h, var_h, gamma_h)
        return self.cell(t, c, lambda c: _normalised(c, mean_c, var_c, gamma_c) + beta_c)

    def cell(self, t, c, shown):
        """Return the next hidden state and cell from the gates `t`; h sees ``shown(c)`` of c."""
        i, f, g, o = self.gated(t)
        c = T.nnet.sigmoid(f) * c + T.nnet.sigmoid(i) * T.tanh(g)
        return T.nnet.sigmoid(o) * T.tanh(shown(c)), c

    def _remember(self, moments, rows):
        """Move the running statistics towards `moments`: mean and variance of x, h and c."""
        bessel = T.cast(rows / T.switch(rows > 1, rows - 1, 1), theano.config.floatX)
        for number, of in enumerate(NORMALISED):
            mean, variance = moments[2 * number:2 * number + 2]
            for running, new in ((getattr(self, f"mean_{of}"), mean),
                                 (getattr(self, f"var_{of}"), variance * bessel)):
                if hasattr(running, "get_value"):
                    self.updates[running] = T.patternbroadcast(
                        (1 - NEW_SHARE) * running + NEW_SHARE * new, running.broadcastable)


def _moments(t, axis):
    """Return mean and biased variance of `t` over `axis`, the rows'."""
    mean = t.mean(axis=axis)
    return [mean, T.sqr(t - T.shape_padaxis(mean, axis)).mean(axis=axis)]


def _by_step(statistic):
    """Return the (steps, width) `statistic` so that it meets (steps, batch, width)."""
    return statistic.dimshuffle(0, "x", 1)


def _normalised(t, mean, variance, gamma):
    """Return `t` at mean 0 and deviation `gamma`, by the given statistics."""
    return (t - mean) * (gamma / T.sqrt(variance + EPSILON))
