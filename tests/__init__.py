"""The tests; Theano is prepared before any of them imports it."""

import os
import warnings

import yann_weightnorm  # noqa: F401

# No test fetches anything from elsewhere, nor does a process that one starts.
os.environ["YANN_WEIGHTNORM_OFFLINE"] = "1"

# What our own code warns of fails the test that meets it; a warning that some other package's
# code raises is that package's affair.
warnings.filterwarnings("error", module=r"(yann_weightnorm|tests)(\.|$)")
