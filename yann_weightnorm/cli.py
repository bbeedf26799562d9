"""The command ``yann-weightnorm``: information, data sets, studies, reports, YANN's scripts.

Exit codes: 0 all went well; 1 something failed on the way; 2 the command can't be carried out as it
stands; 130 interrupted. Whatever fails is told in one line. A script that is run has its own codes
and words.
"""

import argparse
import sys

from yann_weightnorm import __version__
from yann_weightnorm.console import (
    DATA, FAILED, INTERRUPTED, MISTAKEN, PROGRAM, Mistake, command_parser, shows_help)
from yann_weightnorm.study_command import add_study_commands, needs_extra

__all__ = ["main"]

DESCRIPTION = """\
Weight normalization for the YANN toolbox on Theano: what it runs on, and a study that shows when it
helps."""


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
    top = command_parser(argparse.ArgumentParser, prog=PROGRAM, description=DESCRIPTION)
    top.add_argument("--version", action="version", version=f"{PROGRAM} {__version__}")
    top.set_defaults(do=shows_help(top))
    commands = top.add_subparsers(title="commands", metavar="COMMAND")
    add_info_command(commands)
    add_script_command(commands)
    add_download_command(commands)
    study = command_parser(commands.add_parser, "study",
                           help="list, run, report, compare or pack studies",
                           description="List the studies, run one, report on it, compare two runs "
                                       "of one, or compress its records.")
    study.set_defaults(do=shows_help(study))
    add_study_commands(study.add_subparsers(title="commands", metavar="COMMAND"))
    report = command_parser(commands.add_parser, "report",
                            help="write the report of a study's records",
                            description="Write report.html, tables and pictures from the records "
                                        "in a study's folder. Trains nothing.")
    report.add_argument("folder", metavar="FOLDER", help="the folder a study was run into")
    report.set_defaults(do=do_report)
    return top


def add_info_command(commands):
    """Add the command ``info``."""
    from yann_weightnorm.info import DESCRIPTION as description, add_options
    info = command_parser(commands.add_parser, "info", description=description,
                          help="tell versions, BLAS and its speed, and settings")
    add_options(info)
    info.set_defaults(do=do_info)


def add_script_command(commands):
    """Add the command ``run``."""
    run = command_parser(commands.add_parser, "run", help="run a YANN script as it is",
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
    fetch = command_parser(commands.add_parser, "download", help="fetch published data sets",
                           description=description)
    fetch.add_argument("names", metavar="NAME", nargs="*", help="mnist, cifar10, ...")
    fetch.add_argument("--data", metavar="FOLDER",
                       help=f"folder that gets mnist/, cifar10/, ... (default: ${DATA}, or a cache "
                            f"folder of yours)")
    fetch.set_defaults(do=do_download)


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


def do_report(args, argv):
    """Write a report and print where it is."""
    needs_extra()
    from yann_weightnorm.report import write_report
    try:
        print(write_report(args.folder).page)
    except (OSError, ValueError) as error:
        raise Mistake(error) from error
    return 0
