"""The module that writes results to files and the terminal."""

import pathlib

__all__ = ["Resultor"]



class Resultor:
    """Text files of costs, rates and momenta, one line an epoch; and where parameters are saved.

    Parameters
    ----------
    id : str
    root : str or path, default 'resultor'
        Folder of the files, made when the first line is written.
    results, errors, costs, learning_rate, momentum : str, optional
        Names of the files, by default ``results.txt`` and so on.
    confusion : str, default 'confusion.eps'
        Kept for YANN's scripts.
    visualize, save_confusion : bool, default True
        Kept for YANN's scripts.
    """

    type = "resultor"

    def __init__(self, id, *, root="resultor", results="results.txt", errors="errors.txt",
                 costs="costs.txt", learning_rate="learning_rate.txt", momentum="momentum.txt",
                 confusion="confusion.eps", visualize=True, save_confusion=True):
        self.id, self.root = id, pathlib.Path(root)
        self.results_file, self.error_file, self.cost_file = results, errors, costs
        self.learning_rate, self.momentum = learning_rate, momentum
        self.confusion_file, self.save_confusion = confusion, save_confusion

    def start(self):
        """Make the folder and empty the files."""
        self.root.mkdir(parents=True, exist_ok=True)
        for name in (self.results_file, self.error_file, self.cost_file, self.learning_rate,
                     self.momentum):
            (self.root / name).write_text("")

    def process_results(self, cost, lr, mom):
        """Append an epoch's cost, learning rate and momentum to their files."""
        for name, value in ((self.cost_file, cost), (self.learning_rate, lr),
                            (self.momentum, mom)):
            with open(self.root / name, "a", encoding="utf-8") as lines:
                lines.write(f"{value}\n")

    def params_file(self, epoch):
        """Return where the parameters of `epoch` are saved."""
        return self.root / "params" / f"epoch_{epoch}.safetensors"
