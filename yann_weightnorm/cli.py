"""The command ``yann-weightnorm``: information, data sets, studies, reports, YANN's scripts.

Exit codes: 0 all went well; 1 something failed on the way; 2 the command can't be carried out as it
stands; 130 interrupted. Whatever fails is told in one line. A script that is run has its own codes
and words.
"""

import argparse
import importlib.util
import os
import shlex
import signal
import sys
from pathlib import Path

from yann_weightnorm import __version__

__all__ = ["main"]

PROGRAM = "yann-weightnorm"
DATA = "YANN_WEIGHTNORM_DATA"
FAILED, MISTAKEN, INTERRUPTED = 1, 2, 130

DESCRIPTION = """\
Weight normalization for the YANN toolbox on Theano: what it runs on, and a study that shows when it
helps."""
RUN_DESCRIPTION = """\
Train the networks of a study and write one record a run, then the report.

A run that is recorded already is not done again, so the command may be interrupted at any moment
and given again: it goes on where it was and ends with the same numbers."""
RUN_EPILOG = f"""\
settings for --set, each given once:
  networks=mlp,lenet          with layer sizes if you like: networks='mlp 400-400,lenet 10-20-100'
  arms='normal,weight norm'   see '{PROGRAM} study list'
  datasets=mnist-5k           names of data sets
  learning_rates=0.001,0.003
  seeds=0,1,2
  epochs=10
  mini_batch_size=100
  train_rows=1000             training rows to use, or 'all'
One network alone: lenet.epochs=4, and so for arms, seeds and learning_rates.

examples:
  {PROGRAM} study run
  {PROGRAM} study run --set epochs=20 --set networks=mlp --out longer
  {PROGRAM} study run --data ~/data --dataset mnist --set seeds=0 --out mnist"""


class Mistake(Exception):
    """The command can't be carried out as it stands; told in one line."""


def main(argv=None):
    """Carry out the command line `argv` (by default this process's); return the exit code."""
    argv = sys.argv[1:] if argv is None else list(argv)
    args = parser().parse_args(argv)
    try:
        return args.do(args, argv)
    except Mistake as mistake:
        print(f"{PROGRAM}: {mistake}", file=sys.stderr)
        return MISTAKEN
    except KeyboardInterrupt:
        print(f"{PROGRAM}: interrupted.", file=sys.stderr)
        return INTERRUPTED


# -- the command line -------------------------------------------------------------------------

def parser():
    """Return the parser of the whole command line."""
    top = _parser(argparse.ArgumentParser, prog=PROGRAM, description=DESCRIPTION)
    top.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    top.set_defaults(do=_shows_help(top))
    commands = top.add_subparsers(title="commands", metavar="COMMAND")
    add_info_command(commands)
    add_script_command(commands)
    add_download_command(commands)
    study = _parser(commands.add_parser, "study", help="list or run studies",
                    description="List the studies, or run one.")
    study.set_defaults(do=_shows_help(study))
    add_study_commands(study.add_subparsers(title="commands", metavar="COMMAND"))
    report = _parser(commands.add_parser, "report", help="write the report of a study's records",
                     description="Write report.html, tables and pictures from the records in a "
                                 "study's folder. Trains nothing.")
    report.add_argument("folder", metavar="FOLDER", help="the folder a study was run into")
    report.set_defaults(do=do_report)
    return top


def add_info_command(commands):
    """Add the command ``info``."""
    from yann_weightnorm.info import DESCRIPTION as description, add_options
    info = _parser(commands.add_parser, "info", description=description,
                   help="tell versions, BLAS and its speed, and settings")
    add_options(info)
    info.set_defaults(do=do_info)


def add_script_command(commands):
    """Add the command ``run``."""
    run = _parser(commands.add_parser, "run", help="run a YANN script as it is",
                  description="Run an existing YANN script, of Python 2 or 3, unchanged: "
                              "'import yann' gives the bundled toolbox.")
    run.add_argument("--python", type=int, choices=(2, 3),
                     help="which Python the script is written for (default: found out)")
    run.add_argument("script", metavar="SCRIPT", help="the script")
    run.add_argument("rest", metavar="ARGS", nargs=argparse.REMAINDER,
                     help="what the script gets in sys.argv")
    run.set_defaults(do=do_script)


def add_download_command(commands):
    """Add the command ``download``."""
    from yann_weightnorm.download_command import DESCRIPTION as description
    fetch = _parser(commands.add_parser, "download", help="fetch published data sets",
                    description=description)
    fetch.add_argument("names", metavar="NAME", nargs="*", help="mnist, cifar10, ...")
    fetch.add_argument("--data", metavar="FOLDER",
                       help=f"folder that gets mnist/, cifar10/, ... (default: ${DATA}, or a cache "
                            f"folder of yours)")
    fetch.set_defaults(do=do_download)


def add_study_commands(commands):
    """Add the commands under ``study``."""
    listing = _parser(commands.add_parser, "list", help="list the studies and their settings",
                      description="List the studies and their settings.")
    listing.set_defaults(do=do_list)
    run = _parser(commands.add_parser, "run", help="run a study and write its report",
                  description=RUN_DESCRIPTION, epilog=RUN_EPILOG)
    run.add_argument("name", metavar="NAME", nargs="?", default="supervised",
                     help="the study (default: supervised)")
    run.add_argument("--out", metavar="FOLDER", default="study",
                     help="folder for records and report (default: study)")
    run.add_argument("--data", metavar="FOLDER", default=os.environ.get(DATA),
                     help=f"folder that holds mnist/, cifar10/, ... (default: ${DATA})")
    run.add_argument("--dataset", metavar="NAME", help="data set, short for --set datasets=NAME")
    run.add_argument("--set", metavar="KEY=VALUE", action="append", default=[], dest="settings",
                     help="change a setting, see below; may be repeated")
    add_machine_options(run)
    run.add_argument("--dry-run", action="store_true",
                     help="only tell what would be run and how long it may take")
    run.add_argument("--quiet", action="store_true", help="show no progress and no table")
    run.set_defaults(do=do_run)


def add_machine_options(run):
    """Add the options that say where a study runs."""
    run.add_argument("--workers", metavar="N", type=_count,
                     help="worker processes (default: one a core)")
    run.add_argument("--threads", metavar="N", type=_count, default=1,
                     help="threads of each worker's matrix products (default: 1); another number "
                          "may change results in their last digits")
    run.add_argument("--scheduler", metavar="ADDRESS",
                     help="use the workers of a running dask scheduler, such as "
                          "tcp://10.0.0.1:8786, instead of starting some")


def _parser(make, *names, **options):
    return make(*names, formatter_class=argparse.RawDescriptionHelpFormatter, **options)


def _shows_help(which):
    def show(args, argv):
        which.print_help()
        return 0
    return show


def _count(text):
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"wanted a whole number above 0, got {text!r}")
    return int(text)


# -- the commands -----------------------------------------------------------------------------

def do_info(args, argv):
    """Tell what the package runs on."""
    from yann_weightnorm import info
    return info.show(args)


def do_script(args, argv):
    """Run a script; what goes wrong in it is told as Python tells it."""
    from yann_weightnorm.toolbox.as_yann.running import CannotRun, run_script
    try:
        return run_script(args.script, args.rest, args.python)
    except CannotRun as error:
        raise Mistake(error) from error


def do_download(args, argv):
    """Fetch data sets, or list those that can be."""
    from yann_weightnorm import download_command
    if not args.names:
        print("\n".join(download_command.listing()))
        return 0
    try:
        failures = download_command.download(args.names, args.data)
    except ValueError as error:
        raise Mistake(error) from error
    for failure in failures:
        print(f"{PROGRAM}: {failure}", file=sys.stderr)
    return FAILED if failures else 0


def do_list(args, argv):
    """Print every study: its question and its settings."""
    needs_extra()
    from yann_weightnorm.studies import STUDIES
    for study in STUDIES.values():
        print(f"{study.name}: {study.question}")
        for name, value in study.settings.items():
            print(f"  {name}={_text(value)}")
    return 0


def do_report(args, argv):
    """Write a report and print where it is."""
    needs_extra()
    from yann_weightnorm.report import write_report
    try:
        print(write_report(args.folder).page)
    except (OSError, ValueError) as error:
        raise Mistake(error) from error
    return 0


def do_run(args, argv):
    """Run a study, then report."""
    needs_extra()
    from yann_weightnorm.studies.running import check_study
    try:
        study = chosen(args)
        check_study(study, args.data)
    except (ValueError, OSError, ImportError) as error:
        raise Mistake(error) from error
    if args.dry_run:
        return dry_run(study, args)
    if not args.quiet:
        print(f"{study.name}: {study.question}")
    return run(study, args, argv)


# -- running ----------------------------------------------------------------------------------

def chosen(args):
    """Return the study that `args` name, with their settings."""
    from yann_weightnorm.studies import study_named
    from yann_weightnorm.studies.networks import NETWORKS
    from yann_weightnorm.studies.settings import parse_assignment
    given = {}
    for name, value in map(parse_assignment, args.settings):
        if name in given:
            raise ValueError(f"--set {name} is given twice; give it once, values separated by "
                             f"commas.")
        given[name] = value
    if args.dataset:
        if "datasets" in given:
            raise ValueError("--dataset and --set datasets say the same; give one of them.")
        given["datasets"] = args.dataset
    return study_named(args.name).override(given, tuple(NETWORKS))


def dry_run(study, args):
    """Print the grid and about how long what is left of it takes; return 0."""
    from yann_weightnorm.studies.cluster import default_workers
    from yann_weightnorm.studies.progress import duration, seconds_of
    from yann_weightnorm.studies.recorder import undone
    runs, workers = study.runs(), args.workers or default_workers()
    todo = undone(args.out, runs)
    for run in runs:
        print(f"{run}, {run.dataset}, epochs: {run.epochs}" + ("" if run in todo else " (done)"))
    seconds = seconds_of(study, todo) / min(workers, max(1, len({run.graph for run in todo})))
    print(f"{len(runs)} runs, {len(todo)} to do" + (
        f": about {duration(seconds)} with {workers} workers on cores like the author's."
        if todo else "."))
    return 0


def run(study, args, argv):
    """Run the study and write its report; return the exit code."""
    from yann_weightnorm.studies.engine import StudyError
    from yann_weightnorm.studies.lock import FolderInUse
    from yann_weightnorm.studies.running import run_study
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        outcome = run_study(
            study, args.out, data=args.data and str(Path(args.data).resolve()),
            workers=args.workers, threads=args.threads, scheduler=args.scheduler,
            command=command(argv), quiet=args.quiet)
    except FolderInUse as error:
        raise Mistake(error) from error
    except KeyboardInterrupt:
        return stopped(INTERRUPTED, "interrupted")
    except (StudyError, OSError) as error:
        return stopped(FAILED, error)
    tell(outcome, args)
    return FAILED if outcome.failures else 0


def stopped(code, why):
    """Say why the study stopped and how it goes on; return `code`."""
    words = (str(why) or repr(why)).rstrip(".")
    print(f"{PROGRAM}: {words}. What is recorded stays; the same command goes on from there.",
          file=sys.stderr)
    return code


def tell(outcome, args):
    """Print the table, the failures, and where the page is."""
    from yann_weightnorm.report import summary_table, write_report
    if outcome.done or outcome.already:
        page = write_report(args.out).page
        if not args.quiet:
            print(f"{outcome.done} runs done, {outcome.already} were done before.\n")
            print(summary_table(args.out))
        print(page)
    for which, why in outcome.failures:
        print(f"{PROGRAM}: the run {which} failed: {why}", file=sys.stderr)


def command(argv):
    """Return the command line as records tell it: without the folders and hosts of this machine."""
    told, hide = [], None
    for word in argv:
        name, equals, value = word.partition("=")
        if hide or (equals and name in PRIVATE):
            word = PRIVATE[hide](word) if hide else f"{name}={PRIVATE[name](value)}"
            hide = None
        elif word in PRIVATE:
            hide = word
        told.append(word)
    return " ".join([PROGRAM, *map(shlex.quote, told)])


PRIVATE = {"--data": lambda folder: "FOLDER", "--scheduler": lambda address: "ADDRESS",
           "--out": lambda folder: Path(folder).name or "FOLDER"}


def needs_extra():
    """Raise :class:`Mistake` unless what studies and reports need is installed."""
    wanted = ("distributed", "jinja2", "matplotlib", "plotly", "tqdm")
    missing = [name for name in wanted if importlib.util.find_spec(name) is None]
    if missing:
        raise Mistake(f"studies and reports need {', '.join(missing)}; run: pip install "
                      f"'yann_weightnorm[study]'")


def _interrupt(*signal_and_frame):
    raise KeyboardInterrupt


def _text(value):
    """Return a setting's value as --set takes it."""
    if isinstance(value, tuple):
        return ",".join(map(str, value))
    return "all" if value is None else str(value)
