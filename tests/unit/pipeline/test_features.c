/* SPDX-License-Identifier: Apache-2.0 */
/* Features in stretches: the same numbers whether they are kept or computed when they are asked
 * for, and what is computed is not kept anywhere. */
#include "tiny_project.h"

#include <dirent.h>
#include <math.h>

#include "pipeline/features.h"
#include "pipeline/stage_parts.h"

static tiny t;

/* Files in the cache of features. */
static int n_cached(void)
{
    char path[1200];
    int n = 0;
    (void)mote_format(path, sizeof path, "%s/.mote/features", t.dir);
    DIR *d = opendir(path);
    for (const struct dirent *e = d ? readdir(d) : NULL; e; e = readdir(d))
        n += e->d_name[0] != '.';
    if (d)
        (void)closedir(d);
    return n;
}

static void check(const char *kind, bool is_light)
{
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_data_version v;
    mote_dataset d;
    mote_features *f = NULL;
    float *all = NULL;
    double sum = 0.0, scale = 0.0;
    mote_arena_init(&a, 256u << 20);
    tiny_open(&t, 2);
    t.project->features.kind = kind;
    T_OK(mote_pipeline_run(t.pipeline, MOTE_STAGE_data, false, &err));
    mote_stage_settings(t.pipeline, MOTE_STAGE_features);
    T_OK(mote_stage_complete(t.pipeline, false, &err));
    const mote_frontend *cfg = mote_setting_features(t.pipeline->settings);
    assert_int_equal(mote_frontend_is_light(cfg), is_light);
    T_OK(mote_stage_version(t.pipeline, &a, &v, &err));
    T_OK(mote_stage_split(t.pipeline, &v, MOTE_SPLIT_TRAIN, &d, &err));
    T_OK(mote_features_of(t.pipeline, &d, &a, &all, &err));
    T_OK(mote_features_open(t.pipeline, &d, &f, &err));
    const size_t width = mote_features_width(f);
    assert_int_equal(width, mote_frontend_elements(cfg, &d.shape));
    for (size_t at = 0; at < d.n; at += 7) {
        const size_t n = d.n - at < 7 ? d.n - at : 7;
        const float *x = NULL;
        T_OK(mote_features_at(f, at, n, &x, &err));
        assert_memory_equal(x, all + at * width, n * width * sizeof *x);
    }
    for (size_t i = 0; i < d.n * width; i++)
        sum += (double)all[i] * (double)all[i];
    T_OK(mote_features_scale(f, &scale, &err));
    assert_true(scale == sqrt(sum / (double)(d.n * width)));
    mote_features_close(f);
    mote_dataset_release(&d);
}

static void stretches_are_what_all_of_them_are(void **state)
{
    (void)state;
    tiny_make(&t, (tiny_settings){.epochs = 1, .seed = 1}, true);
    check("none", true);
    assert_int_equal(n_cached(), 0);
    check("mfcc", false);
    assert_true(n_cached() > 0);
    tiny_remove(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stretches_are_what_all_of_them_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
