/* SPDX-License-Identifier: Apache-2.0 */
/* training.teacher on a tiny project: what teachers say of a sample as it was changed is part of
 * its target, each through its own front end; another teacher is another key. */
#include "tiny_project.h"

#include <math.h>

#include "pipeline/source.h"
#include "pipeline/stage_parts.h"

#define USED                                                                                       \
    (MOTE_USES(task) | MOTE_USES(dataset) | MOTE_USES(features) | MOTE_USES(arch) |                \
     MOTE_USES(training) | MOTE_USES(augmentation))
enum { BATCH = 16, MOST = 32 };

static const char other_blocks[] =
    "features:\n  kind: logmel\n  mels: 12\n  low_hz: 20\n  high_hz: 3800\n"
    "model:\n  channels: 8\n  blocks: 1\n";
static const tiny_settings plain = {.epochs = 2, .seed = 1};

static mote_status run_to(tiny *t, mote_stage_id last, mote_err *err)
{
    *err = (mote_err){0};
    return mote_pipeline_run(t->pipeline, last, false, err);
}

static tiny_settings taught(const char *training)
{
    tiny_settings y = plain;
    y.training = training;
    return y;
}

/* tiny/1 and tiny/2, of another front end. */
static void make(tiny *t)
{
    mote_err err;
    tiny_settings y = plain;
    tiny_make(t, plain, true);
    T_OK(run_to(t, MOTE_STAGE_deploy, &err));
    y.blocks = other_blocks;
    tiny_set(t, y);
    T_OK(run_to(t, MOTE_STAGE_deploy, &err));
}

/* The first batch of epoch 3 of the project's training samples. */
typedef struct {
    size_t width, n_classes;
    float *inputs, targets[BATCH * MOST];
    mote_pipeline *p;
} batch;

static void batch_of(tiny *t, int n_threads, batch *out)
{
    mote_err err = {0};
    MOTE_SCOPED_ARENA a;
    mote_arena_init(&a, 1 << 26);
    mote_data_version v;
    mote_dataset d;
    mote_source s;
    tiny_open(t, n_threads);
    T_OK(run_to(t, MOTE_STAGE_features, &err));
    T_OK(mote_stage_version(t->pipeline, &a, &v, &err));
    mote_pipeline_use(t->pipeline, USED);
    T_OK(mote_stage_complete(t->pipeline, true, &err));
    T_OK(mote_stage_split(t->pipeline, &v, MOTE_SPLIT_TRAIN, &d, &err));
    const mote_settings *y = t->pipeline->settings;
    const mote_training_setting *own = mote_setting_training(y);
    const mote_tutors_config tutors = {.teachers = y->teachers,
                                       .n = own->teachers.n,
                                       .data = &d,
                                       .features = mote_setting_features(y),
                                       .weight = own->teacher_weight,
                                       .temperature = own->teacher_temperature,
                                       .batch = BATCH,
                                       .n_workers = n_threads,
                                       .pool = t->pool};
    const mote_source_config c = {.data = &d,
                                  .features = mote_setting_features(y),
                                  .settings = y,
                                  .seed = 5,
                                  .n_workers = n_threads,
                                  .pool = t->pool,
                                  .tutors = y->teachers ? &tutors : NULL};
    T_OK(mote_source_init(&c, &s, &err));
    const mote_batch_source source = mote_source_batches(&s);
    uint32_t which[BATCH];
    for (uint32_t i = 0; i < BATCH; i++)
        which[i] = (uint32_t)(i * d.n / BATCH);
    out->width = mote_frontend_elements(mote_setting_features(y), &d.shape);
    out->n_classes = d.n_classes;
    assert_true(d.n_classes <= MOST);
    out->inputs = calloc(BATCH * out->width, sizeof *out->inputs);
    memset(out->targets, 0, sizeof out->targets);
    const mote_batch_request rq = {.seed = 5,
                                   .epoch = 3,
                                   .n = BATCH,
                                   .samples = which,
                                   .n_outputs = (int32_t)d.n_classes,
                                   .in_elements = out->width,
                                   .pool = t->pool};
    T_OK(source.fill(source.arg, &rq, out->inputs, out->targets, &err));
    mote_source_release(&s);
    mote_dataset_release(&d);
}

/* Softened, as written in teacher.h. */
static void soften(const float *p, size_t n, double temperature, double *out)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += out[i] = pow((double)p[i], 1.0 / temperature);
    for (size_t i = 0; i < n; i++)
        out[i] /= sum;
}

static void targets_are_what_the_teacher_says_of_the_changed_sample(void **state)
{
    (void)state;
    tiny t;
    batch labels, b, threads;
    mote_err err;
    make(&t);
    tiny_set(&t, plain);
    batch_of(&t, 1, &labels);
    tiny_yaml(t.dir, taught("  teacher: tiny/1\n  teacher_weight: 75 %\n"
                            "  teacher_temperature: 3\n"));
    batch_of(&t, 1, &b);
    assert_memory_equal(b.inputs, labels.inputs, BATCH * b.width * sizeof(float));
    const mote_graph *g = t.pipeline->teachers[0].graph;
    for (size_t i = 0; i < BATCH; i++) {
        float said[MOST];
        double soft[MOST];
        T_OK(mote_graph_run_f32(g, b.inputs + i * b.width, said, NULL, NULL, &err));
        soften(said, b.n_classes, 3.0, soft);
        for (size_t k = 0; k < b.n_classes; k++) {
            const size_t at = i * b.n_classes + k;
            const double want = 0.25 * (double)labels.targets[at] + 0.75 * soft[k];
            assert_true(fabs((double)b.targets[at] - want) < 1e-4);
        }
    }
    batch_of(&t, 3, &threads);
    assert_memory_equal(b.targets, threads.targets, sizeof b.targets);
    free(labels.inputs);
    free(b.inputs);
    free(threads.inputs);
    tiny_remove(&t);
}

/* Of another front end, and several: the mean. */
static void several_teachers_say_their_mean(void **state)
{
    (void)state;
    static const char *const who[] = {"tiny/1", "tiny/2", "[tiny/1, tiny/2]"};
    tiny t;
    batch b[3];
    make(&t);
    for (size_t i = 0; i < 3; i++) {
        char text[100];
        snprintf(text, sizeof text, "  teacher: %s\n  teacher_weight: 1\n", who[i]);
        tiny_yaml(t.dir, taught(text));
        batch_of(&t, 1, &b[i]);
    }
    assert_memory_not_equal(b[0].targets, b[1].targets, sizeof b[0].targets);
    for (size_t k = 0; k < BATCH * b[0].n_classes; k++)
        assert_true(fabsf(b[2].targets[k] - 0.5f * (b[0].targets[k] + b[1].targets[k])) < 1e-6f);
    for (size_t i = 0; i < 3; i++)
        free(b[i].inputs);
    tiny_remove(&t);
}

static void another_teacher_is_another_training(void **state)
{
    (void)state;
    tiny t;
    mote_err err;
    mote_stage_status all[MOTE_N_STAGES];
    make(&t);
    tiny_set(&t, taught("  teacher: tiny/1\n"));
    T_OK(run_to(&t, MOTE_STAGE_train, &err));
    const mote_sha256 first = tiny_object(&t, MOTE_STAGE_train, "graph.f32");
    tiny_set(&t, taught("  teacher: tiny/2\n"));
    T_OK(mote_pipeline_status(t.pipeline, all, &err));
    assert_int_equal(all[MOTE_STAGE_features].state, MOTE_STAGE_FRESH);
    assert_int_equal(all[MOTE_STAGE_train].state, MOTE_STAGE_STALE);
    T_OK(run_to(&t, MOTE_STAGE_train, &err));
    const mote_sha256 second = tiny_object(&t, MOTE_STAGE_train, "graph.f32");
    assert_memory_not_equal(&first, &second, sizeof first);
    assert_int_equal(tiny_count(&t, "SELECT count(*) FROM run_param WHERE key = 'teacher.1' AND "
                                    "value LIKE 'tiny/2 %'"),
                     1);
    tiny_remove(&t);
}

static void a_teacher_that_cannot_teach_is_refused_by_name(void **state)
{
    (void)state;
    tiny t;
    mote_err err;
    tiny_settings y = taught("  teacher: tiny/1\n");
    make(&t);
    y.keywords = "low, hum"; /* 'hum' was among the others */
    tiny_set(&t, y);
    assert_int_equal(run_to(&t, MOTE_STAGE_train, &err), MOTE_ARG);
    assert_non_null(strstr(err.text, "'training.teacher' ('tiny'): it does not know 'hum'"));
    tiny_set(&t, taught("  teacher: nobody/1\n"));
    assert_int_equal(run_to(&t, MOTE_STAGE_train, &err), MOTE_NOT_FOUND);
    assert_non_null(strstr(err.text, "'training.teacher' 'nobody/1'"));
    tiny_set(&t, taught("  teacher: tiny@champion\n"));
    assert_int_equal(run_to(&t, MOTE_STAGE_train, &err), MOTE_ARG);
    tiny_remove(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(targets_are_what_the_teacher_says_of_the_changed_sample),
        cmocka_unit_test(several_teachers_say_their_mean),
        cmocka_unit_test(another_teacher_is_another_training),
        cmocka_unit_test(a_teacher_that_cannot_teach_is_refused_by_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
