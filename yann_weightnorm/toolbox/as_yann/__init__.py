"""An existing YANN script runs unchanged: ``yann-weightnorm run SCRIPT``."""
