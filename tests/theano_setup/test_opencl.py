"""What is mended for an OpenCL device; whether it runs there, tests/gpu say."""

import os

import theano

from yann_weightnorm.theano_setup import opencl
from yann_weightnorm.theano_setup.flags import Flags

KERNEL = """KERNEL void k(const ga_size M) {
    x = x + offset;
    for (ga_int row = GID_0; row < M; row += GDIM_0) {
        LOCAL_MEM float largest, sum;
        float own;
        LOCAL_MEM ga_int at;
        for (ga_int j = 0; j < 3; j++) { own += x[j]; }
    }
}
"""


def flags(text):
    return Flags({"THEANO_FLAGS": text, "THEANORC": os.devnull})


def test_only_an_opencl_device_is_cared_for():
    for text in ("", "device=cpu", "device=cuda0"):
        given = flags(text)
        assert not opencl.apply(given)[0] and given.text() == text
    for text in ("device=opencl0:0", "device=cpu,init_gpu_device=opencl0:1",
                 "contexts=a->opencl0:0"):
        assert opencl.apply(flags(text))[0], text


def test_the_users_exclusions_stay():
    given = flags("device=opencl0:0,optimizer_excluding=fusion:inplace")
    opencl.apply(given)
    assert given.get("optimizer_excluding") == "local_max_and_argmax:fusion:inplace"


def test_mended_code_is_kept_apart_unless_the_user_chose_where():
    given = flags("device=opencl0:0")
    opencl.apply(given)
    usual = theano.configdefaults.default_compiledir_format
    assert given.get("compiledir_format") == usual + "-opencl"
    given = flags("device=opencl0:0,compiledir_format=here")
    opencl.apply(given)
    assert given.get("compiledir_format") == "here"


def test_shared_memory_is_declared_before_the_loops():
    lines = [line.strip() for line in opencl.hoisted(KERNEL).splitlines()]
    assert sorted(lines) == sorted(line.strip() for line in KERNEL.splitlines())
    loop = next(at for at, line in enumerate(lines) if line.startswith("for (ga_int row"))
    assert lines[loop - 2:loop] == ["LOCAL_MEM float largest, sum;", "LOCAL_MEM ga_int at;"]
    assert lines[loop + 1] == "float own;"


def test_scans_loop_asks_for_places_and_not_for_what_cuda_alone_has():
    folder = os.path.join(os.path.dirname(theano.__file__), "scan_module", "c_code")
    with open(os.path.join(folder, "scan_perform.c")) as file:
        source = file.read()
    asked = "GetAttrStr({}, __pyx_n_s_gpudata)"
    names = "__pyx_v_var", "__pyx_v_new_var"
    before = sum(source.count(asked.format(name)) for name in names)
    mended = opencl.located(source)
    assert before == 5 and mended.count("= yann_weightnorm_place(") == before
    assert "__pyx_n_s_gpudata)" not in mended
    assert mended.index("static PyObject* yann_weightnorm_place(") > mended.index('"Python.h"')
