/* SPDX-License-Identifier: Apache-2.0 */
/* Speed of the data stage: augmentation, decoding, import into a store, loading a data set, and
 * synthesis by espeak-ng where it is installed. One thread unless said otherwise.
 *
 *   bench_data
 *
 * Prints one JSON document. Rates are per CPU second (children included) of one-second clips. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/process.h"
#include "data/audio_augment.h"
#include "data/dataset.h"
#include "data/import.h"
#include "data/noise.h"
#include "data/synth.h"

enum { SAMPLES = 16000, FILES = 400, VOICED = 60 };

static int16_t in[SAMPLES], out[SAMPLES];

static void need(mote_status st, const mote_err *err)
{
    if (st == MOTE_OK)
        return;
    fprintf(stderr, "bench_data: %s\n", err->text);
    exit(1);
}

static double cpu_s(void)
{
    struct rusage self, children;
    getrusage(RUSAGE_SELF, &self);
    getrusage(RUSAGE_CHILDREN, &children);
    double s = 0.0;
    const struct rusage *all[] = {&self, &children};
    for (int i = 0; i < 2; i++)
        s += (double)(all[i]->ru_utime.tv_sec + all[i]->ru_stime.tv_sec) +
             1e-6 * (double)(all[i]->ru_utime.tv_usec + all[i]->ru_stime.tv_usec);
    return s;
}

static void bench_augment(const char *name, mote_augment_config cfg)
{
    mote_err err;
    mote_augment *a = NULL;
    mote_augment_setup setup = {
        .cfg = cfg, .rate_hz = 16000, .clip_samples = SAMPLES, .n_workers = 1};
    need(mote_augment_create(&setup, &a, &err), &err);
    double start = cpu_s(), took = 0.0;
    uint64_t n = 0;
    for (; took < 1.0; took = cpu_s() - start) {
        for (int i = 0; i < 50; i++) {
            mote_rng r;
            mote_augment_rng(&r, 1, 0, n++);
            mote_augment_apply(a, 0, &r, in, out);
        }
    }
    printf("  \"augment %s\": %.0f,\n", name, (double)n / took);
    mote_augment_destroy(a);
}

static void bench_augmentation(void)
{
    mote_augment_config c = {.speed = {1, 1},
                             .tempo = {1, 1},
                             .vocal_tract = {1, 1},
                             .shift_ms = 100,
                             .gain_db = 6,
                             .noise_probability = 0.5,
                             .noise_snr_db = {5, 30},
                             .car_noise_snr_db = {-5, 15}};
    bench_augment("shift, gain, noise 0.5", c);
    c.car_noise_probability = 0.5;
    bench_augment("and car noise 0.5", c);
    c.speed = (mote_span){0.9, 1.1};
    bench_augment("and speed", c);
    c.pitch_semitones = (mote_span){-2, 2};
    bench_augment("and pitch", c);
    c.tempo = (mote_span){0.9, 1.1};
    bench_augment("and tempo", c);
    c.vocal_tract = (mote_span){0.85, 1.15};
    bench_augment("and vocal tract", c);
}

static void bench_decode(int32_t rate_hz)
{
    mote_err err;
    mote_buf wav;
    mote_buf_init(&wav, 1 << 24);
    int16_t *x = mote_alloc((size_t)rate_hz, sizeof *x);
    if (!x)
        exit(1);
    need(mote_noise_make(&(mote_noise_recipe){MOTE_NOISE_PINK, 1, 1, rate_hz, -20}, x,
                         (size_t)rate_hz, &err),
         &err);
    need(mote_audio_encode_wav(x, (size_t)rate_hz, rate_hz, &wav, &err), &err);
    mote_audio_config cfg = mote_audio_config_default();
    double start = cpu_s(), took = 0.0;
    int n = 0;
    for (; took < 0.5; took = cpu_s() - start) {
        for (int i = 0; i < 10; i++, n++) {
            mote_audio a;
            need(mote_audio_decode(&(mote_file_bytes){"bench", wav.data, wav.len}, &cfg, &a, &err),
                 &err);
            mote_audio_release(&a);
        }
    }
    printf("  \"decode %d Hz\": %.0f,\n", (int)rate_hz, n / took);
    mote_buf_release(&wav);
    mote_free(x);
}

static void make_tree(const char *root)
{
    mote_err err;
    char path[512];
    for (int i = 0; i < FILES; i++) {
        mote_buf wav;
        mote_buf_init(&wav, 1 << 20);
        need(mote_noise_make(&(mote_noise_recipe){MOTE_NOISE_PINK, 2, (uint64_t)i, 16000, -30}, in,
                             SAMPLES, &err),
             &err);
        need(mote_audio_encode_wav(in, SAMPLES, 16000, &wav, &err), &err);
        snprintf(path, sizeof path, "%s/tree/w%d", root, i % 4);
        need(mote_dir_make(path, &err), &err);
        snprintf(path, sizeof path, "%s/tree/w%d/s%02d_nohash_%d.wav", root, i % 4, i % 40, i);
        need(mote_file_write(path, wav.data, wav.len, &err), &err);
        mote_buf_release(&wav);
    }
}

static void bench_store(const char *root)
{
    static const char *const words[] = {"w0", "w1", "w2", "w3"};
    mote_err err;
    mote_store *s = NULL;
    mote_arena a;
    char tree[512];
    make_tree(root);
    snprintf(tree, sizeof tree, "%s/tree", root);
    mote_arena_init(&a, (size_t)1 << 30);
    need(mote_store_open(root, true, &s, &err), &err);
    mote_import_config cfg = mote_import_config_default(mote_kind_of(MOTE_INPUT_AUDIO));
    mote_import_report r;
    double start = cpu_s();
    int64_t wall = mote_clock_mono_us();
    need(mote_data_import(s, tree, &cfg, &a, &r, &err), &err);
    printf("  \"import\": %.0f,\n  \"import per second\": %.0f,\n",
           (double)r.total.n_added / (cpu_s() - start),
           1e6 * (double)r.total.n_added / (double)(mote_clock_mono_us() - wall));
    mote_version_config vc = mote_version_config_default();
    mote_version_report vr;
    mote_data_version v;
    need(mote_version_create(s, &vc, &a, &v, &vr, &err), &err);
    mote_dataset_config dc = mote_dataset_config_default(mote_kind_of(MOTE_INPUT_AUDIO));
    mote_dataset d;
    dc.labels = words;
    dc.n_labels = 4;
    dc.all_splits = true;
    start = cpu_s();
    need(mote_dataset_load(s, &v, &dc, &d, &err), &err);
    printf("  \"load\": %.0f,\n", (double)d.n / (cpu_s() - start));
    mote_dataset_release(&d);
    if (mote_process_in_path("espeak-ng")) {
        mote_synth_config sc = mote_synth_config_default();
        mote_synth_report sr;
        sc.keywords = words;
        sc.n_keywords = 4;
        sc.per_keyword = VOICED;
        start = cpu_s();
        need(mote_data_synth(s, &sc, &sr, &err), &err);
        printf("  \"synthesis\": %.0f,\n",
               (double)(sr.n_keyword + sr.n_unknown) / (cpu_s() - start));
    }
    mote_store_close(s);
    mote_arena_release(&a);
}

int main(void)
{
    char root[] = "/tmp/mote-bench-XXXXXX";
    mote_err err;
    if (!mkdtemp(root)) {
        perror(root);
        return 1;
    }
    need(
        mote_noise_make(&(mote_noise_recipe){MOTE_NOISE_PINK, 1, 1, 16000, -20}, in, SAMPLES, &err),
        &err);
    printf("{\n");
    bench_augmentation();
    bench_decode(16000);
    bench_decode(44100);
    bench_store(root);
    double start = cpu_s();
    static int16_t car[16000 * 60];
    need(mote_noise_make(&(mote_noise_recipe){MOTE_NOISE_CAR, 1, 1, 16000, -20}, car,
                         sizeof car / sizeof *car, &err),
         &err);
    printf("  \"car noise\": %.0f\n}\n", 60.0 / (cpu_s() - start));
    need(mote_dir_remove(root, &err), &err);
    return 0;
}
