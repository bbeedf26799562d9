"""Worker processes on OpenCL or on the processor, and what they tell."""

import functools
import glob
import json
import os
import subprocess
import sys
import sysconfig
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import theano

from tests.theano_setup.children import ROOT, SETTINGS
from yann_weightnorm.theano_setup.threads import cores

__all__ = ["Job", "started"]

DEBIAN = "/usr/lib/python3/dist-packages"       # where python3-pygpu puts pygpu
HEADERS = "/usr/include", "/usr/local/include"
VENDORS = "/etc/OpenCL/vendors/*.icd"
# Arrays are tiny: code is worth more that is compiled fast than code that runs fast.
KERNELS = {"POCL_EXTRA_BUILD_FLAGS": "-cl-opt-disable"}


class Job(NamedTuple):
    """What one process after another does until all `names` are through.

    Attributes
    ----------
    task : str
        The worker's.
    device : str
        Theano's flag.
    names : tuple of str
        The networks.
    """

    task: str
    device: str
    names: tuple


@functools.lru_cache(maxsize=None)
def started(jobs):
    """Return futures of the results of each of `jobs`, which run as many at a time as suits.

    The result of a job is a dict of results, by the names of networks. One that ends the process
    has ``{"error": ...}``, and a new process goes on with the next.

    Raises
    ------
    unittest.SkipTest
        If Theano's GPU back end on OpenCL is not installed.
    """
    folder, pool = pygpu_folder(), ThreadPoolExecutor(cores())
    return {job: pool.submit(finished, folder, job) for job in jobs}


def finished(folder, job):
    """Return the results of `job`."""
    found = {}
    while len(found) < len(job.names):
        rest = [name for name in job.names if name not in found]
        found.update(told(folder, job._replace(names=rest)))
    return found


def told(folder, job):
    """Return the results of one process, which may end before it is through with `job`."""
    done = subprocess.run(
        [sys.executable, Path(__file__).with_name("worker.py"), folder, job.task, *job.names],
        env=environ(job), stdout=subprocess.PIPE, stderr=subprocess.PIPE, universal_newlines=True)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    found = {line.pop("name"): line for line in lines if "name" in line}
    begun = [line["begin"] for line in lines if "begin" in line] or job.names
    if begun[-1] not in found:
        found[begun[-1]] = {"error": f"the process ended with code {done.returncode}: "
                                     f"{done.stderr[-2000:]}"}
    return found


def environ(job):
    """Return the environment of a process that works on `job`."""
    # Each in a folder of its own: processes that compile into one wait for each other.
    folder = os.path.join(theano.config.base_compiledir, f"gpu_{job.task}_{job.names[0]}")
    flags = {"device": job.device, "floatX": "float32", "base_compiledir": folder.replace(" ", "_"),
             "gcc.cxxflags": "-O0"}
    return {**{name: value for name, value in os.environ.items() if name not in SETTINGS},
            **KERNELS, "PYTHONPATH": str(ROOT),
            "THEANO_FLAGS": ",".join(f"{name}={value}" for name, value in flags.items())}


def pygpu_folder():
    """Return the folder that the worker has to look in for pygpu; skip the test without one."""
    folders = [folder for folder in [*sys.path, DEBIAN] if fits(folder)]
    headers = any(os.path.exists(f"{folder}/gpuarray/array.h") for folder in HEADERS)
    if not (folders and headers and glob.glob(VENDORS)):
        raise unittest.SkipTest("no GPU back end of Theano on OpenCL here (Debian: python3-pygpu "
                                "libgpuarray-dev libclblast-dev pocl-opencl-icd)")
    return folders[0]


def fits(folder):
    """Return whether pygpu is in `folder`, compiled for this Python."""
    return os.path.exists(os.path.join(folder, "pygpu",
                                       "gpuarray" + sysconfig.get_config_var("EXT_SUFFIX")))
