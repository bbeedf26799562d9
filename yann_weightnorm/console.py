"""What the commands of ``yann-weightnorm`` share: their name, exit codes, mistakes, parsers."""

import argparse

__all__ = ["DATA", "FAILED", "INTERRUPTED", "MISTAKEN", "Mistake", "PROGRAM", "command_parser",
           "shows_help"]

PROGRAM = "yann-weightnorm"
DATA = "YANN_WEIGHTNORM_DATA"
FAILED, MISTAKEN, INTERRUPTED = 1, 2, 130


class Mistake(Exception):
    """The command can't be carried out as it stands; told in one line."""


def command_parser(make, *names, **options):
    """Return the parser that `make` makes, with texts as they are written."""
    return make(*names, formatter_class=argparse.RawDescriptionHelpFormatter, **options)


def shows_help(which):
    """Return the command that prints the help of the parser `which`."""
    def show(args, argv):
        which.print_help()
        return 0
    return show
