import unittest
import numpy
import theano
import theano.tensor as T
from yann.core.weight_norm import along, compose, decompose, least_length, moments, standardize


class TestWeightNorm(unittest.TestCase):

    def setUp(self):
        rng = numpy.random.RandomState(0)
        self.v = rng.standard_normal((4,3))
        self.g = rng.uniform(0.5, 2, 3)
        self.filters = rng.standard_normal((2,3,2,2))
        self.symbolic_v, self.symbolic_g = T.dmatrix('v'), T.dvector('g')
        self.w = compose(self.symbolic_v, self.symbolic_g, 1)

    def value(self, outputs, v = None):
        inputs = [self.symbolic_v, self.symbolic_g]
        f = theano.function(inputs, outputs, on_unused_input = 'ignore')
        return f(self.v if v is None else v, self.g)

    def test1_columns_have_the_lengths(self):
        w = self.value(self.w)
        self.assertTrue(numpy.allclose(w, self.v * self.g / numpy.sqrt((self.v**2).sum(0))))
        self.assertTrue(numpy.allclose(numpy.sqrt((w**2).sum(0)), self.g, rtol = 1e-14))

    def test2_filters_and_output_maps_have_the_lengths(self):
        for axis, others in ((0, (1,2,3)), (1, (0,2,3))):
            v, g = decompose(self.filters, axis)
            self.assertEqual(g.shape, (self.filters.shape[axis],))
            w = compose(T.constant(v), T.constant(3 * g), axis).eval()
            self.assertTrue(numpy.allclose(w, 3 * self.filters, rtol = 1e-14))
            self.assertTrue(numpy.allclose(numpy.sqrt((self.filters**2).sum(others)), g))

    def test3_gradients_are_those_of_the_paper(self):
        weights = numpy.random.RandomState(1).standard_normal((4,3))
        cost = T.sum(T.tanh(self.w) * weights)
        w, v_grad, g_grad = self.value([self.w] + T.grad(cost, [self.symbolic_v, self.symbolic_g]))
        w_grad = weights * (1 - numpy.tanh(w)**2)
        length = numpy.sqrt((self.v**2).sum(0))
        wanted_g = (w_grad * self.v).sum(0) / length
        wanted_v = w_grad * self.g / length - self.g * wanted_g * self.v / length**2
        self.assertTrue(numpy.allclose(g_grad, wanted_g, rtol = 1e-12))
        self.assertTrue(numpy.allclose(v_grad, wanted_v, rtol = 1e-12))
        self.assertTrue(numpy.allclose((v_grad * self.v).sum(0), 0, atol = 1e-14))

    def test4_no_direction_has_a_finite_gradient(self):
        v = self.v.copy()
        v[:,1] = 0
        w, v_grad = self.value([self.w, T.grad(self.w.sum(), self.symbolic_v)], v)
        self.assertTrue(numpy.all(w[:,1] == 0))
        self.assertTrue(numpy.allclose(v_grad[:,1], self.g[1]))
        self.assertTrue(numpy.all(numpy.isfinite(v_grad)))

    def test5_no_direction_is_refused_with_its_number(self):
        v = self.v.copy()
        v[:,1] = 0
        with self.assertRaises(ValueError) as caught:
            decompose(v, 1, 'fc')
        self.assertTrue('fc: the weights of neurons [1]' in str(caught.exception))

    def test6_least_length_can_be_divided_by(self):
        for dtype in ('float32', 'float64'):
            least = numpy.asarray(least_length(dtype), dtype = dtype)
            self.assertTrue(least > 0 and numpy.isfinite(1 / least))

    def test7_standardized_data_has_mean_0_and_deviation_1(self):
        x = numpy.random.RandomState(2).uniform(size = (50,4))
        linear = x.dot(self.value(self.w))
        g, b = standardize(self.g, linear.mean(0), linear.std(0))
        t = x.dot(self.v * g / numpy.sqrt((self.v**2).sum(0))) + b
        self.assertTrue(numpy.allclose(t.mean(0), 0, atol = 1e-13))
        self.assertTrue(numpy.allclose(t.std(0), 1))

    def test8_moments_are_of_channels(self):
        mean, deviation = [value.eval() for value in moments(T.constant(self.filters))]
        self.assertTrue(numpy.allclose(mean, self.filters.mean((0,2,3))))
        self.assertTrue(numpy.allclose(deviation, self.filters.std((0,2,3))))
        self.assertEqual(along(T.constant(self.g), 4, 1).broadcastable, (True, False, True, True))
