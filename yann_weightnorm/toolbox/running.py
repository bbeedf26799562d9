"""How a network runs over its data: training, validation, test."""

import time

import numpy as np

from yann_weightnorm.toolbox import evaluation
from yann_weightnorm.toolbox.blueprint import untold
from yann_weightnorm.toolbox.printing import say, shows_bar
from yann_weightnorm.toolbox.schedule import Schedule
from yann_weightnorm.toolbox.training import Training

__all__ = ["Running"]


class Running:
    """Base of the network: the methods that call its compiled functions, split by split.

    Attributes
    ----------
    epoch_costs : dict or None
        Where the cost is a sum, what the last epoch's history says of its summands.
    left_at : int or None
        The mini batch of the loaded block whose cost was the last that was not finite.
    clock : function, default time.perf_counter
        By what an epoch's seconds are told.
    """

    epoch_costs = None
    left_at = None
    clock = time.perf_counter  # no method: it is not written in Python

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
              checkpoint=None, **unread):
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
            Show a progress bar (at `verbose` 1 and 2, on a terminal).
        nan_retreats : int, default 10
            How often a cost that is not finite may cut the rate and begin the epoch again.
        on_epoch : function, optional
            Called with each :class:`~yann_weightnorm.toolbox.history.Epoch` when it is over.
        checkpoint : str or path, optional
            Folder that the network is saved to after every epoch. If there is a checkpoint in it
            already, of a network built and cooked as this one, training goes on from there, with
            the numbers it would have had without the interruption.
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
            If the learning rates don't fit the epochs, or the checkpoint is of another network.
        """
        self.check_cooked("train")
        self.left_off, verbose = None, self._level(verbose)
        self._begin_training(dict(
            epochs=epochs, learning_rates=learning_rates, early_terminate=early_terminate,
            nan_retreats=nan_retreats, training_accuracy=training_accuracy,
            validate_after_epochs=validate_after_epochs,
            visualize_after_epochs=visualize_after_epochs, save_after_epochs=save_after_epochs))
        if checkpoint is not None:
            self.restore_if_there(checkpoint, verbose)
        return self._train_on(verbose, show_progress, on_epoch, checkpoint)

    def resume(self, verbose=None, *, learning_rates=None, show_progress=True, on_epoch=None,
               checkpoint=None):
        """Go on with the training that the checkpoint was saved in, which was loaded or restored.

        Parameters
        ----------
        verbose : int, optional
        learning_rates : tuple or function, optional
            Only needed if it was a function, which is not saved.
        show_progress, on_epoch, checkpoint
            As for :meth:`train`; they are not saved either.

        Returns
        -------
        History
            All epochs, the ones before included.

        Raises
        ------
        RuntimeError
            If no training was begun.
        ValueError
            If a function of learning rates is missing.
        """
        if not self.left_off:
            raise RuntimeError("resume: no training was begun; call train(), or load a checkpoint "
                               "that was saved in training.")
        settings = dict(self.left_off["settings"])
        if learning_rates is not None:
            settings["learning_rates"] = learning_rates
        if untold(settings["learning_rates"]):
            raise ValueError("resume: the learning rates were a function of the epoch, which is "
                             "not saved; give it again: resume(learning_rates=...).")
        self._begin_training(settings)
        return self._train_on(self._level(verbose), show_progress, on_epoch, checkpoint)

    def _begin_training(self, settings):
        self.training_settings, validate = settings, settings["validate_after_epochs"]
        self.validate_after_epochs, save = validate, settings["save_after_epochs"]
        self.save_after_epochs = validate if save is None else save
        draw = settings["visualize_after_epochs"]
        self.visualize_after_epochs = validate if draw is None else draw
        self.training = Training(
            self, Schedule(settings["epochs"], settings["learning_rates"]),
            settings["early_terminate"], settings["nan_retreats"])

    def _train_on(self, verbose, show_progress, on_epoch, checkpoint):
        if self.left_off:
            self._go_on()
        else:
            self.best_validation_errors, self.validation_accuracy = np.inf, []
            self.training_accuracy = []
            self.keep_best()
        if checkpoint is not None:
            self.training.watchers.append(lambda epoch: self.save(checkpoint))
        if on_epoch is not None:
            self.training.watchers.append(on_epoch)
        self.train_step.compile()  # before the first epoch, whose seconds are to be its own
        return self.training.run(verbose, shows_bar(show_progress, verbose))

    def _go_on(self):
        self.training.set_state(self.left_off)
        self.best_validation_errors, self.left_off = self.left_off["best_error"], None
        if self.cooked_resultor:  # its files as they would be without the interruption
            self.cooked_resultor.start()
            for epoch in self.training.history:
                self.cooked_resultor.process_results(epoch.cost, epoch.learning_rate,
                                                     epoch.momentum, verbose=0)

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
        self.validate(epoch, self.training_settings["training_accuracy"], verbose=verbose)
        error = self._validation_error
        improved = error < self.best_validation_errors
        self.best_validation_errors = min(error, self.best_validation_errors)
        if improved:
            say(2, f"Best validation {self._measure}", verbose)
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
                                  verbose, epoch)]
        self._validation_error = self._last_error
        if training_accuracy:
            best = self.best_training_errors
            results.append(self._evaluate("train", "Training", self.training_accuracy,
                                          show_progress, verbose, epoch))
            if self._last_error < best:
                say(2, f"Best training {self._measure}", self._level(verbose))
        return tuple(results) if training_accuracy else results[0]

    @property
    def best_training_errors(self):
        """The smallest training error that validation has found; infinite if it found none."""
        return min(map(self._turned, self.training_accuracy), default=np.inf)

    def test(self, show_progress=True, verbose=None):
        """Run the test split, print the accuracy and return it.

        Returns
        -------
        float
            Percent right; for a network without a classifier the mean cost.
        """
        self.check_cooked("test")
        return self._evaluate("test", "Testing", [], show_progress, verbose, "fin")

    def _evaluate(self, split, name, record, show_progress, verbose, epoch):
        verbose = self._level(verbose)
        if not self.cooked_datastream.blocks(split):
            raise ValueError(f"dataset {self.cooked_datastream.dataset.name!r} has no rows in its "
                             f"{split!r} split; give it some when it is made.")
        self._last_error = self._split_error(split, epoch, shows_bar(show_progress, verbose))
        result = self._turned(self._last_error)
        say(2, f"{name} {self._measure} : {result:.6g}", verbose)
        record.append(result)
        return result

    def _split_error(self, split, epoch, show_progress):
        resultor = self.cooked_resultor
        if self.cooked_classifier is None or not (resultor and resultor.save_confusion):
            return evaluation.split_error(self, split, show_progress)
        confusion = evaluation.split_confusion(self, split, show_progress)
        resultor.print_confusion(epoch, **{split: confusion})
        return evaluation.percent_wrong(confusion)

    @property
    def _measure(self):
        return "cost" if self.cooked_classifier is None else "accuracy"

    def _turned(self, value):
        """Return the accuracy for an error and the error for an accuracy; a cost as it is."""
        return value if self.cooked_classifier is None else 100.0 - value
