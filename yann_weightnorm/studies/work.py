"""What a worker does with one run: do it, and tell about it as it goes."""

from distributed import get_worker

from yann_weightnorm.studies.compile_lock import share_compiler
from yann_weightnorm.studies.provenance import provenance

__all__ = ["work"]


def work(perform, run, data, topic, token):
    """Do `run` and return its records, a list.

    Each record is also sent, as it comes, to whoever listens to the scheduler's `topic`, as
    ``[token, record]``. Whatever gets lost on that way is in the result.
    """
    share_compiler()
    worker, records = get_worker(), []

    def emit(record):
        if record["kind"] == "header":
            record = dict(record, **provenance())
        records.append(record)
        worker.log_event(topic, [token, record])

    perform(run, data, emit)
    return records
