"""Every layer type, form, start, optimizer and batch normalization on Theano's GPU back end.

The device is the processor, through OpenCL (PoCL); no card is needed. All that is trained is
optimized as for that device and as for an NVIDIA card: nothing between the parameters and their
updates may go through the host. Stacks that together hold every type are trained there, and must
cost what they cost on the processor.
"""

from numpy.testing import assert_allclose

from tests.gpu.networks import ABORTS, ALONE, CONTROLS, STACKS
from tests.gpu.processes import Job, started
from tests.test_battery import types

OPENCL = "opencl0:0"
TASKS = "graphs", "cuda"    # as for OpenCL, and as for an NVIDIA card
NAMES = tuple(name for name in ALONE if name != ABORTS)
# The long ones first. Two stacks share kernels.
JOBS = (
    Job("steps", OPENCL, ("rows", "sequences")), Job("steps", OPENCL, ("maps",)),
    *[Job(task, OPENCL, NAMES) for task in TASKS],
    Job("graphs", "cpu", (ABORTS, "shape alone")),
    Job("steps", "cpu", tuple(STACKS)), Job("info", OPENCL, ("opencl",)),
)


def result(task, device, name):
    """Return what the worker told of a network."""
    running = started(JOBS)
    job, = [job for job in JOBS if job[:2] == (task, device) and name in job.names]
    return running[job].result()[name]


def check_residence(task, name):
    found = result(task, OPENCL, name)
    assert found == {"host": []}, found


def check_costs(name):
    here, there = result("steps", "cpu", name), result("steps", OPENCL, name)
    assert "costs" in here and "costs" in there, (here, there)
    assert_allclose(there["costs"], here["costs"], rtol=0, atol=1e-4)


def test_nothing_between_parameters_and_updates_goes_through_the_host():
    for task in TASKS:
        for name in NAMES:
            if name not in CONTROLS:
                yield check_residence, task, name


def test_what_goes_through_the_host_is_found():
    for task in TASKS:
        for name, (_, wanted) in CONTROLS.items():
            found = result(task, OPENCL, name)["host"]
            assert len(found) == len(wanted), (name, found)
            assert all(op in there for op, there in zip(wanted, found)), (name, found)


def test_costs_equal_the_processors():
    for name in STACKS:
        yield check_costs, name


def test_the_stacks_hold_every_type():
    held = {type for name in STACKS for type in result("steps", OPENCL, name).get("types", ())}
    assert set(types()) <= held, set(types()) - held


def test_a_network_that_ends_the_process_is_told_by_name_and_the_next_one_goes_on():
    assert result("graphs", "cpu", ABORTS)["error"].startswith("the process ended with code -6")
    assert result("graphs", "cpu", "shape alone")["host"][0] == "state p"


def test_info_names_the_device_and_what_was_mended():
    device, measure = result("info", OPENCL, "opencl")["lines"]
    flag, name = device.split(None, 1)[1].split(": ", 1)
    assert flag == OPENCL and name
    assert measure.split()[1] == "on" and "mended" in measure
