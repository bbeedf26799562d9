"""``python -m yann_weightnorm`` is the command ``yann-weightnorm``."""

import sys

from yann_weightnorm.cli import main

if __name__ == "__main__":
    sys.exit(main())
