"""Convolution by 3 x 3 filters with fewer multiplications, in C++.

Winograd's minimal filtering F(2 x 2, 3 x 3) (Lavin & Gray 2016, arXiv:1509.09308): four pixels of a
tile take 16 products, not 36, of sums of pixels with sums of weights. The products of many tiles
are matrix products, which the tiles of :mod:`.products` and :mod:`.filter_sums` compute. The
gradient of filters is the transpose of it, step by step.

Results in float32 stay within 2e-6 of the largest one from those in float64 at up to 192 channels.
F(4 x 4, 3 x 3) would take fewer products still, of sums that cancel more. A number that is NaN
or infinite may spoil the whole tiles that see it, a pixel further than the filter reaches.
"""

__all__ = ["WINOGRAD"]

FORMS = r"""
enum { SPOTS = 16, BLOCK = 64 };    // products of a tile; tiles that are multiplied at once
// The four sums, along one axis: of pixels, of weights, of products, and the transposes.
struct OfPixels {
    enum { in = 4, out = 4 };
    template <typename T> static void sums(const T *a, int in, T *to, int out) {
        to[0] = a[0] - a[2 * in];
        to[out] = a[in] + a[2 * in];
        to[2 * out] = a[2 * in] - a[in];
        to[3 * out] = a[in] - a[3 * in];
    }
};
struct OfProducts {
    enum { in = 4, out = 2 };
    template <typename T> static void sums(const T *a, int in, T *to, int out) {
        to[0] = a[0] + a[in] + a[2 * in];
        to[out] = a[in] - a[2 * in] - a[3 * in];
    }
};
struct OfSlopes {       // the transpose of OfProducts
    enum { in = 2, out = 4 };
    template <typename T> static void sums(const T *a, int in, T *to, int out) {
        to[0] = a[0];
        to[out] = a[0] + a[in];
        to[2 * out] = a[0] - a[in];
        to[3 * out] = -a[in];
    }
};
struct OfWeights {
    enum { in = 3, out = 4 };
    template <typename T> static void sums(const T *a, int in, T *to, int out) {
        to[0] = a[0];
        to[out] = (a[0] + a[2 * in] + a[in]) / 2;
        to[2 * out] = (a[0] + a[2 * in] - a[in]) / 2;
        to[3 * out] = a[2 * in];
    }
};
struct OfSpots {        // the transpose of OfWeights
    enum { in = 4, out = 3 };
    template <typename T> static void sums(const T *a, int in, T *to, int out) {
        to[0] = a[0] + (a[in] + a[2 * in]) / 2;
        to[out] = (a[in] - a[2 * in]) / 2;
        to[2 * out] = (a[in] + a[2 * in]) / 2 + a[3 * in];
    }
};

// Along both axes.
template <typename Form, typename T>
inline void both(const T *from, T *to) {
    enum { in = Form::in, out = Form::out };
    T half[int(in) * int(out)];
    for (int j = 0; j < in; j++) Form::sums(from + j, in, half + j, in);
    for (int i = 0; i < out; i++) Form::sums(half + i * in, 1, to + i * out, 1);
}
"""

TILES = r"""
// Tiles of 2 by 2 outputs, in blocks of some rows of tiles, which may be of several images.
template <typename real>
struct Tiles {
    enum { size = Vector<real>::size };
    npy_intp images, tall, broad, each, row;
    Tiles(const Geometry &map, npy_intp images)
        : images(images), tall((map.out_height + 1) / 2), broad((map.out_width + 1) / 2),
          each(std::max<npy_intp>(BLOCK / broad, 1)), row(whole(each * broad, size) + size) {}
    npy_intp blocks() const { return (images * tall + each - 1) / each; }
    npy_intp rows(npy_intp block) const { return std::min(each, images * tall - block * each); }
    // From one spot to the next; not a multiple of a page, or all fell on one place in the cache.
    npy_intp plane(npy_intp channels) const { return channels * row + size; }
    npy_intp room(npy_intp channels) const { return SPOTS * plane(channels) + WIDE * size; }
    // The channels of a block as an image of one row.
    Geometry flat(npy_intp channels, npy_intp block) const {
        Geometry map(channels, 1, row, 0, 0, 1, 1);
        map.out_width = map.reach = rows(block) * broad;
        return map;
    }
    template <typename Use> void each_row(npy_intp block, const Use &use) const {
        for (npy_intp b = 0; b < rows(block); b++)
            use(b * broad, (block * each + b) / tall, (block * each + b) % tall);
    }
};

// Four rows of a channel, from `top` on, with zeros around.
template <typename real>
inline void lay_rows(const Geometry &map, const real *channel, npy_intp top, npy_intp pitch,
                     real *to) {
    for (npy_intp y = top - map.pad_y; y < top - map.pad_y + 4; y++, to += pitch)
        if (y >= 0 && y < map.height)
            std::memcpy(to + map.pad_x, channel + y * map.width, map.width * sizeof(real));
        else std::fill(to + map.pad_x, to + map.pad_x + map.width, real(0));
}

// Every other number of two vectors, from the first or the second on.
template <int first, typename real>
inline typename Vector<real>::type every_other(const real *from) {
    typedef typename Vector<real>::type vector;
    enum { size = Vector<real>::size };
    decltype(vector() < vector()) order;
    for (int i = 0; i < size; i++) order[i] = 2 * i + first;
    return __builtin_shuffle(load<vector>(from), load<vector>(from + size), order);
}

// Sums of a block's pixels, (spots, channels, tiles). Channel by channel, as they lie in memory.
template <typename real>
void spread(const Geometry &map, const Tiles<real> &tiles, const real *maps, npy_intp block,
            real *to) {
    typedef typename Vector<real>::type vector;
    enum { size = Vector<real>::size };
    const npy_intp pitch = 2 * (whole(tiles.broad, size) + size), plane = tiles.plane(map.channels);
    std::vector<real> lines(4 * tiles.each * pitch, real(0));
    for (npy_intp c = 0; c < map.channels; c++, to += tiles.row) {
        real *line = lines.data();
        tiles.each_row(block, [&](npy_intp, npy_intp n, npy_intp y) {
            lay_rows(map, maps + (n * map.channels + c) * map.height * map.width, 2 * y, pitch,
                     line);
            line += 4 * pitch;
        });
        line = lines.data();
        tiles.each_row(block, [&](npy_intp at, npy_intp, npy_intp) {
            for (npy_intp t = 0; t < tiles.broad; t += size) {
                vector pixels[SPOTS], sums[SPOTS];
                for (int k = 0; k < SPOTS; k += 2) {
                    const real *pair = line + k / 4 * pitch + k % 4 + 2 * t;
                    pixels[k] = every_other<0>(pair);
                    pixels[k + 1] = every_other<1>(pair);
                }
                both<OfPixels>(pixels, sums);
                for (int k = 0; k < SPOTS; k++) store(to + k * plane + at + t, sums[k]);
            }
            line += 4 * pitch;
        });
    }
}
"""

OUTPUTS = r"""
// Sums of the weights of all filters as `strip` reads them, one spot after the other.
template <typename real, typename At>
std::vector<real> spread_filters(npy_intp channels, npy_intp inputs, const At &at) {
    const npy_intp tall = whole(channels, TALL);
    std::vector<real> to(SPOTS * tall * inputs, real(0));
    for (npy_intp o = 0; o < channels; o++)
        for (npy_intp c = 0; c < inputs; c++) {
            real weights[9], sums[SPOTS];
            for (int k = 0; k < 9; k++) weights[k] = at(o, c * 9 + k);
            both<OfWeights>(weights, sums);
            for (int k = 0; k < SPOTS; k++)
                to[(k * tall + o / TALL * TALL) * inputs + c * TALL + o % TALL] = sums[k];
        }
    return to;
}

// A row of pixels from its even and its odd ones.
template <typename real>
inline void join(const real *even, const real *odd, npy_intp width, real *to) {
    for (npy_intp t = 0; t < width / 2; t++) to[2 * t] = even[t], to[2 * t + 1] = odd[t];
    if (width % 2) to[width - 1] = even[width / 2];
}

// Sums of a block's products, as pixels of the outputs.
template <typename real>
void collect(const Geometry &map, const Tiles<real> &tiles, const real *products, npy_intp block,
             npy_intp channels, real *out) {
    typedef typename Vector<real>::type vector;
    enum { size = Vector<real>::size };
    const npy_intp half = whole(tiles.broad, size), plane = tiles.plane(whole(channels, TALL));
    std::vector<real> lines(4 * half);
    for (npy_intp o = 0; o < channels; o++, products += tiles.row)
        tiles.each_row(block, [&](npy_intp at, npy_intp n, npy_intp y) {
            for (npy_intp t = 0; t < tiles.broad; t += size) {
                vector spots[SPOTS], pixels[4];
                for (int k = 0; k < SPOTS; k++)
                    spots[k] = load<vector>(products + k * plane + at + t);
                both<OfProducts>(spots, pixels);
                for (int k = 0; k < 4; k++) store(lines.data() + k * half + t, pixels[k]);
            }
            real *to = out + (n * channels + o) * map.pixels() + 2 * y * map.out_width;
            for (npy_intp i = 0; i < std::min<npy_intp>(2, map.out_height - 2 * y); i++)
                join(lines.data() + 2 * i * half, lines.data() + (2 * i + 1) * half,
                     map.out_width, to + i * map.out_width);
        });
}

// Correlates all images with filters whose weights `at` gives.
template <typename real, typename At>
void correlate_tiles(const Geometry &map, npy_intp images, const real *from, npy_intp channels,
                     const At &at, real *to) {
    const Tiles<real> tiles(map, images);
    const npy_intp tall = whole(channels, TALL);
    const std::vector<real> filters = spread_filters<real>(channels, map.channels, at);
    #pragma omp parallel if(tiles.blocks() > 1)
    {
        std::vector<real> sums(tiles.room(map.channels)), products(tiles.room(tall));
        #pragma omp for schedule(static)
        for (npy_intp block = 0; block < tiles.blocks(); block++) {
            const Geometry flat = tiles.flat(map.channels, block);
            spread(map, tiles, from, block, sums.data());
            for (int k = 0; k < SPOTS; k++)
                for (npy_intp o = 0; o < tall; o += TALL)
                    strip<real, TALL>(
                        flat, sums.data() + k * tiles.plane(map.channels),
                        filters.data() + (k * tall + o) * map.channels,
                        products.data() + k * tiles.plane(tall) + o * tiles.row, tiles.row);
            collect(map, tiles, products.data(), block, channels, to);
        }
    }
}
"""

FILTERS = r"""
// A block's rows of slopes, two a row of tiles, the channels of a pixel adjacent; zeros beyond.
template <typename real>
void turn_rows(const Geometry &map, const Tiles<real> &tiles, const real *slopes,
               npy_intp channels, npy_intp block, npy_intp width, real *to) {
    const npy_intp line = 2 * tiles.broad * width;
    for (npy_intp o = 0; o < channels; o++) {
        real *row = to + o;
        tiles.each_row(block, [&](npy_intp, npy_intp n, npy_intp y) {
            const real *from = slopes + (n * channels + o) * map.pixels() + 2 * y * map.out_width;
            for (int i = 0; i < 2; i++, row += line, from += map.out_width)
                for (npy_intp x = 0; x < map.out_width; x++)
                    row[x * width] = 2 * y + i < map.out_height ? from[x] : real(0);
        });
    }
}

// Sums of a block's slopes, (spots, tiles, channels).
template <typename real>
void spread_slopes(const Tiles<real> &tiles, const real *turned, npy_intp block, npy_intp width,
                   real *to) {
    typedef typename Vector<real>::type vector;
    enum { size = Vector<real>::size };
    const npy_intp line = 2 * tiles.broad * width, plane = tiles.row * width + size;
    for (npy_intp b = 0; b < tiles.rows(block); b++, turned += 2 * line)
        for (npy_intp t = 0; t < tiles.broad; t++)
            for (npy_intp o = 0; o < width; o += size) {
                vector pixels[4], sums[SPOTS];
                for (int k = 0; k < 4; k++)
                    pixels[k] = load<vector>(turned + k / 2 * line + (2 * t + k % 2) * width + o);
                both<OfSlopes>(pixels, sums);
                for (int k = 0; k < SPOTS; k++)
                    store(to + k * plane + (b * tiles.broad + t) * width + o, sums[k]);
            }
}

// The threads' sums, (spots, inputs, channels), together, as (channels, inputs, taps).
template <typename real>
void gather_spots(const std::vector<real> &totals, npy_intp channels, npy_intp inputs,
                  npy_intp room, npy_intp width, real *to) {
    for (npy_intp o = 0; o < channels; o++)
        for (npy_intp c = 0; c < inputs; c++) {
            real spots[SPOTS] = {};
            for (size_t at = c * width + o; at < totals.size(); at += SPOTS * room * width)
                for (int k = 0; k < SPOTS; k++) spots[k] += totals[at + k * room * width];
            both<OfSpots>(spots, to + (o * inputs + c) * 9);
        }
}

// The gradient of filters, summed over all images.
template <typename real>
void weigh_tiles(const Geometry &map, npy_intp images, const real *from, npy_intp channels,
                 const real *slopes, real *to) {
    enum { size = Vector<real>::size };
    const Tiles<real> tiles(map, images);
    const npy_intp width = whole(channels, size), room = whole(map.channels, TAPS);
    const npy_intp plane = tiles.plane(map.channels), slope_plane = tiles.row * width + size;
    std::vector<npy_intp> shifts(room, (map.channels - 1) * tiles.row);
    for (npy_intp c = 0; c < map.channels; c++) shifts[c] = c * tiles.row;
    std::vector<real> totals(most_threads() * SPOTS * room * width, real(0));
    #pragma omp parallel if(tiles.blocks() > 1)
    {
        real *mine = totals.data() + this_thread() * SPOTS * room * width;
        std::vector<real> sums(tiles.room(map.channels)), by(SPOTS * slope_plane);
        std::vector<real> turned(4 * tiles.each * tiles.broad * width, real(0));
        #pragma omp for schedule(static)
        for (npy_intp block = 0; block < tiles.blocks(); block++) {
            const Geometry flat = tiles.flat(map.channels, block);
            spread(map, tiles, from, block, sums.data());
            turn_rows(map, tiles, slopes, channels, block, width, turned.data());
            spread_slopes(tiles, turned.data(), block, width, by.data());
            for (int k = 0; k < SPOTS; k++)
                all_strips(flat, sums.data() + k * plane, shifts,
                           by.data() + k * slope_plane, width, mine + k * room * width);
        }
    }
    gather_spots(totals, channels, map.channels, room, width, to);
}
"""

PAYS = r"""
enum { FEW = 32 };
// Whether tiles take less time: for filters of 3 by 3 in float32, between many channels.
template <typename real>
bool tiles_pay(const Geometry &map, npy_intp channels) {
    return sizeof(real) == sizeof(float) && map.tall == 3 && map.broad == 3 &&
           map.crop_y + map.crop_x == 0 && map.channels >= FEW && channels >= FEW;
}
"""

WINOGRAD = FORMS + TILES + OUTPUTS + FILTERS + PAYS
