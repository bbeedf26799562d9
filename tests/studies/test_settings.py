"""Settings by name: read, narrowed, refused."""

from unittest import TestCase

from tests.studies.toy import SETTINGS
from yann_weightnorm.studies.settings import overridden, parse_assignment, setting_for

NETWORKS = ("mlp", "lenet")


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

    def test_only_some_settings_can_be_narrowed(self):
        with self.assertRaisesRegex(ValueError, "no setting 'mlp.mini_batch_size'"):
            overridden(SETTINGS, {"mlp.mini_batch_size": "5"}, NETWORKS)

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
