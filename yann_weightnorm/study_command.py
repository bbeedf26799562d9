"""The commands ``yann-weightnorm study``: list, run, report, pages, compare, pack."""

import argparse
import importlib.util
import os
import shlex
import signal
import sys
from pathlib import Path

from yann_weightnorm.console import (
    DATA, FAILED, INTERRUPTED, PROGRAM, Mistake, command_parser)

__all__ = ["add_study_commands", "command", "needs_extra"]

RUN_DESCRIPTION = """\
Train the networks of a study and write one record a run, then the report.

A run that is recorded already is not done again, so the command may be interrupted at any moment
and given again: it goes on where it was and ends with the same numbers."""
RUN_EPILOG = f"""\
A setting of several values is an axis of the grid; '{PROGRAM} study list NAME' tells them all. Of
the study 'supervised', for example:
  --set networks='mlp 400-400,lenet 10-20-100'    --set learning_rates=0.001,0.003
  --set arms='normal,weight norm'                 --set seeds=0,1,2    --set epochs=10
For one network alone: --set lenet.epochs=4

examples:
  {PROGRAM} study run
  {PROGRAM} study run robustness --budget smoke
  {PROGRAM} study run --set epochs=20 --set networks=mlp --out longer
  {PROGRAM} study run --data ~/data --dataset mnist --set seeds=0 --out mnist"""
DEFAULT = "supervised"


# -- the command line -------------------------------------------------------------------------

def add_study_commands(commands):
    """Add the commands under ``study`` to the subparsers `commands`."""
    listing = command_parser(commands.add_parser, "list",
                             help="list the studies, or the settings of one",
                             description="List the studies, or the settings of one.")
    listing.add_argument("name", metavar="NAME", nargs="?", help="the study")
    listing.set_defaults(do=do_list)
    add_run_command(commands)
    report = command_parser(commands.add_parser, "report", help="write a study's report and page",
                            description="Write the report of a study's records. Trains nothing.")
    report.add_argument("name", metavar="NAME", help="the study")
    report.add_argument("--out", metavar="FOLDER",
                        help="the folder it was run into (default: study/NAME)")
    report.add_argument("--page", metavar="FOLDER",
                        help="write NAME.md and its pictures into this folder as well")
    report.set_defaults(do=do_report)
    pages = command_parser(commands.add_parser, "pages", help="write the pages of all studies",
                           description="Write a page for each study whose records lie in "
                                       "FOLDER/records/NAME, and FOLDER/index.md, which sums them "
                                       "up. Trains nothing.")
    pages.add_argument("folder", metavar="FOLDER")
    pages.set_defaults(do=do_pages)
    compare = command_parser(
        commands.add_parser, "compare", help="compare the records in two folders",
        description="Tell which runs of two folders have the same records, timings aside, and set "
                    "their results side by side.")
    compare.add_argument("folders", metavar="FOLDER", nargs=2)
    compare.set_defaults(do=do_compare)
    pack = command_parser(commands.add_parser, "pack", help="compress the records in a folder",
                          description="Move the records of a folder that are over into one "
                                      "compressed file. Reports read it, and a study takes its "
                                      "runs for done.")
    pack.add_argument("folder", metavar="FOLDER")
    pack.set_defaults(do=do_pack)


def add_run_command(commands):
    """Add the command ``study run``."""
    run = command_parser(commands.add_parser, "run", help="run a study and write its report",
                         description=RUN_DESCRIPTION, epilog=RUN_EPILOG)
    run.add_argument("name", metavar="NAME", nargs="?", default=DEFAULT,
                     help=f"the study (default: {DEFAULT})")
    run.add_argument("--budget", metavar="BUDGET",
                     help="smoke, quick, full or paper: how much is run (default: quick)")
    run.add_argument("--out", metavar="FOLDER",
                     help="folder for records and report (default: study/NAME)")
    run.add_argument("--data", metavar="FOLDER", default=os.environ.get(DATA),
                     help=f"folder that holds mnist/, cifar10/, ... (default: ${DATA})")
    run.add_argument("--dataset", metavar="NAME", help="data set, short for --set datasets=NAME")
    run.add_argument("--set", metavar="KEY=VALUE", action="append", default=[], dest="settings",
                     help="change a setting, see below; may be repeated")
    add_machine_options(run)
    run.add_argument("--dry-run", action="store_true",
                     help="only tell what would be run and how long it may take")
    run.add_argument("--tensorboard", metavar="FOLDER",
                     help="write event files for TensorBoard as well; needs tensorboardX")
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


def _count(text):
    if not text.isdigit() or not int(text):
        raise argparse.ArgumentTypeError(f"wanted a whole number above 0, got {text!r}")
    return int(text)


def folder_of(args):
    """Return the folder that a command reads or writes."""
    return args.out or os.path.join("study", args.name)


# -- the commands -----------------------------------------------------------------------------

def do_list(args, argv):
    """Print every study, its question and its budgets; or the settings of one."""
    needs_extra()
    from yann_weightnorm.studies import BUDGETS, STUDIES, study_named
    try:
        studies = [study_named(args.name)] if args.name else STUDIES.values()
    except ValueError as error:
        raise Mistake(error) from error
    for study in studies:
        budgets = [each for each in BUDGETS if each == "quick" or each in study.budgets]
        print(f"{study.name}: {study.question}\n  budgets: {', '.join(budgets)}")
        _print_settings(study)
    return 0


def do_run(args, argv):
    """Run a study, then report."""
    needs_extra()
    from yann_weightnorm.studies.running import check_study
    try:
        study, watch = chosen(args), watcher(args)
        missing = check_study(study, args.data, fetch=not args.dry_run)
        if args.dry_run:
            return dry_run(study, args, missing)
    except (ValueError, OSError, ImportError) as error:
        raise Mistake(error) from error
    if not args.quiet:
        print(f"{study.name}: {study.question}")
    return run(study, args, argv, watch)


def do_report(args, argv):
    """Write a study's report, and its page if that is wanted; print where they are."""
    needs_extra()
    from yann_weightnorm.report import write_page, write_report
    try:
        print(write_report(folder_of(args), study=args.name).page)
        if args.page:
            print(write_page(folder_of(args), args.name, args.page))
    except (OSError, ValueError) as error:
        raise Mistake(error) from error
    return 0


def do_pages(args, argv):
    """Write the pages of all studies and their summary; print where they are."""
    needs_extra()
    from yann_weightnorm.report import write_summary
    try:
        for path in write_summary(args.folder):
            print(path)
    except (OSError, ValueError) as error:
        raise Mistake(error) from error
    return 0


def do_compare(args, argv):
    """Print how the records of two folders differ; fail if runs of both do."""
    needs_extra()
    from yann_weightnorm.report import compare_folders
    try:
        text, same = compare_folders(*args.folders)
    except (OSError, ValueError) as error:
        raise Mistake(error) from error
    print(text)
    return 0 if same else FAILED


def do_pack(args, argv):
    """Compress records and print how many."""
    needs_extra()
    from yann_weightnorm.records import ARCHIVE, pack, read_records
    from yann_weightnorm.studies.lock import FolderInUse, locked
    try:
        read_records(args.folder)
        with locked(args.folder):
            print(f"{pack(args.folder)} records packed into {Path(args.folder) / ARCHIVE}.")
    except (OSError, ValueError, FolderInUse) as error:
        raise Mistake(error) from error
    return 0


# -- running ----------------------------------------------------------------------------------

def chosen(args):
    """Return the study that `args` name, with their settings."""
    from yann_weightnorm.studies import study_named
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
    return study_named(args.name).override(given, args.budget)


def watcher(args):
    """Return who writes event files, if that is wanted."""
    if not args.tensorboard:
        return None
    from yann_weightnorm.studies.tensorboard import EventFiles
    return EventFiles(args.tensorboard)


def dry_run(study, args, missing):
    """Print the grid, about how long what is left of it takes, and missing data; return 0."""
    from yann_weightnorm.studies.cluster import default_workers
    from yann_weightnorm.studies.progress import duration, seconds_of
    from yann_weightnorm.studies.recorder import undone
    runs, workers = study.runs(), args.workers or default_workers()
    todo = set(undone(folder_of(args), runs))
    for each in runs:
        print(f"{each}, epochs: {each.epochs}" + ("" if each in todo else " (done)"))
    seconds = seconds_of(study, todo) / min(workers, max(1, len({each.graph for each in todo})))
    print(f"{len(runs)} runs, {len(todo)} to do" + (
        f": about {duration(seconds)} with {workers} workers on cores like the author's."
        if todo else "."))
    for each in missing:
        print(each)
    return 0


def run(study, args, argv, watch=None):
    """Run the study and write its report; return the exit code."""
    from yann_weightnorm.archive import DamagedArchive
    from yann_weightnorm.studies.engine import StudyError
    from yann_weightnorm.studies.lock import FolderInUse
    from yann_weightnorm.studies.running import run_study
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        outcome = run_study(
            study, folder_of(args), data=args.data and str(Path(args.data).resolve()),
            workers=args.workers, threads=args.threads, scheduler=args.scheduler,
            command=command(argv), quiet=args.quiet, watch=watch)
        tell(outcome, args)
    except (FolderInUse, DamagedArchive) as error:
        raise Mistake(error) from error
    except KeyboardInterrupt:
        return stopped(INTERRUPTED, "interrupted")
    except (StudyError, OSError) as error:
        return stopped(FAILED, error)
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
        page = write_report(folder_of(args)).page
        if not args.quiet:
            print(f"{outcome.done} runs done, {outcome.already} were done before.\n")
            print(summary_table(folder_of(args)))
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


PRIVATE = {"--data": lambda folder: "FOLDER", "--tensorboard": lambda folder: "FOLDER",
           "--scheduler": lambda address: "ADDRESS",
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


def _print_settings(study):
    from yann_weightnorm.studies.settings import text_of
    for name, value in study.settings.items():
        print(f"  {name}={text_of(value)}")
