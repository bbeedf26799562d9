"""What a run of a study tells, for tests that compare runs."""

__all__ = ["recorded"]


def recorded(perform, run):
    """Return what `perform` tells of `run`, as a list of dicts without the timings."""
    records = []
    perform(run, None, records.append)
    return [{name: value for name, value in record.items() if name != "seconds"}
            for record in records]
