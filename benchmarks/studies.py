"""How many runs of a study get done in a time, with one worker and with two."""

import tempfile
import time

from yann_weightnorm.studies import study_named
from yann_weightnorm.studies.running import run_study

__all__ = ["throughput"]


def throughput(workers, epochs=20, **settings):
    """Return the seconds that a small study takes from start to end, and its number of runs.

    Two graphs, ten runs each, of `epochs` epochs over 5,000 images, unless `settings` of the study
    say otherwise: what takes one worker a minute or two. Starting the workers and compiling, which
    both then do at once, counts.
    """
    given = dict({"networks": "mlp 400-400", "arms": "normal,weight norm",
                  "seeds": ",".join(map(str, range(10))), "learning_rates": "0.001",
                  "epochs": str(epochs)}, **settings)
    study = study_named("supervised").override(given)
    with tempfile.TemporaryDirectory() as folder:
        begin = time.perf_counter()
        outcome = run_study(study, folder, workers=workers, quiet=True)
        seconds = time.perf_counter() - begin
    if outcome.failures:
        raise RuntimeError(f"a run of the study failed: {outcome.failures[0]}")
    return {"seconds": seconds, "runs": outcome.done, "workers": workers}
