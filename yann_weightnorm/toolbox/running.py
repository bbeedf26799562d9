"""How a network runs over its data: training, validation, test."""

import numpy as np

from yann_weightnorm.toolbox import evaluation
from yann_weightnorm.toolbox.printing import say
from yann_weightnorm.toolbox.schedule import Schedule
from yann_weightnorm.toolbox.training import Training

__all__ = ["Running"]


class Running:
    """Base of the network: the methods that call its compiled functions, split by split."""

    def mini_batch_train(self, index, epoch=0):
        """Take a training step on mini batch `index` of the loaded block; return its cost.

        `epoch`, counted from 0, decides on the momentum.
        """
        self.load_if_empty()
        return self.train_step(index, epoch)[0]

    # -- training -----------------------------------------------------------------------------

    def train(self, verbose=None, *, epochs=(20, 20), learning_rates=None, validate_after_epochs=1,
              visualize_after_epochs=None, save_after_epochs=None, training_accuracy=False,
              early_terminate=None, show_progress=True, nan_retreats=10, on_epoch=None,
              **unread):
        """Train on the training split of the datastream.

        Parameters
        ----------
        verbose : int, optional
        epochs : int or tuple of int, default (20, 20)
            Epochs of each era.
        learning_rates : tuple or function, optional
            ``(annealing, rate of era 0, ...)`` or a function of the epoch; see
            :class:`~yann_weightnorm.toolbox.schedule.Schedule`.
        validate_after_epochs : int, default 1
            Epochs from one validation to the next.
        visualize_after_epochs : int, optional
            Epochs from one drawing of activities and filters to the next, if there is a
            visualizer; as validation by default, 0 for none.
        save_after_epochs : int, optional
            Epochs from one parameter file to the next, as validation by default; 0 for none.
        training_accuracy : bool, default False
            Also run the training split through the inference stream when validating.
        early_terminate : bool, optional
            None and True stop when validation no longer improves, True sooner; False never.
        show_progress : bool, default True
            Show a progress bar (at `verbose` 1 and more, on a terminal).
        nan_retreats : int, default 10
            How often a cost that is not finite may cut the rate and begin the epoch again.
        on_epoch : function, optional
            Called with each :class:`~yann_weightnorm.toolbox.history.Epoch` when it is over.
        **unread
            YANN's scripts pass more (`patience`), which nothing reads.

        Returns
        -------
        History
            A list of :class:`~yann_weightnorm.toolbox.history.Epoch`: cost, errors, learning rate,
            momentum and seconds of each.

        Raises
        ------
        RuntimeError
            If the network is not cooked.
        ValueError
            If the learning rates don't fit the epochs.
        """
        self.check_cooked("train")
        schedule, verbose = Schedule(epochs, learning_rates), self._level(verbose)
        self.validate_after_epochs = validate_after_epochs
        self.save_after_epochs = validate_after_epochs if save_after_epochs is None \
            else save_after_epochs
        self.visualize_after_epochs = validate_after_epochs if visualize_after_epochs is None \
            else visualize_after_epochs
        self._with_training_accuracy = training_accuracy
        self.best_validation_errors, self.validation_accuracy = np.inf, []
        self.training_accuracy = []
        self.keep_best()
        self.train_step.compile()  # before the first epoch, whose seconds are to be its own
        training = Training(self, schedule, early_terminate, nan_retreats, on_epoch)
        return training.run(verbose, show_progress and verbose >= 1)

    def run_epoch(self, epoch, show_progress=False):
        """Take a step on every training mini batch; return the mean cost and the percent wrong."""
        return evaluation.training_epoch(self, epoch, show_progress)

    def validate_epoch(self, epoch, verbose):
        """Return the validation error after `epoch`, and whether it is the best so far.

        (None, False) for an epoch that is not to be validated, (None, True) without a validation
        split: then the last parameters count as the best.
        """
        if not self.cooked_datastream.blocks("valid"):
            return None, True
        if not self.validate_after_epochs or epoch % self.validate_after_epochs:
            return None, False
        self.validate(epoch, self._with_training_accuracy, verbose=verbose)
        error = self._validation_error
        improved = error < self.best_validation_errors
        self.best_validation_errors = min(error, self.best_validation_errors)
        return error, improved

    def after_epoch(self, epoch):
        """Draw and save what is due after `epoch`, where a module says in which folder."""
        if self.cooked_visualizer:
            self.visualize(epoch)
        if self.cooked_resultor and self.save_after_epochs and not epoch % self.save_after_epochs:
            self.save_params(epoch)

    @property
    def cooked_optimizers(self):
        """The optimizers that take the steps of training, a list."""
        return [self.cooked_optimizer]

    def set_learning_rate(self, rate):
        """Set the rate of the next steps."""
        for optimizer in self.cooked_optimizers:
            shared = optimizer.learning_rate
            shared.set_value(np.asarray(rate, dtype=shared.dtype))

    def forget_steps(self):
        """Reset what the optimizers remember of their steps."""
        for optimizer in self.cooked_optimizers:
            optimizer.reset()

    def keep_best(self):
        """Keep a copy of the parameters as the best so far."""
        kept = list({id(p): p for p in self.active_params + self.params}.values())
        self.best_params = [(p, p.get_value()) for p in kept if hasattr(p, "get_value")]

    def restore_best(self):
        """Set the parameters to the copy that is kept as the best."""
        for p, value in self.best_params:
            p.set_value(value)

    # -- testing ------------------------------------------------------------------------------

    def validate(self, epoch=0, training_accuracy=False, show_progress=False, verbose=None):
        """Run the validation split, print the accuracy and return it.

        Returns
        -------
        float, or (float, float) with `training_accuracy`
            Percent right of the validation split, and of the training split. For a network
            without a classifier the mean costs.
        """
        self.check_cooked("validate")
        results = [self._evaluate("valid", "Validation", self.validation_accuracy, show_progress,
                                  verbose)]
        self._validation_error = self._last_error
        if training_accuracy:
            results.append(self._evaluate("train", "Training", self.training_accuracy,
                                          show_progress, verbose))
        return tuple(results) if training_accuracy else results[0]

    def test(self, show_progress=True, verbose=None):
        """Run the test split, print the accuracy and return it.

        Returns
        -------
        float
            Percent right; for a network without a classifier the mean cost.
        """
        self.check_cooked("test")
        return self._evaluate("test", "Testing", [], show_progress, verbose)

    def _evaluate(self, split, name, record, show_progress, verbose):
        verbose = self._level(verbose)
        if not self.cooked_datastream.blocks(split):
            raise ValueError(f"dataset {self.cooked_datastream.dataset.name!r} has no rows in its "
                             f"{split!r} split; give it some when it is made.")
        self._last_error = evaluation.split_error(self, split, show_progress and verbose >= 1)
        is_value = self.cooked_classifier is None
        result = self._last_error if is_value else 100.0 - self._last_error
        say(2, f"{name} {'cost' if is_value else 'accuracy'} : {result:.6g}", verbose)
        record.append(result)
        return result
