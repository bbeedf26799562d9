"""The module that writes results to files and the terminal."""

import pathlib

from yann_weightnorm.toolbox.printing import say_results

__all__ = ["Resultor"]


class Resultor:
    """Text files of costs, rates and momenta, a line an epoch; pictures of confusion; parameters.

    All are in the folder `root`. The confusion matrices of a classifier are in
    ``confusion/epoch_<epoch>/{train,valid,test}_confusion.eps``: of an epoch that is validated,
    of the training split only where ``train`` is told to run it too, of the test under ``fin``.

    Parameters
    ----------
    id : str
    root : str or path, default 'resultor'
        Folder of the files, made when the first line is written.
    results, errors, costs, learning_rate, momentum : str, optional
        Names of the text files, by default ``results.txt`` and so on. Nothing is written to the
        first two, as in YANN.
    confusion : str, default 'confusion.eps'
        Kept for YANN's scripts.
    visualize : bool, default True
        Kept for YANN's scripts.
    save_confusion : bool, default True
        Whether confusion matrices are counted and drawn.
    """

    type = "resultor"

    def __init__(self, id, *, root="resultor", results="results.txt", errors="errors.txt",
                 costs="costs.txt", learning_rate="learning_rate.txt", momentum="momentum.txt",
                 confusion="confusion.eps", visualize=True, save_confusion=True):
        self.id, self.root = id, pathlib.Path(root)
        self.results_file, self.error_file, self.cost_file = results, errors, costs
        self.learning_rate, self.momentum = learning_rate, momentum
        self.confusion_file, self.save_confusion = confusion, bool(save_confusion)

    def start(self):
        """Make the folder and empty the files."""
        self.root.mkdir(parents=True, exist_ok=True)
        for name in (self.results_file, self.error_file, self.cost_file, self.learning_rate,
                     self.momentum):
            (self.root / name).write_text("")

    def process_results(self, cost, lr, mom, params=None, verbose=2):
        """Print an epoch's cost, learning rate and momentum, and append them to their files.

        Parameters
        ----------
        cost, lr : float
        mom : float or None
        params : optional
            Kept for YANN's scripts.
        verbose : int, default 2
            2 prints the cost, 3 also the rest.
        """
        say_results(cost, lr, mom, verbose)
        for name, value in ((self.cost_file, cost), (self.learning_rate, lr),
                            (self.momentum, mom)):
            with open(self.root / name, "a", encoding="utf-8") as lines:
                lines.write(f"{value}\n")

    def print_confusion(self, epoch=0, train=None, valid=None, test=None, verbose=2):
        """Draw confusion matrices to ``confusion/epoch_<epoch>``, if `save_confusion` is on.

        Parameters
        ----------
        epoch : int or str
        train, valid, test : (classes, classes) array, optional
            Counts: rows are true classes, columns predicted ones. A split without one is left
            out.
        verbose : int, optional
            Kept for YANN's scripts.
        """
        if not self.save_confusion:
            return
        # Not at the top: it brings Matplotlib, which a run that draws nothing need not load.
        from yann_weightnorm.toolbox.confusion import save_confusion
        folder = self.root / "confusion" / f"epoch_{epoch}"
        for split, counts in (("train", train), ("valid", valid), ("test", test)):
            if counts is not None:
                save_confusion(counts, folder / f"{split}_confusion.eps")

    def params_file(self, epoch):
        """Return where the parameters of `epoch` are saved."""
        return self.root / "params" / f"epoch_{epoch}.safetensors"
