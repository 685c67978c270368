/* SPDX-License-Identifier: Apache-2.0 */
/* classes.h, values.h or anomaly.h and their sources: from a sample to what the model says of it,
 * one at a time. What differs between the answers is a row here. See codegen_layer.h. */
#include <string.h>

#include "compile/codegen_template.h"
#include "device/answer/mrt_answer.h"
#include "device/signal/mrt_quantize.h"

/* What an answer's templates are, and where the files say it. */
typedef struct {
    const char *declaration, *answer; /* templates */
    const char *returns;              /* C type of the verdict, "" for none: "int32_t " */
    const char *verdict, *keep;       /* in the example: where it is kept */
    void (*constants)(const codegen *c, mote_buf *b);
    void (*tables)(const codegen *c, mote_buf *b);
    /* What the host says: the numbers of the output, which may be replaced, to the verdict. */
    void (*said)(const mote_compile_input *in, const void *given, const void *output,
                 float *numbers, int32_t *verdict);
} answer_row;

static void nothing(const codegen *c, mote_buf *b)
{
    (void)c;
    (void)b;
}

static void units_declaration(const codegen *c, mote_buf *b)
{
    codegen_text(c, b, "extern const char *const @k_units[@M_N_LABELS];\n");
}

static void units_table(const codegen *c, mote_buf *b)
{
    codegen_text(c, b, "const char *const @k_units[@M_N_LABELS] = {");
    for (int32_t i = 0; i < c->in->signature->n_labels; i++) {
        const char *unit = c->in->signature->units[i];
        mote_buf_str(b, "\n    ");
        codegen_string(b, unit != NULL ? unit : "");
        mote_buf_char(b, ',');
    }
    mote_buf_str(b, "\n};\n\n");
}

static void threshold(const codegen *c, mote_buf *b)
{
    codegen_text(c, b, "#define @K_THRESHOLD ");
    codegen_f32(b, c->in->decision->anomaly.threshold);
    mote_buf_char(b, '\n');
}

static void said_of_classes(const mote_compile_input *in, const void *given, const void *output,
                            float *numbers, int32_t *verdict);
static void said_of_values(const mote_compile_input *in, const void *given, const void *output,
                           float *numbers, int32_t *verdict);
static void said_of_score(const mote_compile_input *in, const void *given, const void *output,
                          float *numbers, int32_t *verdict);

static const answer_row rows[MOTE_N_ANSWERS] = {
    [MOTE_ANSWER_CLASS] = {codegen_classes_declaration_h, codegen_classes_answer_c, "int32_t ",
                           "volatile int best_class;\n", "best_class = ", nothing, nothing,
                           said_of_classes},
    [MOTE_ANSWER_VALUE] = {codegen_values_declaration_h, codegen_values_answer_c, "void ", "", "",
                           units_declaration, units_table, said_of_values},
    [MOTE_ANSWER_ANOMALY] = {codegen_anomaly_declaration_h, codegen_anomaly_answer_c, "int32_t ",
                             "volatile int is_anomaly;\n", "is_anomaly = ", threshold, nothing,
                             said_of_score},
};

static const answer_row *row_of(const codegen *c)
{
    return &rows[c->in->signature->answer];
}

/* ---- what the holes of the templates are filled with --------------------------------------- */

static const mote_tensor *input_of(const codegen *c)
{
    return &c->in->graph->tensors[c->in->graph->inputs[0]];
}

static const mote_tensor *output_of(const codegen *c)
{
    return &c->in->graph->tensors[c->in->graph->outputs[0]];
}

/* Is the score how badly the network rebuilds its input? Then that is kept: it is overwritten. */
static bool rebuilds(const codegen *c)
{
    if (c->in->decision == NULL) /* as it will be, before anything is decided */
        return c->in->signature->answer == MOTE_ANSWER_ANOMALY &&
               mote_tensor_elements(output_of(c)) > 1;
    return c->in->signature->answer == MOTE_ANSWER_ANOMALY &&
           c->in->decision->anomaly.score == MOTE_SCORE_RECONSTRUCTION;
}

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

static void words(const codegen *c, mote_buf *b)
{
    mote_buf_str(b, c->layer->words);
}

static void includes(const codegen *c, mote_buf *b)
{
    if (c->features != NULL)
        codegen_text(c, b, "#include \"@h.h\"\n");
    codegen_text(c, b, "#include \"@m.h\"\n\n");
}

static void header_runtime(const codegen *c, mote_buf *b)
{
    static const char *const headers[] = {"mrt_lang.h", NULL};
    codegen_runtime(c, b, headers);
}

static void source_runtime(const codegen *c, mote_buf *b)
{
    static const char *const headers[] = {"mrt_answer.h", "mrt_quantize.h", NULL};
    codegen_runtime(c, b, headers);
}

static void extern_c(const codegen *c, mote_buf *b)
{
    (void)c;
    codegen_extern_c(b);
}

static void extern_c_end(const codegen *c, mote_buf *b)
{
    (void)c;
    codegen_extern_c_end(b);
}

static void constants(const codegen *c, mote_buf *b)
{
    row_of(c)->constants(c, b);
}

static void tables(const codegen *c, mote_buf *b)
{
    row_of(c)->tables(c, b);
    if (c->features != NULL || c->in->is_float)
        return;
    mrt_quant_f32 q = {0};
    const mote_quant *in = &input_of(c)->quant;
    (void)mrt_quant_f32_from(in->scales[0], in->zero_point, &q);
    codegen_text(c, b, "static const mrt_quant_f32 @k_quant = {");
    codegen_f32(b, q.inverse_scale);
    mote_buf_printf(b, ", %d};\n\n", (int)q.zero_point);
}

static void memory(const codegen *c, mote_buf *b)
{
    if (c->features != NULL)
        codegen_text(c, b, "    MRT_ALIGNED(8) uint8_t scratch[@F_SCRATCH_BYTES];\n");
    if (rebuilds(c))
        codegen_text(c, b, "    MRT_ALIGNED(8) uint8_t input[@M_INPUT_BYTES];\n");
}

static void prepare(const codegen *c, mote_buf *b)
{
    if (c->features != NULL)
        codegen_text(c, b, "    @f_clip(sample, memory->scratch, in);\n");
    else if (c->in->is_float)
        codegen_text(c, b,
                     "    for (int32_t i = 0; i < @K_SAMPLE_NUMBERS; i++)\n"
                     "        in[i] = (float)sample[i];\n");
    else if (c->in->sample.dtype == MOTE_F32)
        codegen_text(c, b, "    mrt_quantize_f32(&@k_quant, sample, @K_SAMPLE_NUMBERS, in);\n");
    else
        codegen_text(c, b,
                     "    for (int32_t i = 0; i < @K_SAMPLE_NUMBERS; i++) {\n"
                     "        const float x = (float)sample[i];\n"
                     "        mrt_quantize_f32(&@k_quant, &x, 1, in + i);\n    }\n");
    if (rebuilds(c))
        codegen_text(c, b, "    memcpy(memory->input, in, @M_INPUT_BYTES);\n");
}

/* The numbers of the output, or the one that they make. */
static void numbers(const codegen *c, mote_buf *b)
{
    if (c->in->is_float && rebuilds(c)) {
        mote_buf_printf(b,
                        "*out = mrt_difference_f32(given, (const float *)(const void "
                        "*)memory->input, %lld)",
                        (long long)mote_tensor_elements(output_of(c)));
        return;
    }
    if (c->in->is_float) {
        mote_buf_printf(b, "for (int32_t i = 0; i < %lld; i++)\n        out[i] = given[i]",
                        (long long)mote_tensor_elements(output_of(c)));
        return;
    }
    if (!rebuilds(c)) {
        mote_buf_printf(b, "mrt_numbers_s8(given, %lld, ",
                        (long long)mote_tensor_elements(output_of(c)));
        codegen_text(c, b, "@M_OUTPUT_SCALE, @M_OUTPUT_ZERO_POINT, out)");
        return;
    }
    codegen_text(c, b,
                 "const mrt_values_s8 was = {(const int8_t *)memory->input, @M_INPUT_SCALE,\n"
                 "                               @M_INPUT_ZERO_POINT};\n"
                 "    const mrt_values_s8 made = {given, @M_OUTPUT_SCALE, @M_OUTPUT_ZERO_POINT};\n"
                 "    *out = mrt_difference_s8(&made, &was, @M_OUTPUT_BYTES)");
}

static void number(const codegen *c, mote_buf *b)
{
    mote_buf_str(b, codegen_c_type(input_of(c)->dtype));
}

static void returns(const codegen *c, mote_buf *b)
{
    mote_buf_str(b, row_of(c)->returns);
}

static void return_word(const codegen *c, mote_buf *b)
{
    mote_buf_str(b, mote_str_eq(row_of(c)->returns, "void ") ? "" : "return ");
}

static void keep(const codegen *c, mote_buf *b)
{
    mote_buf_str(b, row_of(c)->keep);
}

static void verdict(const codegen *c, mote_buf *b)
{
    mote_buf_str(b, row_of(c)->verdict);
}

static void declaration(const codegen *c, mote_buf *b)
{
    codegen_text(c, b, row_of(c)->declaration);
}

static void answer(const codegen *c, mote_buf *b)
{
    const codegen_value values[] = {{"number", 0, number}, {"numbers", 0, numbers}};
    codegen_fill(c, b, row_of(c)->answer, values, sizeof values / sizeof values[0]);
}

/* ---- the files ------------------------------------------------------------------------------ */

static void header(const codegen *c, mote_buf *b)
{
    const codegen_value values[] = {
        {"words", 0, words},
        {"about", 0, about},
        {"includes", 0, includes},
        {"runtime", 0, header_runtime},
        {"extern_c", 0, extern_c},
        {"sample_numbers", mote_shape_elements(&c->in->sample), NULL},
        {"constants", 0, constants},
        {"memory", 0, memory},
        {"declaration", 0, declaration},
        {"returns", 0, returns},
        {"extern_c_end", 0, extern_c_end},
    };
    codegen_fill(c, b, codegen_answer_h, values, sizeof values / sizeof values[0]);
}

static void source(const codegen *c, mote_buf *b)
{
    const codegen_value values[] = {
        {"runtime", 0, source_runtime}, {"constants", 0, tables}, {"number", 0, number},
        {"prepare", 0, prepare},        {"answer", 0, answer},    {"returns", 0, returns},
        {"return", 0, return_word},
    };
    codegen_fill(c, b, codegen_answer_c, values, sizeof values / sizeof values[0]);
}

static void example(const codegen *c, mote_buf *b)
{
    const codegen_value values[] = {
        {"n_outputs", c->in->signature->n_outputs, NULL},
        {"verdict", 0, verdict},
        {"sample", 0, sample_text},
        {"keep", 0, keep},
    };
    codegen_fill(c, b, codegen_main_answer_c, values, sizeof values / sizeof values[0]);
}

static void use(const codegen *c, mote_buf *b)
{
    const codegen_value values[] = {
        {"n_outputs", c->in->signature->n_outputs, NULL},
        {"sample", 0, sample_text},
        {"keep", 0, keep},
    };
    codegen_fill(c, b, codegen_use_answer_md, values, sizeof values / sizeof values[0]);
}

static bool uses(const codegen *c, const char *path)
{
    return mote_str_starts(path, "answer/") ||
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

/* The scratch of the front end, the input where it is kept, and the example's sample and answer. */
static mote_status ram(const mote_compile_input *in, const mote_frontend_device *d, int64_t *out,
                       mote_err *err)
{
    const codegen c = {.in = in};
    (void)err;
    *out =
        (int64_t)mote_shape_bytes(&in->sample) + in->signature->n_outputs * (int64_t)sizeof(float) +
        (d != NULL ? to_eight((int64_t)d->scratch_bytes) : 0) +
        (rebuilds(&c) ? to_eight(mote_tensor_elements(input_of(&c)) * (in->is_float ? 4 : 1)) : 0);
    return MOTE_OK;
}

static void code(const mote_compile_input *in, const mote_frontend_device *d, const char **parts)
{
    const codegen c = {.in = in};
    const bool computes_float =
        d != NULL && d->macs > 0 && !mote_frontend_is_fixed(in->features); /* macs: not a table */
    if (in->is_float && !computes_float)
        *parts++ = "FLOAT";
    else if (d == NULL)
        *parts++ = "TENSOR";
    else if (!computes_float)
        *parts++ = "NUMBERS";
    if (rebuilds(&c) && !in->is_float)
        *parts++ = "DIFFERENCE";
}

/* ---- measuring ------------------------------------------------------------------------------ */

/* Numbers, and a verdict that is 0 where there is none. */
static size_t said_bytes(const mote_compile_input *in)
{
    return (size_t)in->signature->n_outputs * sizeof(float) + sizeof(int32_t);
}

static bool has_verdict(const mote_compile_input *in)
{
    return !mote_str_eq(rows[in->signature->answer].returns, "void ");
}

static void flags(const mote_compile_input *in, mote_buf *b)
{
    const char *name = codegen_layer_of(in)->name;
    mote_buf_printf(b,
                    "-DMEASURE_ANSWER -DMEASURE_HEADER=\"%s.h\" -DMEASURE_NAME=%s "
                    "-DMEASURE_OUTPUTS=%d%s",
                    name, name, in->signature->n_outputs,
                    has_verdict(in) ? " -DMEASURE_VERDICT" : "");
}

static mrt_values_s8 values_of(const mote_tensor *t, const void *x)
{
    return (mrt_values_s8){x, t->dtype == MOTE_I8 ? t->quant.scales[0] : 1.0f, t->quant.zero_point};
}

static void said_of_score(const mote_compile_input *in, const void *given, const void *output,
                          float *numbers, int32_t *verdict)
{
    const codegen c = {.in = in};
    const mrt_values_s8 was = values_of(input_of(&c), given),
                        made = values_of(output_of(&c), output);
    if (rebuilds(&c) && in->is_float)
        *numbers = mrt_difference_f32(output, given, (int32_t)mote_tensor_elements(output_of(&c)));
    else if (rebuilds(&c))
        *numbers = mrt_difference_s8(&made, &was, (int32_t)mote_tensor_elements(output_of(&c)));
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

static void said_of_values(const mote_compile_input *in, const void *given, const void *output,
                           float *numbers, int32_t *verdict)
{
    (void)in;
    (void)given;
    (void)output;
    (void)numbers;
    *verdict = 0;
}

static void said(const mote_compile_input *in, const void *given, const void *output, void *to)
{
    const codegen c = {.in = in};
    const mote_tensor *t = output_of(&c);
    const int32_t n = in->signature->n_outputs;
    float *numbers = to;
    int32_t verdict_of = 0;
    if (in->is_float)
        memcpy(numbers, output, (size_t)n * sizeof *numbers);
    else
        mrt_numbers_s8(output, n, t->quant.scales[0], t->quant.zero_point, numbers);
    rows[in->signature->answer].said(in, given, output, numbers, &verdict_of);
    memcpy(numbers + n, &verdict_of, sizeof verdict_of);
}

#define LAYER(id, text)                                                                            \
    {                                                                                              \
        .name = id, .words = text, .header = header, .source = source, .example = example,         \
        .use = use, .uses = uses, .check = check, .measured_by = "measure_answer.h", .code = code, \
        .ram = ram, .flags = flags, .said_bytes = said_bytes, .said = said                         \
    }

const codegen_layer codegen_answer_layers[MOTE_N_ANSWERS] = {
    [MOTE_ANSWER_CLASS] = LAYER("classes", "a sample to its class"),
    [MOTE_ANSWER_VALUE] = LAYER("values", "a sample to its values"),
    [MOTE_ANSWER_ANOMALY] = LAYER("anomaly", "a sample to how unusual it is"),
};
