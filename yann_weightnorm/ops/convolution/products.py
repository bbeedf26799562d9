"""Outputs of a convolution and the gradient of its maps, in C++.

A tile of results, some channels by some vectors of pixels, stays in registers while all taps of the
filters are added.
"""

__all__ = ["PRODUCTS"]

OUTPUTS = r"""
// A tile of `rows` channels by `columns` vectors of pixels.
template <typename real, int rows, int columns>
inline void tile(const real *image, const npy_intp *shifts, npy_intp taps, const real *filters,
                 real *to, npy_intp row) {
    typedef typename Vector<real>::type vector;
    enum { size = Vector<real>::size };
    vector sums[rows][columns] = {};
    for (npy_intp k = 0; k < taps; k++, filters += rows) {
        const real *from = image + shifts[k];
        vector pixels[columns];
        for (int j = 0; j < columns; j++) pixels[j] = load<vector>(from + j * size);
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++) sums[i][j] += filters[i] * pixels[j];
    }
    for (int i = 0; i < rows; i++)
        for (int j = 0; j < columns; j++) store(to + i * row + j * size, sums[i][j]);
}

// All pixels of `rows` channels.
template <typename real, int rows>
void strip(const Geometry &map, const real *image, const real *filters, real *to, npy_intp row) {
    enum { size = Vector<real>::size };
    const npy_intp taps = map.taps(), *shifts = map.shifts.data();
    npy_intp p = 0;
    for (; p + (WIDE - 1) * size < map.reach; p += WIDE * size)
        tile<real, rows, WIDE>(image + p, shifts, taps, filters, to + p, row);
    if (p + size < map.reach) tile<real, rows, 2>(image + p, shifts, taps, filters, to + p, row);
    else if (p < map.reach) tile<real, rows, 1>(image + p, shifts, taps, filters, to + p, row);
}

// Channels from `o` on are computed so many at once.
inline int rows_from(npy_intp o, npy_intp channels) {
    return channels - o > SHORT ? int(TALL) : int(SHORT);
}

// Filters as the tiles read them: blocks of channels, tap by tap, the channels of a block adjacent.
template <typename real, typename At>
std::vector<real> packed(npy_intp channels, npy_intp taps, const At &at) {
    std::vector<real> to;
    to.reserve((channels + TALL) * taps);
    for (npy_intp o = 0, rows; o < channels; o += rows) {
        rows = rows_from(o, channels);
        for (npy_intp k = 0; k < taps; k++)
            for (npy_intp i = o; i < o + rows; i++) to.push_back(i < channels ? at(i, k) : real(0));
    }
    return to;
}

// Computes channel after channel of an image, and hands `use` each with its pixels.
template <typename real, typename Use>
void each_channel(const Geometry &map, const real *image, npy_intp channels,
                  const std::vector<real> &filters, std::vector<real> &strips, const Use &use) {
    const npy_intp row = strips.size() / TALL;
    const real *block = filters.data();
    for (npy_intp o = 0, rows; o < channels; o += rows) {
        rows = rows_from(o, channels);
        if (rows == TALL) strip<real, TALL>(map, image, block, strips.data(), row);
        else strip<real, SHORT>(map, image, block, strips.data(), row);
        block += rows * map.taps();
        for (npy_intp i = o; i < std::min(o + rows, channels); i++)
            use(i, strips.data() + (i - o) * row);
    }
}

template <typename real> npy_intp strips_room(const Geometry &map) {
    return TALL * (whole(map.reach, Vector<real>::size) + WIDE * Vector<real>::size);
}

// Correlates all images with packed filters.
template <typename real>
void correlate(const Geometry &map, npy_intp images, const real *from, npy_intp channels,
               const std::vector<real> &filters, real *to) {
    #pragma omp parallel if(images > 1)
    {
        std::vector<real> image(map.room(Vector<real>::size), real(0));
        std::vector<real> strips(strips_room<real>(map));
        #pragma omp for schedule(static)
        for (npy_intp n = 0; n < images; n++) {
            map.lay_out(from, n, image.data());
            each_channel(map, image.data(), channels, filters, strips,
                         [&](npy_intp o, const real *pixels) {
                real *out = to + (n * channels + o) * map.pixels();
                for (npy_intp y = 0; y < map.out_height; y++)
                    std::memcpy(out + y * map.out_width, pixels + y * map.pitch,
                                map.out_width * sizeof(real));
            });
        }
    }
}
"""

SCATTERED = r"""
// Adds a tap's products with all pixels of the output to the pixels of the map they come from.
template <typename real>
inline void add(const Geometry &map, npy_intp tap, const real *products, real *to) {
    to += map.shifts[tap];
    for (npy_intp y = 0; y < map.out_height; y++)
        for (npy_intp x = 0; x < map.out_width; x++)
            to[y * map.pitch + x] += products[y * map.out_width + x];
}

// The gradient of maps, tap by tap: no product with a zero around, but a sum in memory for each.
template <typename real>
void scatter(const Geometry &map, npy_intp images, const real *slopes, npy_intp channels,
             const std::vector<real> &filters, real *to) {
    const Geometry flat(channels, 1, map.pixels(), 0, 0, 1, 1);
    #pragma omp parallel if(images > 1)
    {
        std::vector<real> pixels(flat.room(Vector<real>::size), real(0));
        std::vector<real> strips(strips_room<real>(flat)), sums(map.room(0));
        #pragma omp for schedule(static)
        for (npy_intp n = 0; n < images; n++) {
            flat.lay_out(slopes, n, pixels.data());
            std::fill(sums.begin(), sums.end(), real(0));
            each_channel(flat, pixels.data(), map.taps(), filters, strips,
                         [&](npy_intp tap, const real *products) {
                add(map, tap, products, sums.data());
            });
            map.take_up(sums.data(), n, to);
        }
    }
}

// Vectors of products, and what laying out costs beside them, in both ways to the gradient of maps.
template <typename real>
bool scattering_pays(const Geometry &map, const Geometry &back, npy_intp channels) {
    enum { size = Vector<real>::size, sum = 20 };
    const npy_intp vectors = whole(map.pixels(), size) / size;
    const npy_intp rows = map.out_height * (whole(map.out_width, size) / size);
    const npy_intp gathered = whole(map.channels, SHORT) * back.taps() *
                              (whole(back.reach, size) / size);
    return map.crop_y + map.crop_x == 0 &&
           map.taps() * (channels * vectors + sum * rows) < gathered;
}
"""

PRODUCTS = OUTPUTS + SCATTERED
