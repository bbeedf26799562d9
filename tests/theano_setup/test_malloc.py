"""glibc keeps what was freed, unless the user has tuned it."""

from unittest import SkipTest

from tests.theano_setup.children import child
from yann_weightnorm.theano_setup import malloc
from yann_weightnorm.theano_setup.flags import Flags

FAULTS = """
import json, resource
from yann_weightnorm.theano_setup import malloc
if {on}:
    malloc.apply(None, {{}})
import ctypes
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
def step():
    blocks = [libc.malloc(8 << 20) for _ in range(4)]
    for block in blocks:
        ctypes.memset(block, 1, 8 << 20)
    for block in blocks:
        libc.free(block)
step()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    step()
print(json.dumps(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before))
"""


def test_a_step_finds_its_memory_again():
    if malloc.glibc_version() is None:
        raise SkipTest("only for glibc")
    kept, _ = child(FAULTS.format(on=True), YANN_WEIGHTNORM_DISABLE="malloc")
    given_back, _ = child(FAULTS.format(on=False), YANN_WEIGHTNORM_DISABLE="malloc")
    assert kept < 100 < given_back, (kept, given_back)


def test_what_the_user_tuned_stays():
    for name, value in (("MALLOC_TOP_PAD_", "0"), ("MALLOC_MMAP_THRESHOLD_", "9"),
                        ("GLIBC_TUNABLES", "glibc.malloc.trim=1")):
        on, why = malloc.apply(Flags({}), {name: value})
        assert not on and (name in why or "glibc" in why)
