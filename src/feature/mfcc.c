/* SPDX-License-Identifier: Apache-2.0 */
/* Plans: tables, scratch per worker, and the choice of the batch path. */
#include "feature/mfcc.h"

#include <string.h>

#include "feature/mfcc_lanes.h"

/* Frames of a batch that one piece of pool work computes: a multiple of every number of lanes. */
#define PIECE_FRAMES 784

struct mote_feature_plan {
    mote_feature_config config;
    mrt_frontend_tables tables;
    const mote_lane_path *path;
    int32_t n_workers;
    size_t scratch_bytes; /* of one worker, a multiple of 64 */
    char *scratch;        /* [n_workers][scratch_bytes], aligned to 64 */
    void *table_memory;
};

static bool can_run(const mote_lane_path *path)
{
    if (path == NULL)
        return false;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (path->lanes == 16)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
    if (path->lanes == 8)
        return __builtin_cpu_supports("avx2");
#endif
    return true;
}

/* The path of that name, or with NULL the widest; NULL when this machine cannot run it. */
static const mote_lane_path *find_path(const char *name)
{
    const mote_lane_path *const paths[] = {mote_lanes_avx512(), mote_lanes_avx2(),
                                           mote_lanes_portable()};

    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        if (can_run(paths[i]) && (name == NULL || strcmp(paths[i]->name, name) == 0))
            return paths[i];
    return NULL;
}

mote_status mote_feature_plan_create(const mote_feature_config *cfg, int32_t n_workers,
                                     mote_feature_plan **out, mote_err *err)
{
    MOTE_TRY(mote_feature_config_check(cfg, err));
    if (n_workers < 1 || n_workers > 1024)
        return mote_fail(err, MOTE_ARG, "feature plan for %d workers, must be 1..1024",
                         (int)n_workers);

    const mrt_frontend_config device = mote_feature_device_config(cfg);
    const size_t table_bytes = mrt_frontend_tables_bytes(&device);
    mote_feature_plan *p = mote_alloc_zero(1, sizeof *p);
    if (p == NULL)
        return mote_fail(err, MOTE_NOMEM, "no memory for a feature plan");
    p->config = *cfg;
    p->n_workers = n_workers;
    p->path = find_path(NULL);
    p->scratch_bytes =
        ((size_t)device.n_fft + 2 * (size_t)device.n_mels) * MOTE_MAX_LANES * sizeof(float);
    p->scratch = mote_alloc_aligned(64, (size_t)n_workers, p->scratch_bytes);
    p->table_memory = mote_alloc_aligned(64, 1, table_bytes);
    if (p->scratch == NULL || p->table_memory == NULL) {
        mote_feature_plan_destroy(p);
        return mote_fail(err, MOTE_NOMEM, "no memory for a feature plan of %d workers",
                         (int)n_workers);
    }
    MOTE_BUG_IF(mrt_frontend_build(&device, p->table_memory, table_bytes, &p->tables) !=
                MRT_FRONTEND_OK);
    const mrt_normalise window = mote_feature_device_normalise(cfg, 1);
    MOTE_BUG_IF(cfg->normalise != MRT_NORMALISE_NONE && !mrt_normalise_check(&window));
    *out = p;
    return MOTE_OK;
}

void mote_feature_plan_destroy(mote_feature_plan *p)
{
    if (p == NULL)
        return;
    mote_free(p->scratch);
    mote_free(p->table_memory);
    mote_free(p);
}

const mote_feature_config *mote_feature_plan_config(const mote_feature_plan *p)
{
    return &p->config;
}

const mrt_frontend_tables *mote_feature_plan_tables(const mote_feature_plan *p)
{
    return &p->tables;
}

bool mote_feature_batch_choose(mote_feature_plan *p, const char *path)
{
    const mote_lane_path *found = find_path(path);

    p->path = found != NULL ? found : find_path(NULL);
    return found != NULL;
}

/* A run of frames: frame f of clip f / n_frames. */
typedef struct {
    const mote_feature_plan *plan;
    const void *const *clips; /* int16 each */
    size_t n_frames;          /* of each clip */
    size_t n_all;             /* of all clips */
    float *out;               /* [n_all][values] */
} frame_run;

/* Frames first .. last - 1, a group of lanes at a time. The last group is filled up with its own
 * first frame, whose surplus results go to a place of their own. */
static void compute_frames(const frame_run *run, size_t first, size_t last, int32_t worker)
{
    const mote_feature_plan *p = run->plan;
    const mrt_frontend_config *c = &p->tables.config;
    const size_t lanes = (size_t)p->path->lanes, n_values = (size_t)mrt_frontend_values(c);
    mote_lane_frames *compute = c->arithmetic == MRT_FLOAT ? p->path->f32 : p->path->q;
    void *scratch = p->scratch + (size_t)worker * p->scratch_bytes;
    float surplus[MRT_FRONTEND_MAX_MELS];

    for (size_t frame = first; frame < last; frame += lanes) {
        const int16_t *pcm[MOTE_MAX_LANES];
        float *out[MOTE_MAX_LANES];
        for (size_t l = 0; l < lanes; l++) {
            const size_t f = frame + l < last ? frame + l : frame;
            pcm[l] =
                (const int16_t *)run->clips[f / run->n_frames] + f % run->n_frames * (size_t)c->hop;
            out[l] = frame + l < last ? run->out + f * n_values : surplus;
        }
        compute(&p->tables, pcm, scratch, out);
    }
}

static void run_piece(void *arg, size_t piece, int32_t worker)
{
    const frame_run *run = arg;
    const size_t first = piece * PIECE_FRAMES;
    const size_t last = first + PIECE_FRAMES < run->n_all ? first + PIECE_FRAMES : run->n_all;

    compute_frames(run, first, last, worker);
}

static mote_status check_length(const mote_feature_plan *p, size_t n, mote_err *err)
{
    if (n < (size_t)p->tables.config.window)
        return mote_fail(err, MOTE_SHAPE, "clip of %zu samples is shorter than one window of %d", n,
                         (int)p->tables.config.window);
    return MOTE_OK;
}

mote_status mote_feature_clip(const mote_feature_plan *p, int32_t worker, const int16_t *pcm,
                              size_t n, float *out, mote_err *err)
{
    MOTE_BUG_IF(worker < 0 || worker >= p->n_workers);
    MOTE_TRY(check_length(p, n, err));
    const size_t n_frames = mrt_frontend_frames(&p->tables.config, n);
    const void *clip = pcm;
    const frame_run run = {p, &clip, n_frames, n_frames, out};

    compute_frames(&run, 0, n_frames, worker);
    return MOTE_OK;
}

void mote_feature_window(const mote_feature_config *cfg, const float *frames, size_t n_frames,
                         int16_t *kept, float *out)
{
    const mrt_normalise n = mote_feature_device_normalise(cfg, (int32_t)n_frames);
    const size_t values = (size_t)n.n_values;
    int32_t state[MRT_NORMALISE_STATE * MRT_FRONTEND_MAX_MELS], row[MRT_FRONTEND_MAX_MELS];

    for (size_t t = 0; t < n_frames; t++)
        mrt_normalise_keep_f32(&n, frames + t * values, kept + t * values);
    mrt_normalise_begin(&n, kept, state);
    for (size_t t = 0; t < n_frames; t++) {
        mrt_normalise_next(&n, kept + t * values, state, row);
        for (size_t v = 0; v < values; v++)
            out[t * values + v] = (float)row[v] * (1.0f / (1 << MRT_NORMALISE_Q));
    }
}

mote_status mote_feature_batch(const mote_feature_plan *p, mote_pool *pool, const mote_clips *clips,
                               float *out, mote_err *err)
{
    size_t n_all;

    MOTE_TRY(check_length(p, clips->n_samples, err));
    if (mote_pool_threads(pool) > p->n_workers)
        return mote_fail(err, MOTE_ARG, "feature plan of %d workers used by %d threads",
                         (int)p->n_workers, (int)mote_pool_threads(pool));
    const size_t n_frames = mrt_frontend_frames(&p->tables.config, clips->n_samples);
    if (!mote_mul_size(n_frames, clips->n, &n_all))
        return mote_fail(err, MOTE_LIMIT, "%zu clips of %zu frames are too many", clips->n,
                         n_frames);
    frame_run run = {p, clips->pcm, n_frames, n_all, out};
    mote_pool_run(pool, (n_all + PIECE_FRAMES - 1) / PIECE_FRAMES, run_piece, &run);
    return MOTE_OK;
}
