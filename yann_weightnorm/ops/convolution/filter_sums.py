"""The gradient of a convolution's filters, in C++.

A tile of results, some taps by some vectors of channels, stays in registers while all pixels of an
image are added.
"""

__all__ = ["FILTER_SUMS"]

FILTER_SUMS = r"""
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

// All taps of all channels.
template <typename real>
void all_strips(const Geometry &map, const real *image, const std::vector<npy_intp> &shifts,
                const real *slopes, npy_intp width, real *to) {
    enum { size = Vector<real>::size };
    for (npy_intp o = 0, columns; o < width / size; o += columns) {
        columns = columns_from(o, width / size);
        taps_strip(columns, map, image, shifts, slopes + o * size, width, to + o * size);
    }
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
            all_strips(map, image.data(), shifts, turned.data(), width, sums);
        }
    }
    gather(totals, channels, taps, room * width, width, to);
}
"""
