import os
import shutil
import tempfile
import unittest
import numpy
import theano
from yann.network import network
from yann.special.weight_norm import initialize_from_data, kinds
from yann.utils.pickle import load, pickle
try:
    import cPickle
except ImportError:
    import pickle as cPickle


def write(value, *path):
    path = os.path.join(*path)
    if not os.path.isdir(os.path.dirname(path)):
        os.makedirs(os.path.dirname(path))
    with open(path, 'wb') as f:
        cPickle.dump(value, f, protocol = 2)


def dataset(folder):
    """ Writes three classes of images, told apart by which third is bright. """
    rng = numpy.random.RandomState(0)
    for split, rows in (('train', 40), ('valid', 20), ('test', 20)):
        y = numpy.arange(rows) % 3
        x = rng.uniform(size = (rows,6,6))
        for image, label in zip(x, y):
            image[2 * label:2 * label + 2] += 1
        write((numpy.asarray(x.reshape(rows, 36), dtype = 'float32'), y), folder, split,
              'batch_0.pkl')
    write(dict(location = folder, mini_batch_size = 10, cache_batches = (4,2,2), batches2train = 1,
               batches2test = 1, batches2validate = 1, height = 6, width = 6, channels = 1,
               cache = False), folder, 'data_params.pkl')


class TestNetwork(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        dataset(os.path.join(cls.folder, 'data'))

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def begin(self, **optimizer):
        numpy.random.seed(0)
        net = network(verbose = 0)
        net.add_module(type = 'datastream', verbose = 0, params = dict(
            dataset = os.path.join(self.folder, 'data'), id = 'data', n_classes = 3))
        net.add_module(type = 'optimizer', verbose = 0, params = dict(
            dict(optimizer_type = 'sgd', id = 'main'), **optimizer))
        net.add_module(type = 'resultor', verbose = 0, params = dict(
            root = os.path.join(self.folder, 'results'), id = 'results'))
        net.add_module(type = 'visualizer', verbose = 0, params = dict(
            root = os.path.join(self.folder, 'pictures'), sample_size = 1, id = 'pictures'))
        net.add_layer(type = 'input', id = 'input', origin = 'data', verbose = 0)
        return net

    def finish(self, net, prefix = 'weightnorm_', **options):
        net.add_layer(type = prefix + 'classifier', id = 'softmax', num_classes = 3, verbose = 0)
        net.add_layer(type = 'objective', id = 'obj', verbose = 0)
        net.cook(verbose = 0, **options)
        return net

    def dense(self, prefix = 'weightnorm_', optimizer = None, cook = None, **options):
        net = self.begin(**(optimizer or {}))
        kind = {'': 'dot_product', 'weightnorm_': 'weightnorm_dot'}[prefix]
        net.add_layer(type = kind, id = 'fc', num_neurons = 5, verbose = 0, **options)
        return self.finish(net, prefix, **(cook or {}))

    def steps(self, net, rate, count = 8):
        net.learning_rate.set_value(numpy.asarray(rate, dtype = theano.config.floatX))
        return [float(net.mini_batch_train(n % 4, 0)) for n in range(count)]

    def test1_every_kind_is_added_in_three_streams(self):
        for kind in sorted(kinds):
            net = self.begin()
            net.add_layer(type = 'unflatten', id = 'maps', shape = (6,6,1), verbose = 0)
            net.add_layer(type = kind, id = 'new', verbose = 0, num_classes = 3,
                          output_shape = (8,8,2), regularize = True)
            below = net.layers['new'].origin[0]
            for stream in (net.dropout_layers, net.layers, net.inference_layers):
                self.assertEqual(stream['new'].origin, [below])
                self.assertEqual(stream[below].destination, ['new'])
                self.assertEqual(stream['new'].params, net.dropout_layers['new'].params)
            self.assertEqual(net.params, net.dropout_layers['new'].params)
            self.assertEqual(net.active_params, net.params)
            self.assertFalse(net.L1 == 0 or net.L2 == 0)

    def test2_a_layer_that_is_not_learnable_is_not_learnt(self):
        net = self.begin()
        net.add_layer(type = 'weightnorm_dot', id = 'fc', learnable = False, verbose = 3)
        self.assertEqual((len(net.params), net.active_params), (3, []))

    def test3_what_is_missing_is_named(self):
        with self.assertRaises(Exception) as caught:
            network(verbose = 0).add_layer(type = 'weightnorm_dot', id = 'fc', verbose = 0)
        self.assertTrue('Layer fc' in str(caught.exception))
        for kind, option in (('weightnorm_classifier', 'num_classes'),
                             ('weightnorm_deconv', 'output_shape')):
            with self.assertRaises(Exception) as caught:
                self.begin().add_layer(type = kind, id = 'new', verbose = 0)
            self.assertTrue('new needs ' + option in str(caught.exception))

    def test4_a_kind_that_does_not_exist_is_refused(self):
        with self.assertRaises(Exception) as caught:
            self.begin().add_layer(type = 'weightnorm_lstm', id = 'fc', verbose = 0)
        self.assertTrue('weightnorm_lstm' in str(caught.exception))

    def test5_the_first_cost_is_the_plain_network_s_and_it_falls(self):
        wanted = self.steps(self.dense(''), 0.2)
        got = self.steps(self.dense(), 0.2, 80)
        self.assertTrue(numpy.allclose(wanted[0], got[0], rtol = 1e-5))
        self.assertFalse(numpy.allclose(wanted[-1], got[7], rtol = 1e-5))
        self.assertTrue(got[-1] < 0.5 * got[0], got)

    def test6_stable_weights_are_scaled_where_outputs_are_dropped(self):
        net = self.dense(dropout_rate = 0.5)
        for stream in (net.layers, net.inference_layers):
            self.assertTrue(numpy.allclose(
                0.5 * net.dropout_layers['fc'].w.eval(), stream['fc'].w.eval(), rtol = 1e-5))
            self.assertTrue(stream['fc'].b is net.dropout_layers['fc'].b)
        self.steps(net, 0.01)

    def test7_the_bound_on_columns_passes_over_v(self):
        for momentum in ('false', 'polyak', 'nesterov'):
            net = self.dense(optimizer = dict(momentum_type = momentum))
            layer = net.dropout_layers['fc']
            layer.v.set_value(1000 * layer.v.get_value())
            before = numpy.sqrt((layer.v.get_value()**2).sum(0))
            self.assertTrue(numpy.all(before > 10))
            self.steps(net, 0.01)
            after = numpy.sqrt((layer.v.get_value()**2).sum(0))
            self.assertTrue(numpy.all(after >= before * (1 - 1e-6)))
            self.assertTrue(numpy.all(after < before * 1.01))

    def test8_the_bound_holds_for_plain_weights_still(self):
        net = self.dense('')
        w = net.dropout_layers['fc'].w
        w.set_value(1000 * w.get_value())
        self.steps(net, 0.01, 1)
        self.assertTrue(numpy.allclose(numpy.sqrt((w.get_value()**2).sum(0)), numpy.sqrt(15)))

    def test9_every_optimizer_trains_v_g_and_b(self):
        for kind in ('sgd', 'adagrad', 'rmsprop', 'adam', 'adadelta'):
            net = self.dense(optimizer = dict(optimizer_type = kind))
            before = [p.get_value() for p in net.active_params]
            self.steps(net, 0.01, 2)
            for old, param in zip(before, net.active_params):
                self.assertFalse(numpy.allclose(old, param.get_value(), rtol = 1e-9, atol = 0))

    def test10_the_start_makes_mean_0_and_deviation_1_at_every_depth(self):
        net = self.begin()
        net.add_layer(type = 'weightnorm_conv_pool', id = 'conv', num_neurons = 3,
                      filter_size = (3,3), pool_size = (2,2), verbose = 0)
        net.add_layer(type = 'weightnorm_dot', id = 'a', num_neurons = 5, verbose = 0)
        net.add_layer(type = 'weightnorm_dot', id = 'mean', num_neurons = 4, verbose = 0,
                      mean_only_batch_norm = True)
        self.finish(net, data_dependent_start = True)
        for id in ('conv', 'a', 'mean', 'softmax'):
            layer = net.layers[id]
            shift = layer.running_mean if id == 'mean' else 0
            bias = (layer.b - shift).dimshuffle(*['x', 0, 'x', 'x'][:len(layer.output_shape)])
            t = theano.function([], layer.linear + bias, givens = {net.x: net.data_x[:10]})()
            axes = (0,2,3)[:1 if t.ndim == 2 else 3]
            self.assertTrue(numpy.allclose(t.mean(axes), 0, atol = 1e-5), id)
            self.assertTrue(numpy.allclose(t.std(axes), 1, atol = 1e-4), id)
        self.assertTrue(numpy.all(net.layers['mean'].b.get_value() == 0))

    def test11_the_start_keeps_supplied_directions_and_batch_norm(self):
        net = self.begin()
        given = numpy.asarray(numpy.random.standard_normal((36,5)), dtype = theano.config.floatX)
        net.add_layer(type = 'weightnorm_dot', id = 'given', num_neurons = 5, verbose = 0,
                      input_params = [theano.shared(given), None, None])
        net.add_layer(type = 'weightnorm_dot', id = 'bn', num_neurons = 4, verbose = 0,
                      batch_norm = True)
        self.finish(net)
        before = [p.get_value() for p in net.layers['bn'].params]
        initialize_from_data(net, batch = 1, verbose = 0)
        self.assertTrue(numpy.all(net.layers['given'].v.get_value() == given))
        for old, param in zip(before, net.layers['bn'].params):
            self.assertTrue(numpy.all(old == param.get_value()))

    def test12_constant_input_is_refused_by_name(self):
        net = self.dense()
        net.data_x.set_value(0 * net.data_x.get_value())
        net._cache_data = lambda **arguments: None
        with self.assertRaises(ValueError) as caught:
            initialize_from_data(net, verbose = 0)
        self.assertTrue('Layer fc' in str(caught.exception))

    def test13_saved_parameters_make_the_same_network(self):
        net = self.dense()
        self.steps(net, 0.1)
        path = os.path.join(self.folder, 'params.pkl')
        pickle(net, path, verbose = 0)
        params = load(path, verbose = 0)
        twin = self.begin()
        twin.add_layer(type = 'weightnorm_dot', id = 'fc', num_neurons = 5, verbose = 0,
                       input_params = params['fc'])
        self.assertEqual(len(params['fc']), 3)
        for one, other in zip(net.dropout_layers['fc'].params, twin.dropout_layers['fc'].params):
            self.assertTrue(numpy.all(one.get_value() == other.get_value()))

    def test14_it_trains_validates_and_tests(self):
        net = self.dense(cook = dict(data_dependent_start = True))
        net.train(epochs = (2,2), learning_rates = (0, 0.1, 0.05), verbose = 0,
                  show_progress = False)
        self.assertEqual(len(net.cost), 16)
        self.assertTrue(net.cost[-1] < net.cost[0])
        net.test(show_progress = False, verbose = 0)
