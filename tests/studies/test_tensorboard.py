"""Event files for TensorBoard."""

import pathlib
from tempfile import TemporaryDirectory
from unittest import SkipTest, TestCase
from unittest.mock import patch

from tests.studies.test_recorder import stream
from tests.studies.toy import toy
from yann_weightnorm.studies.tensorboard import EventFiles

RUN = toy(epochs=2).runs()[0]


def scalars(folder):
    """Return (name, step, value) of all scalars in a folder's event files."""
    from tensorboardX.proto.event_pb2 import Event
    from tensorboardX.record_writer import masked_crc32c  # noqa: F401  (there is a format)
    found = []
    for path in folder.glob("events.out.tfevents.*"):
        data = path.read_bytes()
        while data:  # length (8 bytes), its checksum (4), the event, its checksum (4)
            length = int.from_bytes(data[:8], "little")
            event = Event.FromString(data[12:12 + length])
            found += [(value.tag, event.step, round(value.simple_value, 4))
                      for value in event.summary.value]
            data = data[16 + length:]
    return found


class Events(TestCase):
    def setUp(self):
        try:
            import tensorboardX  # noqa: F401
        except ImportError as error:
            raise SkipTest("needs tensorboardX") from error
        temporary = TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = pathlib.Path(temporary.name)

    def test_every_number_of_every_epoch_and_of_the_end(self):
        events = EventFiles(self.folder)
        for record in stream(RUN):
            events.tell(RUN, record)
        events.close()
        found = scalars(self.folder / RUN.id)
        for epoch in (1, 2):
            self.assertIn(("train_error", epoch, 90.0 / epoch), found)
            self.assertIn(("train_cost", epoch, round(RUN.learning_rate / epoch, 4)), found)
        self.assertIn(("test_error", 2, 70.0), found)

    def test_a_run_that_begins_again_leaves_no_earlier_numbers(self):
        events = EventFiles(self.folder)
        for record in stream(RUN)[:2] + stream(RUN):
            events.tell(RUN, record)
        self.assertEqual([step for name, step, _ in scalars(self.folder / RUN.id)
                          if name == "train_error"], [1, 2])


def test_without_the_package_it_is_said_how_to_get_it():
    with patch.dict("sys.modules", tensorboardX=None):
        try:
            EventFiles("nowhere")
        except ImportError as error:
            assert "pip install 'yann_weightnorm[tensorboard]'" in str(error)
        else:
            raise AssertionError
