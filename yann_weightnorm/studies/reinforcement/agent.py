"""The agent: a network that values actions, and how it learns from transitions.

Source: Mnih et al. (2015), doi:10.1038/nature14236; the network and the cost as in MinAtar's
example, Young & Tian (2019), arXiv:1903.03176.
"""

import numpy as np
import theano
import theano.tensor as T

from yann_weightnorm.initialization import initialize_from_data
from yann_weightnorm.studies.arms import arm_named
from yann_weightnorm.studies.reinforcement.optimizing import AgentOptimizer
from yann_weightnorm.toolbox.datasets import dataset_from_arrays
from yann_weightnorm.toolbox.network import network

__all__ = ["Agent", "build", "huber", "td_target"]

MAPS, FILTER, NEURONS = 16, (3, 3), 128


def td_target(rewards, ended, next_values, discount):
    """Return what actions were worth: the reward, and the best that may follow unless it ended.

    Parameters
    ----------
    rewards, ended : (n,)
    next_values : (n, actions)
        Values of the actions in the next states, by the target network.
    discount : float
    """
    return rewards + discount * (1 - ended) * next_values.max(axis=1)


def huber(error):
    """Return half the square of each error, or, beyond 1, its size less a half (Huber 1964)."""
    size = abs(error)
    return T.switch(size < 1, 0.5 * T.sqr(error), size - 0.5)


def build(shape, actions, arm, optimizer, seed=0):
    """Return the network that values `actions` actions in a state, cooked but not trained.

    Its start is He's, which is the same function with and without weight normalization; or, for an
    arm that starts from data, the paper's directions, to be scaled by
    :meth:`Agent.start_from`.

    Parameters
    ----------
    shape : (height, width, channels)
    actions : int
    arm : str
        One of the names in ``studies.arms.ARMS``.
    optimizer : {'adamax', 'rmsprop'}
    seed : int, default 0
    """
    arm = arm_named(arm)
    kind = "weightnorm_" if arm.weight_norm else ""
    start = {"start": "normal" if arm.start == "data" else "he"}
    net = network(rng=np.random.RandomState(seed), verbose=0)
    net.add_module(type="datastream", params={"id": "data", "dataset": _dataset(
        np.zeros((2, int(np.prod(shape))), theano.config.floatX), shape)})
    net.add_layer(type="input", id="input", origin="data")
    net.add_layer(type=kind + "conv_pool", id="conv", num_neurons=MAPS, filter_size=FILTER,
                  pool_size=(1, 1), **start)
    net.add_layer(type=kind + "dot_product", id="dense", num_neurons=NEURONS, **start)
    net.add_layer(type=kind + "dot_product", id="values", num_neurons=actions,
                  activation=None, **start)
    net.add_layer(type="objective", id="cost", layer_type="value",
                  objective=net.dropout_layers["values"].output.mean())  # the agent has its own
    net.optimizer["agent"] = AgentOptimizer("agent", optimizer)
    net.last_optimizer_created = "agent"
    net.cook(resultor=None, classifier_layer=None)
    return net


def _dataset(rows, shape):
    """Return states, given as rows, as a data set; its labels mean nothing."""
    return dataset_from_arrays((rows.reshape((-1, *shape)), np.zeros(len(rows), "int32")),
                               mini_batch_size=len(rows), name="states")


class Agent:
    """A network that values actions, its older self that it learns from, and two functions.

    Parameters
    ----------
    net : network
        From :func:`build`.
    discount : float
        What a reward is worth a step later.

    Attributes
    ----------
    inputs, cost : list of symbolic tensors, symbolic scalar
        States, actions, rewards, whether each ended the episode, next states; and the mean over
        them of :func:`huber` of the temporal-difference error.
    learn : compiled function
        Takes a step on transitions as :meth:`Replay.sample
        <yann_weightnorm.studies.reinforcement.replay.Replay.sample>` returns them, in floatX;
        returns the cost before it.
    """

    def __init__(self, net, discount):
        self.net, self.optimizer = net, net.cooked_optimizer
        self._older = [theano.shared(p.get_value(), name=f"{p.name}.older",
                                     broadcastable=p.broadcastable) for p in net.params]
        self.inputs, self.cost = self._td_cost(np.asarray(discount, theano.config.floatX))
        self.optimizer.create_updates(net.active_params, self.cost)
        self.learn = _trusting(self.inputs, self.cost, updates=self.optimizer.updates)
        self._best = _trusting(self.inputs[:1], T.argmax(
            net.inference_layers["values"].output[0]))

    def _td_cost(self, discount):
        states, values = self.net.cooked_datastream.x, self.net.dropout_layers["values"].output
        actions, next_states = T.ivector("actions"), T.matrix("next_states")
        rewards, ended = T.vector("rewards"), T.vector("ended")
        older = dict(zip(self.net.params, self._older))
        next_values = theano.clone(values, {states: next_states, **older})
        chosen = values[T.arange(actions.shape[0]), actions]
        target = td_target(rewards, ended, next_values, discount)
        return [states, actions, rewards, ended, next_states], huber(chosen - target).mean()

    def begin(self, seed, learning_rate):
        """Be as an agent that was built with `seed` and has learnt nothing."""
        self.net.restart(np.random.RandomState(seed))
        self.optimizer.learning_rate.set_value(
            np.asarray(learning_rate, self.optimizer.learning_rate.dtype))
        self.follow()

    def start_from(self, states):
        """Set scales and biases so that values of `states`, rows, have mean 0 and deviation 1."""
        stream = self.net.cooked_datastream
        stream.dataset = _dataset(states, (stream.height, stream.width, stream.channels))
        initialize_from_data(self.net, images=len(states))
        self.follow()

    def follow(self):
        """Let the older self be as the network is now."""
        for older, param in zip(self._older, self.net.params):
            older.set_value(param.get_value())

    def best(self, state):
        """Return the number of the action with the highest value in `state`, a bool array."""
        return int(self._best(state.reshape(1, -1).astype(theano.config.floatX)))


def _trusting(inputs, outputs, **settings):
    """Return a compiled function that doesn't look at its inputs' types."""
    function = theano.function(inputs, outputs, **settings)
    function.trust_input = True
    return function
