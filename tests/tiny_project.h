/* SPDX-License-Identifier: Apache-2.0 */
/* A keyword project so small that it goes once round the loop in a fraction of a second: two
 * "words" and a third sound, each a tone, spoken by TINY_GROUPS "speakers" with pitches of their
 * own, at 8 kHz. Made from nothing by the test; the same bytes every time. */
#ifndef MOTE_TESTS_TINY_PROJECT_H
#define MOTE_TESTS_TINY_PROJECT_H

#include <math.h>

#include "base/rng.h"
#include "data/audio.h"
#include "data/import.h"
#include "pipeline/pipeline.h"
#include "support.h"
#include "temp_dir.h"

#define TINY_RATE_HZ   8000
#define TINY_SAMPLES   4000
#define TINY_GROUPS    12
#define TINY_TAKES     2
#define TINY_PER_GROUP (3 * TINY_TAKES)

/* What a test varies. Texts are lines of the named block of mote.yaml. */
typedef struct {
    int epochs;
    int seed;
    const char *augmentation; /* "  gain_db: 3\n"; NULL: the preset */
    const char *promote;      /* "beat_by: 50 %"; NULL: the preset */
    const char *retrain;      /* "every_days: 3"; NULL: the preset */
    const char *accuracy;     /* least accuracy; NULL: "10 %" */
    const char *keywords;     /* NULL: "low, mid" */
    const char *device;       /* "target: cortex-m7"; NULL: the presets */
    const char *training;     /* more lines, "  refit: all\n"; NULL: none */
    const char *blocks;       /* "features:" and "model:"; NULL: the test's own */
    const char *require;      /* of the data, "min_groups: 5"; NULL: the presets */
} tiny_settings;

static inline void tiny_yaml(const char *dir, tiny_settings t)
{
    char path[TEMP_DIR_BYTES + 16];
    snprintf(path, sizeof path, "%s/mote.yaml", dir);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fprintf(f,
            "mote: 1\nname: tiny\ntask: keyword\nkeywords: [%s]\nclip_ms: 500\n"
            "rate_hz: %d\nrequirements:\n  - metric: accuracy\n    at_least: %s\n"
            "%straining:\n  epochs: %d\n  batch: 16\n  seed: %d\n%s"
            "augmentation:\n%sstream:\n  hours: 0.01\nschedule:\n  retrain: {%s}\n"
            "  promote: {%s}\ndevice: {%s}\ndata:\n  builtin: off\n  require: {%s}\n",
            t.keywords ? t.keywords : "low, mid", TINY_RATE_HZ, t.accuracy ? t.accuracy : "10 %",
            t.blocks ? t.blocks
                     : "features:\n  kind: mfcc\n  mels: 20\n  coefficients: 8\n  low_hz: 20\n"
                       "  high_hz: 3800\nmodel:\n  channels: 8\n  blocks: 1\n",
            t.epochs, t.seed, t.training ? t.training : "",
            t.augmentation ? t.augmentation : "  shift_ms: 20\n",
            t.retrain ? t.retrain : "on_drift: true", t.promote ? t.promote : "beat_by: 0 %",
            t.device ? t.device : "target: cortex-m4f", t.require ? t.require : "min_groups: 3");
    assert_int_equal(fclose(f), 0);
}

static inline void tiny_wav(const char *path, const int16_t *pcm, size_t n)
{
    mote_err err;
    mote_buf b;
    mote_buf_init(&b, 1 << 22);
    T_OK(mote_audio_encode_wav(pcm, n, TINY_RATE_HZ, &b, &err));
    T_OK(mote_file_write(path, b.data, b.len, &err));
    mote_buf_release(&b);
}

/* One folder a word with recordings of the groups [first, first + n_groups), and noise. */
static inline void tiny_tree(const char *root, int first, int n_groups)
{
    static const struct {
        const char *label;
        double hz;
    } words[] = {{"low", 300.0}, {"mid", 900.0}, {"hum", 2200.0}};
    static int16_t pcm[10 * TINY_RATE_HZ];
    char dir[TEMP_DIR_BYTES + 64], path[TEMP_DIR_BYTES + 128];
    mote_err err;
    mote_rng rng;
    mote_rng_init(&rng, 5 + (uint64_t)first);
    for (size_t w = 0; w < T_COUNT(words); w++) {
        snprintf(dir, sizeof dir, "%s/%s", root, words[w].label);
        T_OK(mote_dir_make(dir, &err));
        for (int g = first; g < first + n_groups; g++)
            for (int take = 0; take < TINY_TAKES; take++) {
                double hz = words[w].hz * (1.0 + 0.02 * g);
                for (int i = 0; i < TINY_SAMPLES; i++) {
                    double edge = fmin(1.0, fmin(i, TINY_SAMPLES - i) / 400.0);
                    pcm[i] = (int16_t)lrint(32767.0 *
                                            (0.3 * edge * sin(6.283185307 * hz * i / TINY_RATE_HZ) +
                                             mote_rng_range(&rng, -0.01, 0.01)));
                }
                snprintf(path, sizeof path, "%s/s%03d_nohash_%d.wav", dir, g, take);
                tiny_wav(path, pcm, TINY_SAMPLES);
            }
    }
    if (first > 0)
        return;
    snprintf(dir, sizeof dir, "%s/_background_noise_", root);
    T_OK(mote_dir_make(dir, &err));
    for (size_t i = 0; i < T_COUNT(pcm); i++)
        pcm[i] = (int16_t)lrint(mote_rng_range(&rng, -600.0, 600.0));
    snprintf(path, sizeof path, "%s/hiss.wav", dir);
    tiny_wav(path, pcm, T_COUNT(pcm));
}

/* Add the recordings of such a tree to the project's store. */
static inline void tiny_import(const char *dir, const char *tree)
{
    mote_err err = {0};
    MOTE_SCOPED_STORE *s = NULL;
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 64u << 20);
    T_OK(mote_store_open(dir, true, &s, &err));
    mote_import_config cfg = mote_import_config_default(mote_kind_of(MOTE_INPUT_AUDIO));
    mote_import_report r;
    T_OK(mote_data_import(s, tree, &cfg, &a, &r, &err));
    assert_int_equal(r.total.n_rejected, 0);
}

/* An opened project. */
typedef struct {
    char dir[TEMP_DIR_BYTES], tree[TEMP_DIR_BYTES + 16];
    mote_arena arena;
    mote_store *store;
    mote_project *project;
    mote_pool *pool;
    mote_pipeline *pipeline;
    mote_cancel cancel;
    mote_pipeline_progress *progress;
    void *progress_arg;
} tiny;

static int64_t tiny_now_ms = 1700000000000; /* the tests' clock stands still */

static inline int64_t tiny_clock(void)
{
    return tiny_now_ms;
}

static inline void tiny_close(tiny *t)
{
    mote_pipeline_destroy(t->pipeline);
    mote_pool_destroy(t->pool);
    mote_store_close(t->store);
    mote_arena_release(&t->arena);
    t->pipeline = NULL;
    t->pool = NULL;
    t->store = NULL;
}

/* (Re)open with what mote.yaml says now. */
static inline void tiny_open(tiny *t, int n_threads)
{
    mote_err err = {0};
    tiny_close(t);
    mote_arena_init(&t->arena, 64u << 20);
    T_OK(mote_project_load(t->dir, &t->arena, &t->project, NULL, &err));
    T_OK(mote_store_open(t->dir, true, &t->store, &err));
    T_OK(mote_pool_create(n_threads, &t->pool, &err));
    mote_pipeline_config cfg = {.store = t->store,
                                .project = t->project,
                                .pool = t->pool,
                                .cancel = &t->cancel,
                                .progress = t->progress,
                                .progress_arg = t->progress_arg,
                                .now_ms = tiny_clock};
    T_OK(mote_pipeline_create(&cfg, &t->pipeline, &err));
}

static inline void tiny_set(tiny *t, tiny_settings y)
{
    tiny_yaml(t->dir, y);
    tiny_open(t, 1);
}

/* A project in a folder of its own, with its recordings beside it, added when with_data. Programs
 * are hidden, so that the compile stage measures nothing: that takes seconds and
 * has its own tests. */
static inline void tiny_make(tiny *t, tiny_settings y, bool with_data)
{
    mote_err err = {0};
    *t = (tiny){0};
    setenv("PATH", "/nowhere", 1);
    temp_dir_make(t->dir);
    snprintf(t->tree, sizeof t->tree, "%s/recordings", t->dir);
    T_OK(mote_dir_make(t->tree, &err));
    tiny_tree(t->tree, 0, TINY_GROUPS);
    if (with_data)
        tiny_import(t->dir, t->tree);
    tiny_set(t, y);
}

static inline void tiny_remove(tiny *t)
{
    tiny_close(t);
    temp_dir_remove(t->dir);
}

static inline int64_t tiny_count(tiny *t, const char *sql)
{
    mote_err err = {0};
    int64_t n = -1;
    T_OK(mote_store_query_i64(t->store, sql, &n, &err));
    return n;
}

static inline const char *tiny_text(tiny *t, mote_stage_id stage, const char *member)
{
    mote_err err = {0};
    const mote_stage_result *r = NULL;
    T_OK(mote_pipeline_result(t->pipeline, stage, &r, &err));
    return json_string_value(json_object_get(r->output, member));
}

/* The object that a fresh stage made; fails the test when there is none. */
static inline mote_sha256 tiny_object(tiny *t, mote_stage_id stage, const char *name)
{
    mote_err err = {0};
    const mote_stage_result *r = NULL;
    T_OK(mote_pipeline_result(t->pipeline, stage, &r, &err));
    for (size_t i = 0; i < r->n_objects; i++)
        if (strcmp(r->objects[i].name, name) == 0)
            return r->objects[i].object;
    fail_msg("stage %s made no %s", mote_stage_name(stage), name);
    return (mote_sha256){0};
}

#endif
