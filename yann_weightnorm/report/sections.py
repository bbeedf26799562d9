"""What the page's template needs of each section: one a comparison, one a sweep."""

from yann_weightnorm.report import tables
from yann_weightnorm.report.comparison import baseline
from yann_weightnorm.report.curves import learning_curves, recorded_metrics, robustness
from yann_weightnorm.report.numbers import plural, rate
from yann_weightnorm.report.sweeps import is_steep, sweep_figure, sweep_metrics, sweep_rows, sweeps
from yann_weightnorm.report.words import cautions, sentence

__all__ = ["comparison_sections", "sweep_sections"]


def comparison_sections(comparisons, looks, opening):
    """Return a dict for each comparison; it doesn't repeat what `opening` says already."""
    return [_section(each, looks, place, opening) for place, each in enumerate(comparisons)]


def sweep_sections(comparisons, looks):
    """Return a dict for each sweep that the comparisons make."""
    return [_sweep_section(each, looks, place) for place, each in enumerate(sweeps(comparisons))]


def _section(comparison, looks, place, opening):
    """Return what the template needs of one comparison; not what `opening` says already."""
    plain = baseline(comparison)
    told = [arm for arm in comparison.arms
            if arm is not plain and sentence(comparison, arm) not in opening]
    shown = [arm for arm in comparison.arms if arm.best_runs]
    rates = {value for arm in comparison.arms for value in arm.rates}
    return {
        "id": f"c{place}", "title": comparison.title, "about": _about(comparison),
        "arms": [{"name": arm.name, "rate": rate(arm.best), "look": looks[arm.name]}
                 for arm in comparison.arms if arm.runs],
        "sentences": list(dict.fromkeys(sentence(comparison, arm, brief=True) for arm in told)),
        "cautions": cautions(comparison), "rows": tables.rows(comparison), "plain": plain.name,
        "headings": tables.headings(comparison), "plan": comparison.plan,
        "metrics": recorded_metrics([comparison]), "scale": "linear", "sweep": None,
        "curves": learning_curves(comparison, looks) if shown else None,
        "rates": robustness(comparison, looks) if shown and len(rates) > 1 else None,
    }


def _about(comparison):
    """Return the settings that all runs of a comparison share, in words."""
    values = comparison.values
    parts = [f"study {comparison.study}"]
    if values.get("epochs") is not None:
        parts.append(plural(values["epochs"], "epoch"))
    if values.get("mini_batch_size") is not None:
        parts.append(f"mini batches of {values['mini_batch_size']}")
    return ", ".join(parts)


def _sweep_section(sweep, looks, place):
    known = {name: arms for name, arms in sweep.arms.items()
             if any(arm.runs for arm in arms.values())}
    metrics = sweep_metrics(sweep)
    return {
        "id": f"s{place}", "title": sweep.title, "plan": sweep.plan,
        "about": f"Every arm at every number of {sweep.words}, at its own best "
                 f"{sweep.plan.tuned.replace('_', ' ')} there.",
        "arms": [{"name": name, "rate": None, "look": looks[name]} for name in known],
        "sentences": [], "cautions": [], "rows": sweep_rows(sweep), "sweep": sweep,
        "places": [rate(x) for x in sweep.places], "metrics": metrics,
        "scale": "log" if is_steep(sweep, next(iter(metrics))) else "linear",
        "curves": sweep_figure(sweep, looks) if known else None, "rates": None,
    }
