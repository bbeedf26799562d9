"""How images lie in memory while they are convolved, and vectors as wide as registers, in C++.

An image is laid out once with zeros around it, its rows behind each other at a fixed pitch. Then
the neighbour of a pixel by (y, x) lies ``y * pitch + x`` further for all pixels alike.
"""

__all__ = ["LAYOUT"]

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
    // The way back: what lies around is left.
    template <typename real> void take_up(const real *from, npy_intp n, real *images) const {
        real *image = images + n * channels * height * width;
        for (npy_intp c = 0; c < channels; c++)
            for (npy_intp y = 0; y < height; y++)
                std::memcpy(image + (c * height + y) * width,
                            from + c * plane + (y + pad_y) * pitch + pad_x, width * sizeof(real));
    }
};
"""

LAYOUT = VECTORS + GEOMETRY
