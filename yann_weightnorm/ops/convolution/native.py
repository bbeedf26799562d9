"""Convolution in C++: every filter tap is the same flat image, shifted.

An image is laid out once with zeros around it, its rows behind each other at a fixed pitch. Then
the neighbour of a pixel by (y, x) lies ``y * pitch + x`` further for all pixels alike, and a
correlation is a matrix product whose columns are shifted views: nothing is unfolded as by im2col.
A few pixels between the rows are computed and dropped.

Kernels hold a tile of results in registers: some channels by some vectors of pixels for outputs
and the gradient of inputs, some taps by some vectors of channels for that of filters.
"""

__all__ = ["NATIVE"]

VECTORS = r"""
#if defined(__AVX512F__)
enum { BYTES = 64, TALL = 8, MOST = 4 };     // 32 registers
#elif defined(__AVX__)
enum { BYTES = 32, TALL = 4, MOST = 2 };     // 16 registers
#else
enum { BYTES = 16, TALL = 4, MOST = 2 };
#endif
enum { SHORT = 4, WIDE = 3, TAPS = 6 };
typedef float floats __attribute__((vector_size(BYTES)));
typedef double doubles __attribute__((vector_size(BYTES)));
template <typename real> struct Vector;
template <> struct Vector<float> { typedef floats type; enum { size = BYTES / sizeof(float) }; };
template <> struct Vector<double> { typedef doubles type; enum { size = BYTES / sizeof(double) }; };

template <typename vector, typename real> inline vector load(const real *from) {
    vector value;
    std::memcpy(&value, from, sizeof value);
    return value;
}
template <typename vector, typename real> inline void store(real *to, const vector &value) {
    std::memcpy(to, &value, sizeof value);
}
inline npy_intp whole(npy_intp count, npy_intp of) { return (count + of - 1) / of * of; }
#ifdef _OPENMP
inline int most_threads() { return omp_get_max_threads(); }
inline int this_thread() { return omp_get_thread_num(); }
#else
inline int most_threads() { return 1; }
inline int this_thread() { return 0; }
#endif
"""

GEOMETRY = r"""
// Maps of `height` by `width` with zeros around (or cropped, where there are fewer than none), met
// by filters of `tall` by `broad`.
struct Geometry {
    npy_intp channels, height, width, tall, broad;
    npy_intp pad_y, pad_x, crop_y, crop_x, out_height, out_width, pitch, plane, reach;
    std::vector<npy_intp> shifts;   // of each tap, channel by channel

    Geometry(npy_intp channels, npy_intp height, npy_intp width, npy_intp pad_y, npy_intp pad_x,
             npy_intp tall, npy_intp broad)
        : channels(channels), height(height), width(width), tall(tall), broad(broad),
          pad_y(std::max<npy_intp>(pad_y, 0)), pad_x(std::max<npy_intp>(pad_x, 0)),
          crop_y(std::max<npy_intp>(-pad_y, 0)), crop_x(std::max<npy_intp>(-pad_x, 0)),
          out_height(height + 2 * pad_y - tall + 1), out_width(width + 2 * pad_x - broad + 1) {
        // The zeros right of a row are those left of the next.
        pitch = std::max(seen_width() + this->pad_x, out_width);
        plane = (seen_height() + 2 * this->pad_y) * pitch;
        reach = (out_height - 1) * pitch + out_width;
        for (npy_intp c = 0; c < channels; c++)
            for (npy_intp y = 0; y < tall; y++)
                for (npy_intp x = 0; x < broad; x++)
                    shifts.push_back(c * plane + y * pitch + x);
    }
    npy_intp seen_height() const { return height - 2 * crop_y; }
    npy_intp seen_width() const { return width - 2 * crop_x; }
    npy_intp taps() const { return channels * tall * broad; }
    npy_intp pixels() const { return out_height * out_width; }
    // What a laid-out image takes, with what is read beyond its end and dropped.
    npy_intp room(npy_intp vector) const {
        return channels * plane + broad + pad_x + (WIDE + 1) * vector;
    }
    template <typename real> void lay_out(const real *images, npy_intp n, real *to) const {
        const real *image = images + n * channels * height * width + crop_x;
        for (npy_intp c = 0; c < channels; c++)
            for (npy_intp y = 0; y < seen_height(); y++)
                std::memcpy(to + c * plane + (y + pad_y) * pitch + pad_x,
                            image + (c * height + y + crop_y) * width, seen_width() * sizeof(real));
    }
};
"""

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

// Correlates all images with packed filters.
template <typename real>
void correlate(const Geometry &map, npy_intp images, const real *from, npy_intp channels,
               const std::vector<real> &filters, real *to) {
    enum { size = Vector<real>::size };
    const npy_intp row = whole(map.reach, size) + WIDE * size;
    #pragma omp parallel if(images > 1)
    {
        std::vector<real> image(map.room(size), real(0)), strips(TALL * row);
        #pragma omp for schedule(static)
        for (npy_intp n = 0; n < images; n++) {
            map.lay_out(from, n, image.data());
            const real *block = filters.data();
            for (npy_intp o = 0, rows; o < channels; o += rows) {
                rows = rows_from(o, channels);
                if (rows == TALL) strip<real, TALL>(map, image.data(), block, strips.data(), row);
                else strip<real, SHORT>(map, image.data(), block, strips.data(), row);
                block += rows * map.taps();
                for (npy_intp i = o; i < std::min(o + rows, channels); i++)
                    for (npy_intp y = 0; y < map.out_height; y++)
                        std::memcpy(to + ((n * channels + i) * map.out_height + y) * map.out_width,
                                    strips.data() + (i - o) * row + y * map.pitch,
                                    map.out_width * sizeof(real));
            }
        }
    }
}
"""

FILTERS = r"""
// Adds to the gradients of TAPS taps by `columns` vectors of channels.
template <typename real, int columns>
inline void taps_tile(const Geometry &map, const real *image, const npy_intp *shifts,
                      const real *slopes, npy_intp width, real *to) {
    typedef typename Vector<real>::type vector;
    enum { size = Vector<real>::size };
    vector sums[TAPS][columns] = {};
    const real *from[TAPS];
    for (int k = 0; k < TAPS; k++) from[k] = image + shifts[k];
    for (npy_intp y = 0; y < map.out_height; y++)
        for (npy_intp x = y * map.pitch; x < y * map.pitch + map.out_width; x++, slopes += width) {
            vector by[columns];
            for (int j = 0; j < columns; j++) by[j] = load<vector>(slopes + j * size);
            for (int k = 0; k < TAPS; k++)
                for (int j = 0; j < columns; j++) sums[k][j] += from[k][x] * by[j];
        }
    for (int k = 0; k < TAPS; k++)
        for (int j = 0; j < columns; j++)
            store(to + k * width + j * size, load<vector>(to + k * width + j * size) + sums[k][j]);
}

// All taps of `columns` vectors of channels.
template <typename real, int columns>
void taps_strip(const Geometry &map, const real *image, const std::vector<npy_intp> &shifts,
                const real *slopes, npy_intp width, real *to) {
    for (size_t k = 0; k < shifts.size(); k += TAPS)
        taps_tile<real, columns>(map, image, &shifts[k], slopes, width, to + k * width);
}

template <typename real>
void taps_strip(npy_intp columns, const Geometry &map, const real *image,
                const std::vector<npy_intp> &shifts, const real *slopes, npy_intp width, real *to) {
    if (columns == 1) taps_strip<real, 1>(map, image, shifts, slopes, width, to);
    else if (columns == 2) taps_strip<real, 2>(map, image, shifts, slopes, width, to);
    else if (columns == 3) taps_strip<real, 3>(map, image, shifts, slopes, width, to);
    else taps_strip<real, 4>(map, image, shifts, slopes, width, to);
}

// Vectors of channels from `o` on are taken so many at once: 6 as 3 and 3, not as 4 and 2.
inline npy_intp columns_from(npy_intp o, npy_intp count) {
    const npy_intp left = count - o, most = MOST;
    return most > 3 && left % most && left % 3 == 0 ? 3 : std::min(left, most);
}

// Pixel by pixel, the channels of a pixel adjacent.
template <typename real>
void turn(const real *from, npy_intp channels, npy_intp pixels, npy_intp width, real *to) {
    enum { block = 16 };
    for (npy_intp p = 0; p < pixels; p += block)
        for (npy_intp o = 0; o < channels; o++) {
            const npy_intp end = std::min(p + block, pixels);
            for (npy_intp q = p; q < end; q++) to[q * width + o] = from[o * pixels + q];
        }
}

// The threads' sums, (taps, channels), together, as (channels, taps).
template <typename real>
void gather(const std::vector<real> &totals, npy_intp channels, npy_intp taps, npy_intp each,
            npy_intp width, real *to) {
    for (npy_intp o = 0; o < channels; o++)
        for (npy_intp k = 0; k < taps; k++) {
            real sum = 0;
            for (size_t at = k * width + o; at < totals.size(); at += each) sum += totals[at];
            to[o * taps + k] = sum;
        }
}

// The gradient of filters, (channels, taps), summed over all images.
template <typename real>
void weigh(const Geometry &map, npy_intp images, const real *from, npy_intp channels,
           const real *slopes, real *to) {
    enum { size = Vector<real>::size };
    const npy_intp taps = map.taps(), width = whole(channels, size), room = whole(taps, TAPS);
    std::vector<npy_intp> shifts(map.shifts);
    shifts.resize(room, map.shifts.empty() ? 0 : map.shifts.back());
    std::vector<real> totals(most_threads() * room * width, real(0));
    #pragma omp parallel if(images > 1)
    {
        real *sums = totals.data() + this_thread() * room * width;
        std::vector<real> image(map.room(size), real(0)), turned(map.pixels() * width, real(0));
        #pragma omp for schedule(static)
        for (npy_intp n = 0; n < images; n++) {
            map.lay_out(from, n, image.data());
            turn(slopes + n * channels * map.pixels(), channels, map.pixels(), width,
                 turned.data());
            for (npy_intp o = 0, columns; o < width / size; o += columns) {
                columns = columns_from(o, width / size);
                taps_strip(columns, map, image.data(), shifts, turned.data() + o * size, width,
                           sums + o * size);
            }
        }
    }
    gather(totals, channels, taps, room * width, width, to);
}
"""

ARRAYS = r"""
// A contiguous array, for as long as an op runs.
struct Held {
    PyArrayObject *array;
    explicit Held(PyArrayObject *given) : array((PyArrayObject*)PyArray_GETCONTIGUOUS(given)) {}
    ~Held() { Py_XDECREF(array); }
    npy_intp dim(int axis) const { return PyArray_DIM(array, axis); }
    template <typename real> const real *data() const { return (const real*)PyArray_DATA(array); }
};

// The array in the place of an output, a new one if there is none of that shape; or NULL.
template <typename real>
real *place(PyArrayObject **out, int type, npy_intp a, npy_intp b, npy_intp c, npy_intp d) {
    npy_intp shape[4] = {a, b, c, d};
    if (!*out || !PyArray_ISCARRAY(*out) || !std::equal(shape, shape + 4, PyArray_DIMS(*out))) {
        Py_XDECREF(*out);
        *out = (PyArrayObject*)PyArray_SimpleNew(4, shape, type);
    }
    return *out ? (real*)PyArray_DATA(*out) : NULL;
}

inline bool fits(bool so) {
    if (!so) PyErr_SetString(PyExc_ValueError, "convolution: the shapes don't fit each other");
    return so;
}

// Maps and filters to outputs.
template <typename real>
bool outputs(PyArrayObject *maps, PyArrayObject *filters, PyArrayObject **out, int type,
             npy_intp pad_y, npy_intp pad_x) {
    Held x(maps), w(filters);
    if (!x.array || !w.array || !fits(x.dim(1) == w.dim(1))) return false;
    const Geometry map(x.dim(1), x.dim(2), x.dim(3), pad_y, pad_x, w.dim(2), w.dim(3));
    if (!fits(map.out_height > 0 && map.out_width > 0)) return false;
    real *to = place<real>(out, type, x.dim(0), w.dim(0), map.out_height, map.out_width);
    if (!to) return false;
    const real *at = w.data<real>();
    const npy_intp taps = map.taps();
    correlate(map, x.dim(0), x.data<real>(), w.dim(0), packed<real>(
        w.dim(0), taps, [=](npy_intp o, npy_intp k) { return at[o * taps + k]; }), to);
    return true;
}

// Filters and the gradient of outputs to the gradient of maps: filters are turned round.
template <typename real>
bool maps(PyArrayObject *filters, PyArrayObject *slopes, PyArrayObject **out, int type,
          npy_intp pad_y, npy_intp pad_x) {
    Held w(filters), z(slopes);
    if (!w.array || !z.array || !fits(z.dim(1) == w.dim(0))) return false;
    const npy_intp size = w.dim(2) * w.dim(3), channels = w.dim(1);
    const Geometry map(z.dim(1), z.dim(2), z.dim(3), w.dim(2) - 1 - pad_y, w.dim(3) - 1 - pad_x,
                       w.dim(2), w.dim(3));
    if (!fits(map.out_height > 0 && map.out_width > 0)) return false;
    real *to = place<real>(out, type, z.dim(0), channels, map.out_height, map.out_width);
    if (!to) return false;
    const real *at = w.data<real>();
    correlate(map, z.dim(0), z.data<real>(), channels, packed<real>(
        channels, map.taps(), [=](npy_intp c, npy_intp k) {
            return at[(k / size * channels + c) * size + size - 1 - k % size]; }), to);
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
    if (!fits(x.dim(0) == z.dim(0) && tall > 0 && broad > 0 && z.dim(2) > 0 && z.dim(3) > 0))
        return false;
    real *to = place<real>(out, type, z.dim(1), x.dim(1), tall, broad);
    if (!to) return false;
    weigh(Geometry(x.dim(1), x.dim(2), x.dim(3), pad_y, pad_x, tall, broad), x.dim(0),
          x.data<real>(), z.dim(1), z.data<real>(), to);
    return true;
}
"""

NATIVE = f"namespace convolution {{{VECTORS}{GEOMETRY}{OUTPUTS}{FILTERS}{ARRAYS}}}\n"
