"""Settings by name: read, narrowed, refused."""

from unittest import TestCase

from tests.studies.toy import SETTINGS, ToyRun
from yann_weightnorm.studies import settings as module
from yann_weightnorm.studies.kinds import FLAG, NONNEGATIVE
from yann_weightnorm.studies.runs import settings_of
from yann_weightnorm.studies.settings import parse_assignment, setting_for, text_of

NETWORKS = ("mlp", "lenet")


def overridden(defaults, given, parts):
    return module.overridden(defaults, given, settings_of(ToyRun), parts, ["networks"])


class Overridden(TestCase):
    def test_texts_are_read_by_kind(self):
        settings = overridden(SETTINGS, {
            "epochs": "7", "seeds": "0, 4", "learning_rates": "1e-3,0.01", "train_rows": "500",
            "arms": "normal, weight norm"}, NETWORKS)
        self.assertEqual(settings["epochs"], 7)
        self.assertEqual(settings["seeds"], (0, 4))
        self.assertEqual(settings["learning_rates"], (0.001, 0.01))
        self.assertEqual(settings["train_rows"], 500)
        self.assertEqual(settings["arms"], ("normal", "weight norm"))
        self.assertIsNone(overridden(settings, {"train_rows": "all"}, ())["train_rows"])

    def test_what_is_said_of_one_network_counts_for_it_alone(self):
        settings = overridden(SETTINGS, {"lenet.epochs": "9"}, NETWORKS)
        self.assertEqual(setting_for(settings, "lenet", "epochs"), 9)
        self.assertEqual(setting_for(settings, "mlp", "epochs"), SETTINGS["epochs"])

    def test_what_is_said_of_all_ends_the_studys_own_exceptions(self):
        defaults = dict(SETTINGS, **{"lenet.epochs": 1})
        settings = overridden(defaults, {"epochs": "5"}, NETWORKS)
        self.assertEqual(setting_for(settings, "lenet", "epochs"), 5)
        settings = overridden(defaults, {"lenet.epochs": "2", "epochs": "5"}, NETWORKS)
        self.assertEqual(setting_for(settings, "lenet", "epochs"), 2)

    def test_unknown_names_are_refused_with_the_nearest(self):
        for name, near in (("epoch", "'epochs'"), ("learning_rate", "'learning_rates'"),
                           ("lenet.epoch", "'lenet.epochs'"), ("lent.seeds", "'lenet.seeds'")):
            with self.assertRaisesRegex(ValueError, f"no setting '{name}'.*perhaps.*{near}"):
                overridden(SETTINGS, {name: "1"}, NETWORKS)

    def test_what_parts_a_study_can_not_be_narrowed(self):
        with self.assertRaisesRegex(ValueError, "no setting 'mlp.networks'"):
            overridden(SETTINGS, {"mlp.networks": "lenet"}, NETWORKS)

    def test_without_parts_the_error_names_none(self):
        with self.assertRaisesRegex(ValueError, "no setting 'mlp.epochs'.*train_rows\\.$"):
            overridden(SETTINGS, {"mlp.epochs": "5"}, ())

    def test_wrong_values_are_named(self):
        for name, value in (("epochs", "0"), ("epochs", "two"), ("seeds", "-1"), ("seeds", ","),
                            ("learning_rates", "fast"), ("learning_rates", "0"),
                            ("learning_rates", "nan"), ("train_rows", "0"), ("networks", "")):
            with self.assertRaisesRegex(ValueError, f"^{name} takes.*got"):
                overridden(SETTINGS, {name: value}, NETWORKS)


def test_an_assignment_needs_an_equals_sign():
    assert parse_assignment(" epochs = 5 ") == ("epochs", "5")
    assert parse_assignment("arms=a=b") == ("arms", "a=b")
    for wrong in ("epochs", "=5"):
        try:
            parse_assignment(wrong)
        except ValueError as error:
            assert "name=value" in str(error)
        else:
            raise AssertionError(wrong)


def test_kinds_read_what_they_say_and_nothing_else():
    for kind, good, bad in ((FLAG, {"yes": True, "No": False}, ("1", "", "true")),
                            (NONNEGATIVE, {"0": 0.0, "1e-3": 0.001}, ("-1", "nan", "inf", "x"))):
        assert {text: kind.read(text) for text in good} == good
        for text in bad:
            try:
                kind.read(text)
            except (ValueError, KeyError):
                continue
            raise AssertionError(text)


def test_a_value_is_written_as_it_is_read():
    for name, text in (("learning_rates", "0.001,0.003"), ("train_rows", "all"), ("epochs", "7"),
                       ("arms", "normal,weight norm")):
        assert text_of(overridden(SETTINGS, {name: text}, ())[name]) == text
