/* SPDX-License-Identifier: Apache-2.0 */
/* Speed of images, one thread: decoding, bringing to the size of an input, augmentation.
 *
 *   bench_image [FILE..]     JPEG or PNG files; without: a made PPM of 640 x 480
 *
 * Prints images per CPU second; inputs are 96 x 96, colour and grey. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "base/rng.h"
#include "base/text.h"
#include "data/image.h"
#include "data/image_augment.h"

enum { SIDE = 96 };

static void need(mote_status st, const mote_err *err)
{
    if (st == MOTE_OK)
        return;
    fprintf(stderr, "bench_image: %s\n", err->text);
    exit(1);
}

static double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void bench_file(const char *name, const void *bytes, size_t n)
{
    static uint8_t out[SIDE * SIDE * 3];
    mote_err err;
    mote_image im = {0};
    const mote_file_bytes file = {name, bytes, n};
    const mrt_picture_form form = {MRT_FIT_CROP, SIDE, SIDE, 3, 0};
    int n_decoded = 0, n_fitted = 0;
    double start = cpu_s();
    for (; cpu_s() - start < 1.0; n_decoded++) {
        mote_image_release(&im);
        need(mote_image_decode(&file, NULL, &im, NULL, &err), &err);
    }
    double decoded = n_decoded / (cpu_s() - start);
    start = cpu_s();
    for (; cpu_s() - start < 1.0; n_fitted++)
        need(mote_image_fit(&im, &form, out, &err), &err);
    printf("%s, %d x %d: decode %.0f/s, to 96 x 96 colour %.0f/s\n", name, im.width, im.height,
           decoded, n_fitted / (cpu_s() - start));
    mote_image_release(&im);
}

static void bench_augment(const char *name, mote_image_augment cfg, int32_t n_channels)
{
    static uint8_t in[SIDE * SIDE * 3], out[SIDE * SIDE * 3];
    uint32_t n = 0;
    double start = cpu_s();
    for (; cpu_s() - start < 1.0; n++) {
        mote_rng r;
        mote_image_augment_rng(&r, 1, 0, n);
        mote_image_augment_apply(&cfg, &r, &(mrt_picture){in, SIDE, SIDE, n_channels}, out);
    }
    printf("augment 96 x 96 x %d, %s: %.0f/s\n", n_channels, name, n / (cpu_s() - start));
}

int main(int argc, char **argv)
{
    mote_err err;
    for (int i = 1; i < argc; i++) {
        char *bytes;
        size_t n;
        need(mote_file_read(argv[i], 64u << 20, &bytes, &n, &err), &err);
        bench_file(argv[i], bytes, n);
        mote_free(bytes);
    }
    if (argc == 1) {
        mote_buf b;
        mote_buf_init(&b, 1 << 21);
        mote_buf_str(&b, "P6 640 480 255\n");
        for (int i = 0; i < 640 * 480 * 3; i++)
            mote_buf_char(&b, (char)(i * 7));
        bench_file("PPM", b.data, b.len);
        mote_buf_release(&b);
    }
    bench_augment("mirror", (mote_image_augment){.flip_across = true}, 3);
    bench_augment("light", (mote_image_augment){.brightness = 0.2f, .contrast = 0.2f}, 3);
    bench_augment("all", (mote_image_augment){true, false, 0.2f, 15, 0.2f, 0.2f, 0.05f, 0.3f}, 3);
    bench_augment("all", (mote_image_augment){true, false, 0.2f, 15, 0.2f, 0.2f, 0.05f, 0.3f}, 1);
    return 0;
}
