/* Asks a BLAS three things: is a product right, how fast is it, which kernel runs.
   Compiled against the BLAS in question as a shared object, as Theano's own modules are. */
#include <dlfcn.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif

void sgemm_(char *, char *, const int *, const int *, const int *, const float *, const float *,
            const int *, const float *, const int *, const float *, float *, const int *);
void dgemm_(char *, char *, const int *, const int *, const int *, const double *, const double *,
            const int *, const double *, const int *, const double *, double *, const int *);
double ddot_(const int *, const double *, const int *, const double *, const int *);

#define M 67
#define N 45
#define K 131

/* The largest difference from the plain triple loop; small integers make every sum exact. */
#define WRONG(name, real, gemm)                                                          \
    static double name(void) {                                                           \
        static real a[M * K], b[K * N], c[M * N];                                        \
        const int m = M, n = N, k = K;                                                   \
        const real one = 1, zero = 0;                                                    \
        double worst = 0;                                                                \
        char no[] = "N";                                                                 \
        int i, j, l;                                                                     \
        for (i = 0; i < M * K; i++) a[i] = (real)(i % 7 - 3);                            \
        for (i = 0; i < K * N; i++) b[i] = (real)(i % 5 - 2);                            \
        gemm(no, no, &m, &n, &k, &one, a, &m, b, &k, &zero, c, &m);                      \
        for (j = 0; j < N; j++)                                                          \
            for (i = 0; i < M; i++) {                                                    \
                double sum = 0;                                                          \
                for (l = 0; l < K; l++) sum += (double)a[i + l * M] * b[l + j * K];      \
                if (!(fabs(sum - c[i + j * M]) <= worst)) worst = fabs(sum - c[i + j * M]); \
            }                                                                            \
        return worst;                                                                    \
    }

WRONG(wrong_float, float, sgemm_)
WRONG(wrong_double, double, dgemm_)

double yann_wrong(void) {
    const double x[5] = {0, 1, 2, 3, 4};
    const int n = 5, one = 1;
    return wrong_float() + wrong_double() + fabs(ddot_(&n, x, &one, x, &one) - 30.0);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + 1e-9 * t.tv_nsec;
}

/* GFLOP/s of the best of `rounds` float32 products of two n x n matrices. */
double yann_product_rate(int n, int rounds) {
    float *a = (float *)malloc(sizeof(float) * n * n), *c = (float *)malloc(sizeof(float) * n * n);
    const float one = 1, zero = 0;
    double best = 0;
    char no[] = "N";
    int i;
    for (i = 0; i < n * n; i++) a[i] = (float)(i % 7 - 3) / 8;
    for (i = 0; i < rounds; i++) {
        double start = now(), rate;
        sgemm_(no, no, &n, &n, &n, &one, a, &n, a, &n, &zero, c, &n);
        rate = 2e-9 * n * n * n / (now() - start);
        if (rate > best) best = rate;
    }
    free(a);
    free(c);
    return best;
}

#if defined(__AVX512F__)
#define BYTES 64
#elif defined(__AVX__)
#define BYTES 32
#else
#define BYTES 16
#endif

/* GFLOP/s that the processor reaches on one thread when nothing waits for memory: chains of
   multiply-adds, on vectors as long as a register. Two units that take
   four or five steps for one want ten chains. No two hold the same numbers, and none of them is
   known to the compiler: it would make one chain of chains that are alike. */
double yann_peak_rate(int rounds) {
    enum { chains = 12, steps = 100000 };
    typedef float vector __attribute__((vector_size(BYTES)));
    volatile float start = 1;
    vector a[chains];
    const vector zero = {0}, half = zero + start / 2, one = zero + start;
    double best = 0;
    float sum = 0;
    int i, k, round;
    for (k = 0; k < chains; k++) a[k] = zero + start * (float)k;
    for (round = 0; round < rounds; round++) {
        double begin = now(), rate;
        for (i = 0; i < steps; i++)
            for (k = 0; k < chains; k++) a[k] = a[k] * half + one;
        for (k = 0; k < chains; k++) sum += a[k][0];
        rate = 2e-9 * steps * chains * (BYTES / sizeof(float)) / (now() - begin);
        if (rate > best && sum > 0) best = rate;
    }
    return best;
}

/* What a function of the BLAS tells about it (kernel, version), where there is such a function. */
const char *yann_tell(const char *symbol) {
    char *(*tell)(void);
    void *found = dlsym(RTLD_DEFAULT, symbol);
    if (!found) return "";
    memcpy(&tell, &found, sizeof found);
    return tell();
}

#ifdef __cplusplus
}
#endif
