/* SPDX-License-Identifier: Apache-2.0 */
/* classes.h, values.h or anomaly.h and their sources: from a sample to what the model says of it,
 * one at a time. What differs between the answers is a row here. See codegen_layer.h. */
#include <string.h>

#include "compile/codegen_layer.h"
#include "compile/codegen_template.h"
#include "device/answer/mrt_answer.h"
#include "device/signal/mrt_quantize.h"
#include "model/alarms.h"

/* What an answer's templates are, and where the files say it. */
typedef struct {
    const char *declaration, *answer; /* templates */
    const char *verdict;              /* what it is called in the example; "": there is none */
    bool has_units, has_threshold;
    /* What the host says: the numbers of the output, which may be replaced, to the verdict. NULL:
     * the numbers are all. */
    void (*said)(const mote_compile_input *in, const void *given, const void *output,
                 float *numbers, int32_t *verdict);
} answer_row;

static void said_of_classes(const mote_compile_input *in, const void *given, const void *output,
                            float *numbers, int32_t *verdict);
static void said_of_score(const mote_compile_input *in, const void *given, const void *output,
                          float *numbers, int32_t *verdict);

static const answer_row rows[MOTE_N_ANSWERS] = {
    [MOTE_ANSWER_CLASS] = {codegen_classes_declaration_h, codegen_classes_answer_c, "best_class",
                           .said = said_of_classes},
    [MOTE_ANSWER_VALUE] = {codegen_values_declaration_h, codegen_values_answer_c, "",
                           .has_units = true},
    [MOTE_ANSWER_ANOMALY] = {codegen_anomaly_declaration_h, codegen_anomaly_answer_c, "is_anomaly",
                             .has_threshold = true, .said = said_of_score},
};

static const answer_row *row_of(const mote_compile_input *in)
{
    return &rows[in->signature->answer];
}

static bool has_verdict(const mote_compile_input *in)
{
    return row_of(in)->verdict[0] != '\0';
}

/* Is the score how badly the network rebuilds its input? Then that is kept: it is overwritten. */
static bool rebuilds(const mote_compile_input *in)
{
    if (in->signature->answer != MOTE_ANSWER_ANOMALY)
        return false;
    return in->decision != NULL ? in->decision->anomaly.score == MOTE_SCORE_RECONSTRUCTION
                                : mote_tensor_elements(codegen_output(in)) > 1; /* as it will be */
}

/* Windows of what runs in time: alarms have a begin and an end. */
static bool tells_alarms(const mote_compile_input *in)
{
    return in->signature->answer == MOTE_ANSWER_ANOMALY && in->signature->rate_hz > 0 &&
           in->decision != NULL;
}

static int64_t hop_steps(const mote_compile_input *in)
{
    return (int64_t)mote_alarm_hop((size_t)in->sample.dims[0]);
}

/* Of what tells alarms; else nothing becomes usual, and there is no pause. */
static mote_alarm_rule alarm_rule(const mote_compile_input *in)
{
    if (!tells_alarms(in))
        return (mote_alarm_rule){0};
    return mote_alarm_rule_of(in->decision, in->signature->rate_hz, (size_t)hop_steps(in));
}

/* ---- what the holes of the templates are filled with --------------------------------------- */

static void sample_text(const codegen *c, mote_buf *b)
{
    char shape[MOTE_SHAPE_TEXT_BYTES];
    mote_dims_text(c->in->sample.n_dims, c->in->sample.dims, shape);
    mote_buf_printf(b, "%s %s", codegen_c_type(c->in->sample.dtype), shape);
}

static void about(const codegen *c, mote_buf *b)
{
    const mote_signature *s = c->in->signature;
    mote_buf_str(b, " * A sample is ");
    sample_text(c, b);
    if (s->rate_hz > 0)
        mote_buf_printf(b, ", %g steps a second", s->rate_hz);
    mote_buf_char(b, '.');
    for (int32_t i = 0; i < s->n_columns; i++) {
        mote_buf_str(b, i == 0 ? "\n * Its numbers, in this order: " : ", ");
        if (i > 0 && i % 8 == 0)
            mote_buf_str(b, "\n * ");
        codegen_comment(b, s->columns[i]);
    }
}

static void unit_texts(const codegen *c, mote_buf *b)
{
    codegen_strings(b, c->in->signature->units, c->in->signature->n_labels);
}

/* How many values have an interval: all, or none. */
static int32_t n_intervals(const mote_compile_input *in)
{
    return in->signature->answer == MOTE_ANSWER_VALUE && in->decision ? in->decision->value.n : 0;
}

static void half_widths(const codegen *c, mote_buf *b)
{
    for (int32_t k = 0; k < n_intervals(c->in); k++) {
        mote_buf_str(b, k == 0 ? "" : k % 4 == 0 ? ",\n    " : ", ");
        codegen_f32(b, c->in->decision->value.half_widths[k]);
    }
}

static void level(const codegen *c, mote_buf *b)
{
    codegen_f32(b, (float)c->in->decision->value.level);
}

static void threshold(const codegen *c, mote_buf *b)
{
    codegen_f32(b, c->in->decision->anomaly.threshold);
}

static void usual(const codegen *c, mote_buf *b)
{
    codegen_f32(b, alarm_rule(c->in).usual);
}

/* A network that takes the sample itself, quantised. */
static bool quantises(const codegen *c)
{
    return c->features == NULL && !c->in->is_float;
}

static mrt_quant_f32 quant_of(const codegen *c)
{
    mrt_quant_f32 q = {0};
    const mote_quant *in = &codegen_input(c->in)->quant;
    (void)mrt_quant_f32_from(in->scales[0], in->zero_point, &q);
    return q;
}

static void inverse_scale(const codegen *c, mote_buf *b)
{
    codegen_f32(b, quant_of(c).inverse_scale);
}

/* ---- the files ------------------------------------------------------------------------------ */

static void fill(const codegen *c, mote_buf *b, const char *text)
{
    const answer_row *row = row_of(c->in);
    const codegen_value values[] = {
        {"about", .write = about},
        {"sample", .write = sample_text},
        {"sample_numbers", .number = mote_shape_elements(&c->in->sample)},
        {"float_sample", .number = c->in->sample.dtype == MOTE_F32},
        {"units", .number = row->has_units},
        {"unit_texts", .write = unit_texts},
        {"threshold", .write = row->has_threshold ? threshold : NULL},
        {"timed", .number = tells_alarms(c->in)},
        {"untimed", .number = !tells_alarms(c->in)},
        {"hop_steps", .number = hop_steps(c->in)},
        {"quiet", .number = alarm_rule(c->in).quiet},
        {"adapts", .number = alarm_rule(c->in).adapt > 0},
        {"stays", .number = tells_alarms(c->in) && alarm_rule(c->in).adapt == 0},
        {"adapt", .number = alarm_rule(c->in).adapt},
        {"usual", .write = usual},
        {"interval", .number = n_intervals(c->in)},
        {"half_widths", .write = half_widths},
        {"level", .write = level},
        {"rebuilds", .number = rebuilds(c->in)},
        {"quantises", .number = quantises(c)},
        {"inverse_scale", .write = inverse_scale},
        {"zero_point", .number = quantises(c) ? (int)quant_of(c).zero_point : 0},
        {"declaration", .text = row->declaration},
        {"answer", .text = row->answer},
        {"numbers", .text = codegen_answer_numbers_c},
        {"n_numbers", .number = mote_tensor_elements(codegen_output(c->in))},
        {"n_outputs", .number = c->in->signature->n_outputs},
        {"verdict", .text = row->verdict},
        {"returns", .text = has_verdict(c->in) ? "int32_t" : "void"},
    };
    CODEGEN_FILL(c, b, text, values);
}

static bool uses(const codegen *c, const char *path)
{
    return mote_str_starts(path, "answer/") ||
           (tells_alarms(c->in) && mote_str_starts(path, "stream/mrt_alarm")) ||
           (alarm_rule(c->in).adapt > 0 && mote_str_starts(path, "stream/mrt_usual")) ||
           (c->features == NULL && mote_str_starts(path, "signal/mrt_quantize"));
}

static mote_status check(const mote_compile_input *in, mote_err *err)
{
    const mote_signature *s = in->signature;
    MOTE_TRY(mote_signature_check(s, err));
    if (!mote_shape_equal(&s->sample, &in->sample))
        return mote_fail(err, MOTE_SHAPE, "the signature and the input have samples of two shapes");
    if (s->answer == MOTE_ANSWER_ANOMALY && in->decision == NULL)
        return mote_fail(err, MOTE_ARG, "a score needs a threshold");
    return MOTE_OK;
}

static int64_t to_eight(int64_t bytes)
{
    return (bytes + 7) / 8 * 8;
}

/* That the example keeps of an answer, and a measurement writes: with the ends of intervals. */
static int32_t n_numbers(const mote_compile_input *in)
{
    return in->signature->n_outputs + 2 * n_intervals(in);
}

/* The scratch of the front end, the input where it is kept, and the example's sample and answer. */
static mote_status ram(const mote_compile_input *in, const mote_frontend_device *d, int64_t *out,
                       mote_err *err)
{
    (void)err;
    *out =
        (int64_t)mote_shape_bytes(&in->sample) + n_numbers(in) * (int64_t)sizeof(float) +
        (d != NULL ? to_eight((int64_t)d->scratch_bytes) : 0) +
        (rebuilds(in) ? to_eight(mote_tensor_elements(codegen_input(in)) * (in->is_float ? 4 : 1))
                      : 0);
    return MOTE_OK;
}

static void code(const mote_compile_input *in, const mote_frontend_device *d, const char **parts)
{
    const bool computes_float =
        d != NULL && d->macs > 0 && !mote_frontend_is_fixed(in->features); /* macs: not a table */
    if (in->is_float && !computes_float)
        *parts++ = "FLOAT";
    else if (d == NULL)
        *parts++ = "TENSOR";
    else if (!computes_float)
        *parts++ = "NUMBERS";
    if (rebuilds(in) && !in->is_float)
        *parts++ = "DIFFERENCE";
}

/* ---- measuring ------------------------------------------------------------------------------ */

/* Numbers, and a verdict that is 0 where there is none. */
static size_t said_bytes(const mote_compile_input *in)
{
    return (size_t)n_numbers(in) * sizeof(float) + sizeof(int32_t);
}

static void flags(const mote_compile_input *in, mote_buf *b)
{
    const char *name = codegen_layer_of(in)->name;
    mote_buf_printf(b,
                    "-DMEASURE_ANSWER -DMEASURE_HEADER=\"%s.h\" -DMEASURE_NAME=%s "
                    "-DMEASURE_OUTPUTS=%d%s%s",
                    name, name, in->signature->n_outputs,
                    has_verdict(in) ? " -DMEASURE_VERDICT" : "",
                    n_intervals(in) > 0 ? " -DMEASURE_INTERVAL" : "");
}

static mrt_values_s8 values_of(const mote_tensor *t, const void *x)
{
    return (mrt_values_s8){x, t->dtype == MOTE_I8 ? t->quant.scales[0] : 1.0f, t->quant.zero_point};
}

static void said_of_score(const mote_compile_input *in, const void *given, const void *output,
                          float *numbers, int32_t *verdict)
{
    const mrt_values_s8 was = values_of(codegen_input(in), given),
                        made = values_of(codegen_output(in), output);
    if (rebuilds(in) && in->is_float)
        *numbers =
            mrt_difference_f32(output, given, (int32_t)mote_tensor_elements(codegen_output(in)));
    else if (rebuilds(in))
        *numbers =
            mrt_difference_s8(&made, &was, (int32_t)mote_tensor_elements(codegen_output(in)));
    *verdict = !(*numbers < in->decision->anomaly.threshold);
}

static void said_of_classes(const mote_compile_input *in, const void *given, const void *output,
                            float *numbers, int32_t *verdict)
{
    (void)given;
    (void)output;
    *verdict = 0;
    for (int32_t i = 1; i < in->signature->n_outputs; i++)
        if (numbers[i] > numbers[*verdict])
            *verdict = i;
}

static void said(const mote_compile_input *in, const void *given, const void *output, void *to)
{
    const mote_tensor *t = codegen_output(in);
    const int32_t n = in->signature->n_outputs;
    float *numbers = to;
    int32_t verdict_of = 0;
    if (in->is_float)
        memcpy(numbers, output, (size_t)n * sizeof *numbers);
    else
        mrt_numbers_s8(output, n, t->quant.scales[0], t->quant.zero_point, numbers);
    if (row_of(in)->said != NULL)
        row_of(in)->said(in, given, output, numbers, &verdict_of);
    for (int32_t k = 0; k < n_intervals(in); k++) {
        const mote_value_interval of = mote_value_interval_of(&in->decision->value, k, numbers[k]);
        numbers[n + k] = of.lo;
        numbers[2 * n + k] = of.hi;
    }
    memcpy(numbers + n_numbers(in), &verdict_of, sizeof verdict_of);
}

#define LAYER(id, text)                                                                            \
    {                                                                                              \
        .name = id, .words = text, .header = codegen_answer_h, .source = codegen_answer_c,         \
        .example = codegen_main_answer_c, .use = codegen_use_answer_md, .fill = fill,              \
        .uses = uses, .check = check, .measured_by = "measure_answer.h", .code = code, .ram = ram, \
        .flags = flags, .said_bytes = said_bytes, .said = said                                     \
    }

const codegen_layer codegen_answer_layers[MOTE_N_ANSWERS] = {
    [MOTE_ANSWER_CLASS] = LAYER("classes", "a sample to its class"),
    [MOTE_ANSWER_VALUE] = LAYER("values", "a sample to its values"),
    [MOTE_ANSWER_ANOMALY] = LAYER("anomaly", "a sample to how unusual it is"),
};
