"""Which seconds a run is told to take."""

import os
import time
from unittest import TestCase
from unittest.mock import patch

from yann_weightnorm.studies import clock


def seconds(action):
    """Return the clock's seconds and the wall's that `action` takes."""
    began, wall = clock.now(), time.perf_counter()
    action()
    return clock.now() - began, time.perf_counter() - wall


def wait():
    time.sleep(0.2)


def work():
    end = time.thread_time() + 0.1
    while time.thread_time() < end:
        pass


class Clock(TestCase):
    def test_in_one_thread_only_its_own_work_counts(self):
        with patch.dict(os.environ, OMP_NUM_THREADS="1"):
            self.assertEqual(clock.kind(), clock.PROCESSOR)
            self.assertLess(seconds(wait)[0], 0.1)
            found, wall = seconds(work)
            self.assertGreaterEqual(found, 0.1)
            self.assertLessEqual(found, wall + 0.01)

    def test_of_several_threads_the_wall_s_clock_tells(self):
        with patch.dict(os.environ, OMP_NUM_THREADS="2"):
            self.assertEqual(clock.kind(), clock.WALL)
            self.assertGreaterEqual(seconds(wait)[0], 0.2)
