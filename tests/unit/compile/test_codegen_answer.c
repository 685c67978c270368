/* SPDX-License-Identifier: Apache-2.0 */
/* Generated projects of models that are no stream: a function takes a sample and says what the
 * model does, in the words of its answer. Built here and fed with samples, they say bit for bit
 * what a predictor says. With T_MEASURE they are built and run on emulated targets too: every model
 * on every target for "whole", else T_MEASURE is the seed of a sample, each model on one target and
 * two models or more on each target. */
#include "support.h"

#include <math.h>

#include "base/file.h"
#include "base/rng.h"
#include "compile/footprint.h"
#include "compile/measure.h"
#include "compress/quantise.h"
#include "model/bundle.h"
#include "model/predictor.h"
#include "project_host.h"

#define SANITIZED "-fsanitize=address,undefined"

enum { STEPS = 40, CHANNELS = 2, NUMBERS = STEPS * CHANNELS, SOUND = 1600, SAMPLES = 8 };

/* Reads samples; writes the answer's numbers and the verdict. */
static const char driver[] = "#include <stdio.h>\n#include HEADER\n"
                             "#define PASTE(a, b) a##_##b\n#define NAMED(a, b) PASTE(a, b)\n"
                             "#define OWN(b) NAMED(NAME, b)\n"
                             "static OWN(memory) memory;\n"
                             "static TYPE x[N_NUMBERS];\n"
                             "static float out[N_OUT];\nstatic int32_t verdict;\n"
                             "#ifdef N_BOUNDED\n#define BOUND() "
                             "OWN(interval)(out, out + N_BOUNDED, out + 2 * N_BOUNDED)\n"
                             "#else\n#define BOUND() (void)0\n#endif\n"
                             "int main(void)\n{\n"
                             "    while (fread(x, sizeof x, 1, stdin) == 1) {\n"
                             "        KEEP OWN(run)(&memory, x, out);\n        BOUND();\n"
                             "        fwrite(out, sizeof out, 1, stdout);\n"
                             "        fwrite(&verdict, sizeof verdict, 1, stdout);\n"
                             "    }\n    return 0;\n}\n";

/* One kind of model. */
typedef struct {
    const char *file; /* and what its names begin with */
    mote_input_kind input;
    mote_answer_kind answer;
    mote_dtype dtype;
    const char *front_end; /* JSON, NULL: none */
    int32_t n_outputs;     /* of the answer */
    mote_score_kind score;
    bool is_float; /* the graph ships as float32 */
} kind;

#define SERIES(settings) "{\"kind\": " settings ", \"rate_hz\": 50}"
#define MEL(how)         "{\"kind\": \"logmel\", \"n_mels\": 12, \"arithmetic\": \"" how "\"}"
static const kind KINDS[] = {
    {"classes", MOTE_INPUT_SERIES, MOTE_ANSWER_CLASS, MOTE_F32,
     SERIES("\"raw\", \"arithmetic\": \"float\""), 3, 0, false},
    {"classes", MOTE_INPUT_SERIES, MOTE_ANSWER_CLASS, MOTE_I16,
     SERIES("\"raw\", \"arithmetic\": \"fixed\""), 3, 0, false},
    {"classes", MOTE_INPUT_IMAGE, MOTE_ANSWER_CLASS, MOTE_U8, NULL, 4, 0, false},
    {"values", MOTE_INPUT_SERIES, MOTE_ANSWER_VALUE, MOTE_F32,
     SERIES("\"statistics\", \"arithmetic\": \"float\""), 2, 0, false},
    {"values", MOTE_INPUT_TABLE, MOTE_ANSWER_VALUE, MOTE_F32, NULL, 1, 0, false},
    {"anomaly", MOTE_INPUT_TABLE, MOTE_ANSWER_ANOMALY, MOTE_F32, NULL, 1, MOTE_SCORE_OUTPUT, false},
    {"anomaly", MOTE_INPUT_SERIES, MOTE_ANSWER_ANOMALY, MOTE_F32,
     SERIES("\"raw\", \"arithmetic\": \"float\""), 1, MOTE_SCORE_RECONSTRUCTION, false},
    {"classes", MOTE_INPUT_SERIES, MOTE_ANSWER_CLASS, MOTE_I16,
     SERIES("\"raw\", \"arithmetic\": \"fixed\""), 3, 0, true},
    {"classes", MOTE_INPUT_IMAGE, MOTE_ANSWER_CLASS, MOTE_U8, NULL, 4, 0, true},
    {"classes", MOTE_INPUT_IMAGE, MOTE_ANSWER_CLASS, MOTE_U8, "{\"kind\": \"pixels\"}", 4, 0,
     false},
    {"classes", MOTE_INPUT_IMAGE, MOTE_ANSWER_CLASS, MOTE_U8, "{\"kind\": \"pixels\"}", 4, 0, true},
    {"values", MOTE_INPUT_SERIES, MOTE_ANSWER_VALUE, MOTE_F32,
     SERIES("\"statistics\", \"arithmetic\": \"float\""), 2, 0, true},
    {"anomaly", MOTE_INPUT_AUDIO, MOTE_ANSWER_ANOMALY, MOTE_I16, MEL("float"), 1,
     MOTE_SCORE_RECONSTRUCTION, false},
    {"anomaly", MOTE_INPUT_AUDIO, MOTE_ANSWER_ANOMALY, MOTE_I16, MEL("fixed"), 1,
     MOTE_SCORE_RECONSTRUCTION, false},
    {"anomaly", MOTE_INPUT_TABLE, MOTE_ANSWER_ANOMALY, MOTE_F32, NULL, 1, MOTE_SCORE_RECONSTRUCTION,
     true},
};

static int numbers_of(const kind *k)
{
    return k->input == MOTE_INPUT_AUDIO ? SOUND : NUMBERS;
}

/* ---- models --------------------------------------------------------------------------------- */

static int32_t constant(mote_graph *g, mote_rng *r, int32_t n_dims, int32_t a, int32_t b)
{
    mote_err err;
    int32_t id = -1;
    const mote_tensor_spec s = {.name = "w", .dtype = MOTE_F32, .n_dims = n_dims, .dims = {a, b}};
    T_OK(mote_graph_add_const(g, &s, &id, &err));
    float *x = g->tensors[id].data;
    for (int64_t i = 0; i < mote_tensor_elements(&g->tensors[id]); i++)
        x[i] = (float)mote_rng_normal(r) / sqrtf((float)(n_dims > 1 ? b : 4));
    return id;
}

static int32_t op(mote_graph *g, mote_op_kind k, mote_activation a, const int32_t *inputs,
                  const char *name)
{
    mote_err err;
    int32_t id = -1;
    const mote_op_attrs attrs = {.activation = a, .stride_h = 1, .stride_w = 1};
    const mote_tensor_spec s = {.name = name, .dtype = MOTE_F32};
    T_OK(mote_graph_add_op(g, &(mote_op_spec){k, &attrs, inputs, &s}, &id, &err));
    return id;
}

/* Two dense layers, and softmax where classes are told apart. */
static mote_graph *network(const mote_shape *in, int32_t n_out, bool has_softmax, mote_rng *r)
{
    mote_err err;
    mote_graph *g = NULL;
    mote_tensor_spec s = {.name = "in", .dtype = MOTE_F32, .n_dims = in->n_dims + 1, .dims = {1}};
    int32_t x = -1;
    const int32_t n = (int32_t)mote_shape_elements(in);
    memcpy(s.dims + 1, in->dims, (size_t)in->n_dims * sizeof *s.dims);
    T_OK(mote_graph_create(0, &g, &err));
    T_OK(mote_graph_add_input(g, &s, &x, &err));
    const int32_t first[] = {x, constant(g, r, 2, 12, n), constant(g, r, 1, 12, 0)};
    x = op(g, MOTE_OP_DENSE, MOTE_ACT_RELU, first, "hidden");
    const int32_t second[] = {x, constant(g, r, 2, n_out, 12), constant(g, r, 1, n_out, 0)};
    x = op(g, MOTE_OP_DENSE, MOTE_ACT_NONE, second, "out");
    if (has_softmax)
        (void)op(g, MOTE_OP_SOFTMAX, MOTE_ACT_NONE, &x, "probabilities");
    return g;
}

static void fill(const kind *k, mote_rng *r, void *x)
{
    const mote_dtype dtype = k->dtype;
    for (int i = 0; i < SAMPLES * numbers_of(k); i++) {
        const double v = 60 * mote_rng_normal(r);
        if (dtype == MOTE_F32)
            ((float *)x)[i] = (float)(v / 20);
        else if (dtype == MOTE_I16)
            ((int16_t *)x)[i] = (int16_t)(20 * v);
        else
            ((uint8_t *)x)[i] = (uint8_t)fmin(255, fabs(v));
    }
}

/* Features of all samples; the front end is fitted on them. */
static float *features_of(mote_frontend *f, const mote_shape *in, const void *x, mote_shape *out)
{
    mote_err err;
    float *y = NULL;
    for (int pass = 0; pass < 2; pass++) {
        mote_frontend_plan *p = NULL;
        T_OK(mote_frontend_plan_create(f, in, 1, &p, &err));
        *out = *mote_frontend_plan_out(p);
        const size_t n = (size_t)mote_shape_elements(out);
        mote_free(y);
        y = mote_alloc(SAMPLES * n, sizeof *y);
        for (size_t i = 0; i < SAMPLES; i++)
            T_OK(mote_frontend_run(p, 0, (const char *)x + i * mote_shape_bytes(in),
                                   (size_t)in->dims[0], y + i * n, &err));
        mote_frontend_plan_destroy(p);
        if (mote_frontend_wants_fit(f))
            T_OK(mote_frontend_fit(f,
                                   &(mote_frames){y,
                                                  SAMPLES * n / (size_t)out->dims[out->n_dims - 1],
                                                  out->dims[out->n_dims - 1]},
                                   f, &err));
    }
    return y;
}

static mote_signature signature_of(const kind *k)
{
    static const char *const names[] = {"left", "right", "up", "down"};
    mote_signature s = {.input = k->input,
                        .sample = {k->dtype, 2, {STEPS, CHANNELS}},
                        .rate_hz = k->input == MOTE_INPUT_SERIES  ? 50
                                   : k->input == MOTE_INPUT_AUDIO ? 16000
                                                                  : 0,
                        .answer = k->answer,
                        .n_outputs = k->n_outputs,
                        .n_labels = k->answer == MOTE_ANSWER_ANOMALY ? 0 : k->n_outputs};
    if (k->input == MOTE_INPUT_IMAGE)
        s.sample = (mote_shape){k->dtype, 3, {STEPS, CHANNELS, 1}};
    if (k->input == MOTE_INPUT_AUDIO)
        s.sample = (mote_shape){k->dtype, 1, {SOUND}};
    for (int i = 0; i < s.n_labels; i++) {
        s.labels[i] = names[i];
        s.units[i] = k->answer == MOTE_ANSWER_VALUE ? "m/s" : NULL;
    }
    return s;
}

static bool is_bounded(const kind *k)
{
    return k->answer == MOTE_ANSWER_VALUE && !k->is_float;
}

static mote_model *model_of(const kind *k, const void *x, mote_rng *r)
{
    mote_err err;
    mote_frontend f = mote_frontend_none();
    const mote_signature s = signature_of(k);
    mote_decision d = mote_decision_default(&s);
    mote_shape out;
    mote_graph *q = NULL;
    mote_model *m = NULL;
    mote_buf b;
    d.anomaly = (mote_anomaly_point){k->score, 0.9f, 1000, 4000, 0.25f};
    if (is_bounded(k))
        d.value = (mote_value_point){k->n_outputs, 0.9, {0.1f, 1e-3f}};
    if (k->front_end) {
        json_t *o = json_loads(k->front_end, 0, NULL);
        T_OK(mote_frontend_from_json(o, "test", &f, &err));
        json_decref(o);
    }
    float *y = features_of(&f, &s.sample, x, &out);
    const bool rebuilds = k->answer == MOTE_ANSWER_ANOMALY && k->score == MOTE_SCORE_RECONSTRUCTION;
    mote_graph *g = network(&out, rebuilds ? (int32_t)mote_shape_elements(&out) : k->n_outputs,
                            k->answer == MOTE_ANSWER_CLASS, r);
    const mote_quantise_config qc = {.range_rule = MOTE_RANGE_MIN_MAX};
    T_OK(mote_quantise(g, y, SAMPLES, &qc, &q, &err));
    const mote_bundle_parts parts = {.name = "answer",
                                     .signature = s,
                                     .features = k->front_end ? &f : NULL,
                                     .decision = &d,
                                     .graph = k->is_float ? g : q};
    mote_buf_init(&b, (size_t)1 << 24);
    T_OK(mote_bundle_write(&parts, &b, &err));
    T_OK(mote_model_load(b.data, b.len, &m, &err));
    mote_buf_release(&b);
    mote_graph_destroy(g);
    mote_graph_destroy(q);
    mote_free(y);
    return m;
}

/* ---- the generated project ------------------------------------------------------------------ */

/* Of what runs in time, anomaly.h says how windows become alarms: 40 steps at 50 Hz look every 20,
 * a second is two looks, and what stays unusual for ten of them becomes usual. Of rows it says
 * nothing of them. */
static void check_alarms(const kind *k, const char *dir)
{
    char path[420];
    size_t n = 0;
    MOTE_SCOPED_FREE char *text = NULL;
    mote_err err;
    snprintf(path, sizeof path, "%s/%s.h", dir, k->file);
    T_OK(mote_file_read(path, 1 << 20, &text, &n, &err));
    const mote_signature s = signature_of(k);
    const bool is_timed = s.rate_hz > 0;
    const int hop = s.sample.dims[0] / 2;
    char defines[3][60];
    snprintf(defines[0], 60, "#define ANOMALY_HOP_STEPS %d\n", hop);
    snprintf(defines[1], 60, "#define ANOMALY_QUIET %d\n", (int)(s.rate_hz / hop));
    snprintf(defines[2], 60, "#define ANOMALY_ADAPT %d\n", (int)(4 * s.rate_hz / hop));
    for (size_t i = 0; i < T_COUNT(defines); i++)
        assert_true((strstr(text, defines[i]) != NULL) == is_timed);
    assert_true((strstr(text, "mrt_alarm.h") != NULL) == is_timed);
    assert_true((strstr(text, "#define ANOMALY_USUAL 0.25f\n") != NULL) == is_timed);
    assert_true((strstr(text, "mrt_usual.h") != NULL) == is_timed);
}

/* Numbers of an answer, with the ends of its intervals: those of values, but of a float network. */
static int32_t n_said(const kind *k)
{
    return k->n_outputs * (is_bounded(k) ? 3 : 1);
}

static void build(const mote_compile_input *in, const kind *k, const char *dir)
{
    static const char *const types[] = {
        [MOTE_F32] = "float", [MOTE_I16] = "int16_t", [MOTE_U8] = "uint8_t"};
    char header[60], name[60], type[60], source[60], n_out[30], n_numbers[30], n_bounded[30];
    snprintf(header, sizeof header, "-DHEADER=\"%s.h\"", k->file);
    snprintf(name, sizeof name, "-DNAME=%s", k->file);
    snprintf(type, sizeof type, "-DTYPE=%s", types[k->dtype]);
    snprintf(source, sizeof source, "%s.c", k->file);
    snprintf(n_out, sizeof n_out, "-DN_OUT=%d", n_said(k));
    snprintf(n_bounded, sizeof n_bounded, is_bounded(k) ? "-DN_BOUNDED=%d" : "-DNO_BOUNDS=%d",
             k->n_outputs);
    snprintf(n_numbers, sizeof n_numbers, "-DN_NUMBERS=%d", numbers_of(k));
    const char *const words[] = {
        SANITIZED, header,
        name,      type,
        n_out,     n_numbers,
        n_bounded, k->answer == MOTE_ANSWER_VALUE ? "-DKEEP=" : "-DKEEP=verdict=",
        NULL};
    project_generate(in, dir, driver);
    if (k->answer == MOTE_ANSWER_ANOMALY)
        check_alarms(k, dir);
    project_build(dir, "-O1 -Wall -Wextra -Werror -fno-sanitize-recover=all " SANITIZED, words);
    project_check_cxx(dir, source);
}

/* What the project said of sample i against what a predictor does. */
static void compare(const kind *k, mote_predictor *p, const void *x, const char *said, size_t i)
{
    mote_err err;
    mote_prediction y;
    float numbers[NUMBERS];
    int32_t verdict = -1;
    const mote_shape *sample = &mote_model_signature(mote_predictor_model(p))->sample;
    const size_t bytes = (size_t)n_said(k) * sizeof(float);
    memcpy(numbers, said + i * (bytes + sizeof verdict), bytes);
    memcpy(&verdict, said + i * (bytes + sizeof verdict) + bytes, sizeof verdict);
    T_OK(mote_predict(p, (const char *)x + i * mote_shape_bytes(sample), (size_t)numbers_of(k), &y,
                      &err));
    if (y.values)
        assert_memory_equal(numbers, y.values, (size_t)k->n_outputs * sizeof(float));
    for (int32_t c = 0; is_bounded(k) && c < k->n_outputs; c++) {
        const mote_value_point *v = &mote_model_decision(mote_predictor_model(p))->value;
        const mote_value_interval of = mote_value_interval_of(v, c, y.values[c]);
        assert_memory_equal(&numbers[k->n_outputs + c], &of.lo, sizeof of.lo);
        assert_memory_equal(&numbers[2 * k->n_outputs + c], &of.hi, sizeof of.hi);
    }
    if (y.probabilities) {
        assert_int_equal(verdict, y.class_id);
        for (int c = 0; c < k->n_outputs; c++) /* of int8: they need not sum to 1 */
            assert_float_equal(numbers[c], y.probabilities[c], 0.02f);
    }
    if (k->answer == MOTE_ANSWER_ANOMALY) {
        assert_memory_equal(numbers, &y.score, sizeof y.score);
        assert_int_equal(verdict, y.is_anomaly);
    }
}

static void measure_on(const mote_target *t, const mote_compile_input *in, const kind *k,
                       const void *x)
{
    mote_err err;
    mote_device_measurement m;
    mote_footprint f;
    const mote_measure_options o = {.n_inputs = SAMPLES, .samples = x};
    T_OK(mote_measure(in, t, &o, &m, &err));
    T_OK(mote_footprint_estimate(in, t, &f, &err));
    const int64_t built = m.flash_bytes - f.weights_bytes - f.table_bytes;
    print_message("%s on %s: %d of %d equal; to the input %lld instructions, network %lld, "
                  "answer %lld; code %lld of %lld bytes foretold, RAM %lld of %lld\n",
                  k->file, t->name, (int)m.n_equal, (int)m.n_inputs, (long long)m.clip_instructions,
                  (long long)m.network_instructions, (long long)m.post_instructions,
                  (long long)f.code_bytes, (long long)built, (long long)f.ram_bytes,
                  (long long)m.ram_static_bytes);
    assert_int_equal(m.n_equal, SAMPLES);
    /* 20 %, or half a kB of a program that is hardly larger: one row of sizes stands for a front
     * end in both arithmetics. */
    const double off = fabs((double)(f.code_bytes - built));
    assert_true(off <= 0.2 * (double)built || off <= 512.0);
    assert_in_range(m.ram_static_bytes - f.ram_bytes, 0, 128);
}

/* The target on which each model is measured: a shuffled deck of models, dealt to the targets in
 * turn, so that none goes without. */
static void deal_targets(uint64_t seed, size_t targets[T_COUNT(KINDS)])
{
    uint32_t deck[T_COUNT(KINDS)];
    mote_rng r;
    assert_true(T_COUNT(KINDS) >= 2 * mote_n_targets);
    for (uint32_t i = 0; i < T_COUNT(KINDS); i++)
        deck[i] = i;
    mote_rng_init(&r, seed);
    mote_rng_shuffle_u32(&r, deck, T_COUNT(KINDS));
    const size_t first = mote_rng_below(&r, (uint32_t)mote_n_targets);
    for (size_t i = 0; i < T_COUNT(KINDS); i++)
        targets[deck[i]] = (first + i) % mote_n_targets;
}

static void measure(size_t model, const mote_compile_input *in, const void *x)
{
    const char *wish = getenv("T_MEASURE");
    size_t targets[T_COUNT(KINDS)];
    if (wish == NULL)
        return;
    deal_targets(strtoull(wish, NULL, 10), targets);
    for (size_t i = 0; i < mote_n_targets; i++)
        if (strcmp(wish, "whole") == 0 || targets[model] == i)
            measure_on(&mote_targets[i], in, &KINDS[model], x);
}

static void a_sample_leaves_out_no_model_and_no_target(void **state)
{
    (void)state;
    bool differs = false;
    size_t before[T_COUNT(KINDS)] = {0};
    for (uint64_t seed = 0; seed < 100; seed++) {
        size_t targets[T_COUNT(KINDS)], n[16] = {0};
        deal_targets(seed, targets);
        for (size_t i = 0; i < T_COUNT(KINDS); i++) {
            assert_true(targets[i] < mote_n_targets);
            n[targets[i]]++;
        }
        for (size_t i = 0; i < mote_n_targets; i++)
            assert_true(n[i] >= 2);
        differs = differs || memcmp(before, targets, sizeof before) != 0;
        memcpy(before, targets, sizeof before);
    }
    assert_true(differs);
}

static mote_compile_input input_of(const mote_model *m)
{
    const mote_signature *s = mote_model_signature(m);
    return (mote_compile_input){.name = "answer",
                                .graph = mote_model_graph(m),
                                .is_float = mote_graph_is_f32(mote_model_graph(m)),
                                .n_labels = s->n_labels,
                                .labels = s->labels,
                                .features = mote_model_features(m),
                                .sample = s->sample,
                                .signature = s,
                                .decision = mote_model_decision(m)};
}

static void a_project_says_of_a_sample_what_a_predictor_says(void **state)
{
    (void)state;
    mote_err err;
    mote_rng r;
    if (!project_can_build())
        T_SKIP("no cc, c++ or make to build the generated project with");
    mote_rng_init(&r, 5);
    for (size_t i = 0; i < T_COUNT(KINDS); i++) {
        const kind *k = &KINDS[i];
        static float x[SAMPLES * SOUND]; /* the widest type */
        char dir[400];
        mote_predictor *p = NULL;
        MOTE_SCOPED_BUF said;
        mote_buf_init(&said, 1 << 20);
        fill(k, &r, x);
        mote_model *m = model_of(k, x, &r);
        const mote_compile_input in = input_of(m);
        snprintf(dir, sizeof dir, "%s/answer-%zu", t_temp(), i);
        build(&in, k, dir);
        project_said(dir, x, SAMPLES * mote_shape_bytes(&in.sample), &said);
        assert_int_equal(said.len, SAMPLES * (4 * (size_t)n_said(k) + 4));
        T_OK(mote_predictor_create(m, &p, &err));
        for (size_t s = 0; s < SAMPLES; s++)
            compare(k, p, x, said.data, s);
        mote_predictor_destroy(p);
        measure(i, &in, x);
        mote_model_unref(m);
    }
}

/* Nothing of a stream is in it. */
static void a_project_of_samples_has_no_stream(void **state)
{
    (void)state;
    mote_err err;
    mote_rng r;
    const mote_target *t = NULL;
    static float x[SAMPLES * SOUND];
    static const char *const absent[] = {"detections.c", "detections.h", "keyword.h",
                                         "device/mrt_detector.c"};
    char dir[400], path[500], *text = NULL;
    size_t n = 0;
    mote_compile_result result;
    mote_rng_init(&r, 6);
    fill(&KINDS[0], &r, x);
    mote_model *m = model_of(&KINDS[0], x, &r);
    const mote_compile_input in = input_of(m);
    snprintf(dir, sizeof dir, "%s/plain", t_temp());
    T_OK(mote_target_find("cortex-m4f", &t, &err));
    T_OK(mote_compile_project(&in, t, dir, &result, &err));
    for (size_t i = 0; i < T_COUNT(absent); i++) {
        snprintf(path, sizeof path, "%s/%s", dir, absent[i]);
        assert_false(mote_path_exists(path));
    }
    static const char *const files[] = {"main.c", "README.md", "classes.h", "classes.c"};
    static const char *const words[] = {"pcm", "keyword", "hop", "audio", "@"};
    for (size_t i = 0; i < T_COUNT(files); i++) {
        snprintf(path, sizeof path, "%s/%s", dir, files[i]);
        T_OK(mote_file_read(path, 1 << 20, &text, &n, &err));
        for (size_t w = 0; w < T_COUNT(words); w++)
            if (strstr(text, words[w]) != NULL)
                fail_msg("%s says '%s'", files[i], words[w]);
        mote_free(text);
    }
    mote_model_unref(m);
}

static void what_an_answer_cannot_be_made_of_is_refused(void **state)
{
    (void)state;
    mote_err err;
    mote_rng r;
    const mote_target *t = NULL;
    static float x[SAMPLES * SOUND];
    mote_compile_result result;
    mote_rng_init(&r, 7);
    fill(&KINDS[0], &r, x);
    mote_model *m = model_of(&KINDS[5], x, &r);
    mote_compile_input in = input_of(m);
    T_OK(mote_target_find("cortex-m4f", &t, &err));
    in.decision = NULL;
    assert_int_equal(mote_compile_project(&in, t, t_path("refused"), &result, &err), MOTE_ARG);
    assert_non_null(strstr(err.text, "threshold"));
    in.decision = mote_model_decision(m);
    in.sample.dims[0]--;
    assert_int_equal(mote_compile_project(&in, t, t_path("refused"), &result, &err), MOTE_SHAPE);
    in.sample.dims[0]++;
    in.is_float = true;
    assert_int_equal(mote_compile_project(&in, t, t_path("refused"), &result, &err), MOTE_ARG);
    mote_model_unref(m);
    m = model_of(&KINDS[T_COUNT(KINDS) - 1], x, &r);
    in = input_of(m);
    in.signature = NULL;
    assert_int_equal(mote_compile_project(&in, t, t_path("refused"), &result, &err),
                     MOTE_UNSUPPORTED);
    mote_model_unref(m);
    static const char *const names[] = {"my_classes", "my_values", "my_anomaly", "my_keyword",
                                        "my_detections"};
    for (size_t i = 0; i < T_COUNT(names); i++)
        assert_int_equal(mote_compile_symbol_check(names[i], &err), MOTE_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sample_leaves_out_no_model_and_no_target),
        cmocka_unit_test(a_project_says_of_a_sample_what_a_predictor_says),
        cmocka_unit_test(a_project_of_samples_has_no_stream),
        cmocka_unit_test(what_an_answer_cannot_be_made_of_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
