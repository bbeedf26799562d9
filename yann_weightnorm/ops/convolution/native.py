"""Convolution in C++: every filter tap is the same flat image, shifted.

With images as in :mod:`.layout` a correlation is a matrix product whose columns are shifted views:
nothing is unfolded as by im2col. A few pixels between the rows are computed and dropped. Where many
of the pixels would be zeros around, the gradient of maps is summed tap by tap instead.
"""

from yann_weightnorm.ops.convolution.filter_sums import FILTER_SUMS
from yann_weightnorm.ops.convolution.layout import LAYOUT
from yann_weightnorm.ops.convolution.products import PRODUCTS
from yann_weightnorm.ops.convolution.winograd import WINOGRAD
from yann_weightnorm.ops.in_cpp import ARRAYS

__all__ = ["NATIVE"]

FUNCTIONS = r"""
inline bool fit(bool so) {
    return fits(so, "convolution: the shapes of the inputs don't fit each other");
}

// Correlates all images with filters whose weights (channel, tap) `at` gives, the faster way.
template <typename real, typename At>
void correlate_well(const Geometry &map, npy_intp images, const real *from, npy_intp channels,
                    const At &at, real *to) {
    if (tiles_pay<real>(map, channels)) correlate_tiles(map, images, from, channels, at, to);
    else correlate(map, images, from, channels, packed<real>(channels, map.taps(), at), to);
}

// Maps and filters to outputs.
template <typename real>
bool outputs(PyArrayObject *maps, PyArrayObject *filters, PyArrayObject **out, int type,
             npy_intp pad_y, npy_intp pad_x) {
    Held x(maps), w(filters);
    if (!x.array || !w.array || !fit(x.dim(1) == w.dim(1))) return false;
    const Geometry map(x.dim(1), x.dim(2), x.dim(3), pad_y, pad_x, w.dim(2), w.dim(3));
    if (!fit(map.out_height > 0 && map.out_width > 0)) return false;
    real *to = place<real>(out, type, {x.dim(0), w.dim(0), map.out_height, map.out_width});
    if (!to) return false;
    const real *at = w.data<real>();
    const npy_intp taps = map.taps();
    correlate_well(map, x.dim(0), x.data<real>(), w.dim(0),
                   [=](npy_intp o, npy_intp k) { return at[o * taps + k]; }, to);
    return true;
}

// Filters and the gradient of outputs to the gradient of maps.
template <typename real>
bool maps(PyArrayObject *filters, PyArrayObject *slopes, PyArrayObject **out, int type,
          npy_intp pad_y, npy_intp pad_x) {
    Held w(filters), z(slopes);
    if (!w.array || !z.array || !fit(z.dim(1) == w.dim(0))) return false;
    const npy_intp size = w.dim(2) * w.dim(3), channels = w.dim(1), taps = channels * size;
    const Geometry back(z.dim(1), z.dim(2), z.dim(3), w.dim(2) - 1 - pad_y, w.dim(3) - 1 - pad_x,
                        w.dim(2), w.dim(3));
    if (!fit(back.out_height > 0 && back.out_width > 0)) return false;
    real *to = place<real>(out, type, {z.dim(0), channels, back.out_height, back.out_width});
    if (!to) return false;
    const real *at = w.data<real>();
    const Geometry map(channels, back.out_height, back.out_width, pad_y, pad_x, w.dim(2), w.dim(3));
    if (scattering_pays<real>(map, back, z.dim(1)))
        scatter(map, z.dim(0), z.data<real>(), z.dim(1), packed<real>(
            taps, z.dim(1), [=](npy_intp k, npy_intp o) { return at[o * taps + k]; }), to);
    else                                                        // with filters turned round
        correlate_well(back, z.dim(0), z.data<real>(), channels, [=](npy_intp c, npy_intp k) {
            return at[(k / size * channels + c) * size + size - 1 - k % size]; }, to);
    return true;
}

// Maps and the gradient of outputs to the gradient of filters.
template <typename real>
bool filters(PyArrayObject *maps, PyArrayObject *slopes, PyArrayObject **out, int type,
             npy_intp pad_y, npy_intp pad_x) {
    Held x(maps), z(slopes);
    if (!x.array || !z.array) return false;
    const npy_intp tall = x.dim(2) + 2 * pad_y - z.dim(2) + 1;
    const npy_intp broad = x.dim(3) + 2 * pad_x - z.dim(3) + 1;
    if (!fit(x.dim(0) == z.dim(0) && tall > 0 && broad > 0 && z.dim(2) > 0 && z.dim(3) > 0))
        return false;
    real *to = place<real>(out, type, {z.dim(1), x.dim(1), tall, broad});
    if (!to) return false;
    const Geometry map(x.dim(1), x.dim(2), x.dim(3), pad_y, pad_x, tall, broad);
    const auto sum = tiles_pay<real>(map, z.dim(1)) ? weigh_tiles<real> : weigh<real>;
    sum(map, x.dim(0), x.data<real>(), z.dim(1), z.data<real>(), to);
    return true;
}
"""

NATIVE = (f"namespace convolution {{{LAYOUT}{PRODUCTS}{FILTER_SUMS}{WINOGRAD}{ARRAYS}{FUNCTIONS}"
          "}\n")
