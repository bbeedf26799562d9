import unittest
import numpy
import theano
from yann.layers.conv_pool import conv_pool_layer_2d, deconv_layer_2d
from yann.layers.fully_connected import dot_product_layer
from yann.layers.output import classifier_layer
from yann.layers.weight_norm import (
    dropout_weight_norm_conv_pool_layer_2d, dropout_weight_norm_deconv_layer_2d,
    dropout_weight_norm_dot_product_layer, weight_norm_classifier_layer,
    weight_norm_conv_pool_layer_2d, weight_norm_deconv_layer_2d, weight_norm_dot_product_layer)


def value(expression):
    return theano.function([], expression)()


class TestWeightNorm(unittest.TestCase):

    def setUp(self):
        rng = numpy.random.RandomState(0)
        rows = numpy.asarray(rng.uniform(size = (5,6)), dtype = theano.config.floatX)
        maps = numpy.asarray(rng.uniform(size = (5,2,4,4)), dtype = theano.config.floatX)
        self.rows = dict(input = theano.shared(rows), input_shape = rows.shape, id = 'fc',
                         verbose = 0)
        self.maps = dict(input = theano.shared(maps), input_shape = maps.shape, id = 'maps',
                         verbose = 0, nkerns = 3, filter_shape = (2,2))
        self.cases = (
            (dot_product_layer, weight_norm_dot_product_layer, 1,
             dict(self.rows, num_neurons = 4, batch_norm = False)),
            (conv_pool_layer_2d, weight_norm_conv_pool_layer_2d, 0,
             dict(self.maps, poolsize = (2,2), batch_norm = False)),
            (deconv_layer_2d, weight_norm_deconv_layer_2d, 1,
             dict(self.maps, nkerns = 2, output_shape = (5,5,3), batch_norm = False)),
            (classifier_layer, weight_norm_classifier_layer, 1, dict(self.rows, num_classes = 3)))

    def seeded(self, layer, **options):
        return layer(rng = numpy.random.RandomState(3), **options)

    def test1_new_layers_compute_what_the_plain_ones_do(self):
        for plain, normalized, _, options in self.cases:
            one, other = self.seeded(plain, **options), self.seeded(normalized, **options)
            self.assertEqual(one.output_shape, other.output_shape)
            for name in ('output', 'inference'):
                wanted, got = value(getattr(one, name)), value(getattr(other, name))
                self.assertTrue(numpy.allclose(wanted, got, rtol = 1e-5), plain)

    def test2_params_are_v_g_and_b(self):
        for _, normalized, neurons, options in self.cases:
            layer = self.seeded(normalized, **options)
            self.assertEqual(layer.params, [layer.v, layer.g, layer.b])
            self.assertEqual(layer.active_params, layer.params)
            v, g, b = layer.get_params()
            self.assertEqual(g.shape, (v.shape[neurons],))
            self.assertEqual(g.shape, b.shape)
            self.assertTrue(numpy.allclose(value(layer.L2), numpy.sum(g**2), rtol = 1e-4))

    def test3_sigmoid_starts_with_larger_weights_as_the_plain_layer(self):
        options = dict(self.rows, num_neurons = 4, batch_norm = False, activation = 'sigmoid')
        plain = self.seeded(dot_product_layer, **options)
        layer = self.seeded(weight_norm_dot_product_layer, **options)
        self.assertTrue(numpy.allclose(plain.w.get_value(), layer.v.get_value()))

    def test4_the_length_of_v_changes_nothing(self):
        for _, normalized, _, options in self.cases:
            layer = self.seeded(normalized, **options)
            before = value(layer.output)
            layer.v.set_value(8 * layer.v.get_value())
            self.assertTrue(numpy.allclose(before, value(layer.output), rtol = 1e-5))
            layer.g.set_value(8 * layer.g.get_value())
            self.assertFalse(numpy.allclose(before, value(layer.output), rtol = 1e-5))

    def test5_params_that_are_supplied_are_the_layer_s(self):
        for _, normalized, _, options in self.cases:
            layer = self.seeded(normalized, **options)
            twin = normalized(input_params = layer.params, **options)
            self.assertTrue(all(a is b for a, b in zip(layer.params, twin.params)))
            self.assertTrue(layer.fresh and not twin.fresh)

    def test6_a_plain_layer_s_params_are_taken_apart(self):
        for plain, normalized, _, options in self.cases:
            one = self.seeded(plain, **options)
            layer = normalized(input_params = one.params, **options)
            self.assertTrue(layer.b is one.b and not layer.fresh)
            self.assertTrue(numpy.allclose(value(layer.w), one.w.get_value(), rtol = 1e-5))

    def test7_a_neuron_without_a_direction_is_refused(self):
        w = numpy.ones((6,4), dtype = theano.config.floatX)
        w[:,2] = 0
        with self.assertRaises(ValueError) as caught:
            weight_norm_dot_product_layer(num_neurons = 4, input_params = [theano.shared(w), None],
                                          **self.rows)
        self.assertTrue('fc: the weights of neurons [2]' in str(caught.exception))

    def test8_batch_norm_is_the_plain_layer_s(self):
        for plain, normalized, _, options in self.cases[:3]:
            options = dict(options, batch_norm = True)
            one, other = self.seeded(plain, **options), self.seeded(normalized, **options)
            self.assertTrue(numpy.allclose(value(one.output), value(other.output), atol = 1e-4))
            self.assertEqual((len(other.params), len(other.active_params)), (7, 5))
            self.assertEqual(len(other.updates), 2)

    def test9_mean_only_batch_norm(self):
        for _, normalized, _, options in self.cases:
            layer = self.seeded(normalized, activation = None, mean_only_batch_norm = True,
                                **options)
            layer.b.set_value(layer.b.get_value() + 2)
            output, linear = value([layer.output, layer.linear])
            axes = (0,2,3)[:1 if output.ndim == 2 else 3]
            mean = linear.mean(axes)
            self.assertTrue(numpy.allclose(output.mean(axes), 2, atol = 1e-5))
            self.assertEqual(layer.params[3], layer.running_mean)
            self.assertEqual(len(layer.active_params), 3)
            theano.function([], [], updates = layer.updates)()
            self.assertTrue(numpy.allclose(layer.running_mean.get_value(), 0.1 * mean, rtol = 1e-4))
            self.assertTrue(numpy.allclose(
                value(layer.inference).mean(axes), 2 + 0.9 * mean, atol = 1e-5))

    def test10_mean_only_and_whole_batch_norm_are_refused_together(self):
        with self.assertRaises(ValueError) as caught:
            weight_norm_dot_product_layer(num_neurons = 4, batch_norm = True,
                                          mean_only_batch_norm = True, **self.rows)
        self.assertTrue('fc' in str(caught.exception))

    def test11_dropout_sets_outputs_to_zero_and_scales_none(self):
        twins = (dropout_weight_norm_dot_product_layer, dropout_weight_norm_conv_pool_layer_2d,
                 dropout_weight_norm_deconv_layer_2d)
        for twin, (_, normalized, _, options) in zip(twins, self.cases):
            options = dict(options, activation = None)
            kept = value(self.seeded(normalized, **options).output)
            layer = self.seeded(twin, dropout_rate = 0.5, **options)
            dropped = value(layer.output)
            zeros = numpy.mean(dropped == 0)
            self.assertTrue(0.1 < zeros < 0.9, zeros)
            self.assertTrue(numpy.allclose(dropped[dropped != 0], kept[dropped != 0], rtol = 1e-5))
            self.assertEqual(layer.dropout_rate, 0.5)

    def test12_print_layer_and_graph_tell(self):
        layer = self.seeded(weight_norm_conv_pool_layer_2d, **self.cases[1][3])
        layer.print_layer(prefix = " ", nest = True, last = True)
        self.assertTrue(layer._graph_attributes()['weight_norm'])
        self.assertEqual(layer.type, 'weightnorm_conv_pool')
