/* SPDX-License-Identifier: Apache-2.0 */
/* Builds generated firmware, runs it under QEMU, compares outputs with the host. The building is
 * here, what is compared in measure_golden.c. See measure.h. */
#include "compile/measure.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/process.h"
#include "compile/device_sources.h"
#include "compile/elf_size.h"
#include "compile/codegen_layer.h"
#include "compile/measure_internal.h"

#define MAX_ARGS           128
#define MAX_OUTPUT         ((size_t)1 << 20)
#define DEFAULT_TIMEOUT_MS 300000

/* Arguments of a child program; texts live in the arena. */
typedef struct {
    const char *argv[MAX_ARGS + 1];
    int n;
} arguments;

static void add_arg(arguments *a, const char *text)
{
    MOTE_BUG_IF(a->n >= MAX_ARGS);
    a->argv[a->n++] = text;
    a->argv[a->n] = NULL;
}

/* Split at blanks. */
static mote_status add_words(arguments *a, mote_arena *arena, const char *words, mote_err *err)
{
    while (*words != '\0') {
        size_t n = strcspn(words, " ");
        if (n > 0) {
            char *word = mote_arena_strndup(arena, words, n);
            if (word == NULL)
                return mote_fail(err, MOTE_NOMEM, "no memory for arguments");
            add_arg(a, word);
        }
        words += n + (words[n] == ' ');
    }
    return MOTE_OK;
}

static mote_status missing(const char *program, const char *package, mote_err *err)
{
    return mote_fail(err, MOTE_MISSING_TOOL,
                     "'%s' is not installed; on Debian or Ubuntu: apt "
                     "install %s",
                     program, package);
}

/* Run in m->dir; a failure carries the end of what the program said. */
static mote_status run(measuring *m, const arguments *a, int64_t timeout_ms, mote_buf *output,
                       mote_err *err)
{
    MOTE_SCOPED_BUF messages;
    mote_buf_init(&messages, MAX_OUTPUT);
    /* The emulator prints what the program says on standard error. */
    mote_process p = {.argv = a->argv,
                      .cwd = m->dir,
                      .timeout_ms = timeout_ms,
                      .err_out = output != NULL ? output : &messages};
    int code = 0;
    MOTE_TRY(mote_process_run(&p, &code, err));
    if (code == 0)
        return MOTE_OK;
    const char *text = messages.len > 0 ? messages.data : "";
    if (output != NULL && output->len > 0)
        text = output->data;
    size_t n = strlen(text);
    return mote_fail(err, MOTE_IO, "'%s' failed with code %d: %s", a->argv[0], code,
                     n > 600 ? text + n - 600 : text);
}

static mote_status compiler_args(measuring *m, arguments *a, char **gcc, mote_err *err)
{
    const mote_target *t = m->target;
    *gcc = mote_arena_printf(&m->arena, "%sgcc", t->prefix);
    if (*gcc == NULL)
        return mote_fail(err, MOTE_NOMEM, "no memory for arguments");
    add_arg(a, *gcc);
    MOTE_TRY(add_words(a, &m->arena, t->cflags, err));
    return add_words(a, &m->arena,
                     "-std=c11 -O2 -g -ffp-contract=off -fno-common -ffunction-sections "
                     "-fdata-sections -iquote . -iquote device --specs=picolibc.specs "
                     "-Wl,--gc-sections",
                     err);
}

static mote_status add_sources(measuring *m, arguments *a, const char *main_file, mote_err *err)
{
    char **paths;
    size_t n;
    MOTE_TRY(mote_dir_walk(m->dir, &m->arena, &paths, &n, err));
    add_arg(a, main_file);
    for (size_t i = 0; i < n; i++)
        if (mote_str_ends(paths[i], ".c") && !mote_str_eq(paths[i], "main.c") &&
            !mote_str_eq(paths[i], "measure_main.c"))
            add_arg(a, paths[i]);
    return MOTE_OK;
}

static mote_status read_sizes(measuring *m, const char *elf, mote_err *err)
{
    char *path, *bytes;
    size_t n;
    mote_elf_size size;
    MOTE_TRY(mote_path_join(&m->arena, m->dir, elf, &path, err));
    MOTE_TRY(mote_file_read(path, (size_t)256 << 20, &bytes, &n, err));
    mote_status st = mote_elf_size_read(bytes, n, &size, err);
    mote_free(bytes);
    if (st != MOTE_OK)
        return mote_wrap(err, st, "read '%s'", path);
    m->result.flash_bytes = size.flash_bytes;
    m->result.ram_static_bytes = size.ram_bytes;
    return MOTE_OK;
}

static mote_status build_example(measuring *m, mote_err *err)
{
    arguments a = {.n = 0};
    char *gcc;
    MOTE_TRY(compiler_args(m, &a, &gcc, err));
    MOTE_TRY(add_words(&a, &m->arena, "--crt0=minimal -T measure.ld -o example.elf", err));
    MOTE_TRY(add_sources(m, &a, "main.c", err));
    MOTE_TRY(run(m, &a, DEFAULT_TIMEOUT_MS, NULL, err));
    return read_sizes(m, "example.elf", err);
}

/* What the test program has to measure. */
static mote_status add_parts(measuring *m, arguments *a, mote_err *err)
{
    mote_frontend_pace pace;
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 4096);
    if (measure_takes_samples(m->in))
        mote_buf_printf(&b, "-DMEASURE_TYPE=%s -DMEASURE_NUMBERS=%lld ",
                        codegen_c_type(m->in->sample.dtype),
                        (long long)mote_shape_elements(&m->in->sample));
    if (mote_compile_has_features(m->in))
        mote_buf_str(&b, "-DMEASURE_FEATURES ");
    if (codegen_pace(m->in, &pace))
        mote_buf_str(&b, "-DMEASURE_FRAMES ");
    if (mote_compile_has_features(m->in) && mote_frontend_sees_window(m->in->features))
        mote_buf_str(&b, "-DMEASURE_WINDOW ");
    const codegen_layer *layer = codegen_layer_of(m->in);
    if (layer != NULL) {
        mote_buf_printf(&b, "-DMEASURE_LAYER=\"%s\" ", layer->measured_by);
        if (layer->flags != NULL)
            layer->flags(m->in, &b);
    }
    MOTE_TRY(mote_buf_status(&b, err));
    return b.len > 0 ? add_words(a, &m->arena, b.data, err) : MOTE_OK;
}

static mote_status build_test(measuring *m, mote_err *err)
{
    arguments a = {.n = 0};
    char *gcc;
    MOTE_TRY(compiler_args(m, &a, &gcc, err));
    MOTE_TRY(add_words(&a, &m->arena,
                       "--crt0=semihost --oslib=semihost -T measure.ld "
                       "-fstack-usage -dumpdir stack/ -o measure.elf",
                       err));
    MOTE_TRY(add_parts(m, &a, err));
    MOTE_TRY(add_sources(m, &a, "measure_main.c", err));
    return run(m, &a, DEFAULT_TIMEOUT_MS, NULL, err);
}

static mote_status write_text(measuring *m, const char *name, const void *bytes, size_t n,
                              mote_err *err)
{
    char *path;
    MOTE_TRY(mote_path_join(&m->arena, m->dir, name, &path, err));
    return mote_file_write(path, bytes, n, err);
}

/* The whole memories of the emulated board, so that what does not fit the limits of a part can
 * still be measured. */
static mote_status write_support(measuring *m, mote_err *err)
{
    const mote_target *t = m->target;
    MOTE_SCOPED_BUF b;
    mote_buf_init(&b, 4096);
    mote_buf_printf(&b,
                    "__flash = 0x%08x;\n__flash_size = 0x%x;\n__ram = 0x%08x;\n"
                    "__ram_size = 0x%x;\n__stack_size = 65536;\nINCLUDE picolibc.ld\n",
                    t->code_origin, t->code_bytes, t->ram_origin, t->ram_bytes);
    MOTE_TRY(mote_buf_status(&b, err));
    MOTE_TRY(write_text(m, "measure.ld", b.data, b.len, err));
    for (size_t i = 0; i < mote_n_device_sources; i++) {
        const mote_device_source *s = &mote_device_sources[i];
        if (mote_str_starts(s->path, "firmware/"))
            MOTE_TRY(write_text(m, s->file, s->text, s->len, err));
    }
    return MOTE_OK;
}

static mote_status emulate(measuring *m, mote_buf *output, mote_err *err)
{
    const mote_target *t = m->target;
    arguments a = {.n = 0};
    add_arg(&a, t->emulator);
    add_arg(&a, "-machine");
    add_arg(&a, t->machine);
    MOTE_TRY(add_words(&a, &m->arena,
                       "-nographic -monitor none -serial none -icount shift=0 "
                       "-semihosting-config enable=on,target=native -kernel measure.elf",
                       err));
    if (t->counter == MOTE_COUNTER_MINSTRET)
        MOTE_TRY(add_words(&a, &m->arena, "-bios none", err));
    int64_t timeout = m->options->timeout_ms > 0 ? m->options->timeout_ms : DEFAULT_TIMEOUT_MS;
    return run(m, &a, timeout, output, err);
}

/* The number behind "name " at the start of a line of the emulator's output; -1: not there. */
static int64_t answer(const mote_buf *b, const char *name)
{
    size_t n = strlen(name);
    for (const char *line = b->data; line != NULL && *line != '\0';) {
        const char *end = strchr(line, '\n');
        size_t length = end != NULL ? (size_t)(end - line) : strlen(line);
        int64_t value;
        if (length > n + 1 && memcmp(line, name, n) == 0 && line[n] == ' ' &&
            mote_parse_i64(line + n + 1, length - n - 1, &value))
            return value;
        line = end != NULL ? end + 1 : NULL;
    }
    return -1;
}

static double instructions_per_tick(mote_counter c)
{
    switch (c) {
    case MOTE_COUNTER_SYSTICK_25:
        return 40;
    case MOTE_COUNTER_SYSTICK_32:
        return 31.25;
    case MOTE_COUNTER_MINSTRET:
        break;
    }
    return 1;
}

/* Ticks of part `name`, less the overhead, as instructions. */
static int64_t part(const measuring *m, const mote_buf *b, const char *name)
{
    int64_t ticks = answer(b, name), overhead = answer(b, "overhead");
    if (ticks < 0)
        return -1;
    ticks = ticks > overhead ? ticks - overhead : 0;
    return (int64_t)((double)ticks * m->result.resolution + 0.5);
}

static mote_status read_answers(measuring *m, const mote_buf *b, mote_err *err)
{
    mote_device_measurement *r = &m->result;
    r->resolution = instructions_per_tick(m->target->counter);
    r->overhead_instructions = (int64_t)((double)answer(b, "overhead") * r->resolution + 0.5);
    r->calibration_instructions = part(m, b, "calibration");
    r->network_instructions = part(m, b, "network");
    r->hop_instructions = part(m, b, "hop");
    r->window_instructions = part(m, b, "window");
    r->clip_instructions = part(m, b, "clip");
    r->post_instructions = part(m, b, "post");
    r->network_stack_bytes = answer(b, "network_stack");
    r->features_stack_bytes = answer(b, "features_stack");
    if (answer(b, "inputs") != m->n_inputs || r->network_instructions < 0)
        return mote_fail(err, MOTE_IO, "the emulated program ran %lld of %d inputs: %s",
                         (long long)answer(b, "inputs"), m->n_inputs, b->len > 0 ? b->data : "");
    return MOTE_OK;
}

/* The largest frame in the .su files that -fstack-usage left. */
static mote_status read_stack_usage(measuring *m, mote_err *err)
{
    char **paths;
    size_t n;
    MOTE_TRY(mote_dir_walk(m->dir, &m->arena, &paths, &n, err));
    for (size_t i = 0; i < n; i++) {
        if (!mote_str_ends(paths[i], ".su") || strstr(paths[i], "measure_main") != NULL)
            continue;
        char *path, *text;
        size_t length;
        MOTE_TRY(mote_path_join(&m->arena, m->dir, paths[i], &path, err));
        MOTE_TRY(mote_file_read(path, MAX_OUTPUT, &text, &length, err));
        for (const char *tab = strchr(text, '\t'); tab != NULL; tab = strchr(tab + 1, '\t')) {
            size_t digits = strspn(tab + 1, "0123456789");
            int64_t bytes;
            if (tab[1 + digits] == '\t' && mote_parse_i64(tab + 1, digits, &bytes) &&
                bytes > m->result.stack_limit_bytes)
                m->result.stack_limit_bytes = bytes;
        }
        mote_free(text);
    }
    return MOTE_OK;
}

static mote_status measure_in(measuring *m, mote_err *err)
{
    mote_compile_result compiled;
    MOTE_TRY(mote_compile_project(m->in, m->target, m->dir, &compiled, err));
    if (compiled.n_kept > 0)
        return mote_fail(err, MOTE_EXISTS,
                         "'%s': main.c or target.ld is not as it was generated: "
                         "measure in another folder",
                         m->dir);
    m->result.arena_bytes = compiled.arena_bytes;
    m->result.weights_bytes = compiled.weights_bytes;
    m->result.n_macs = mote_graph_macs(m->in->graph);
    MOTE_TRY(write_support(m, err));
    char *stack_dir;
    MOTE_TRY(mote_path_join(&m->arena, m->dir, "stack", &stack_dir, err));
    MOTE_TRY(mote_dir_make(stack_dir, err));
    MOTE_TRY(build_example(m, err));
    MOTE_TRY(build_test(m, err));
    MOTE_TRY(read_stack_usage(m, err));
    MOTE_TRY(measure_write_inputs(m, err));
    MOTE_SCOPED_BUF output;
    mote_buf_init(&output, MAX_OUTPUT);
    MOTE_TRY(emulate(m, &output, err));
    MOTE_TRY(read_answers(m, &output, err));
    return measure_compare(m, err);
}

static mote_status check_tools(const mote_target *t, mote_err *err)
{
    char gcc[64];
    MOTE_BUG_IF(!mote_format(gcc, sizeof gcc, "%sgcc", t->prefix));
    if (!mote_process_in_path(gcc))
        return missing(gcc, t->compiler_package, err);
    if (!mote_process_in_path(t->emulator))
        return missing(t->emulator, t->emulator_package, err);
    return MOTE_OK;
}

/* A new folder below TMPDIR or /tmp. */
static mote_status temporary_dir(measuring *m, char **out, mote_err *err)
{
    const char *base = mote_env("TMPDIR");
    char *path =
        mote_arena_printf(&m->arena, "%s/mote-measure-XXXXXX", base != NULL ? base : "/tmp");
    if (path == NULL)
        return mote_fail(err, MOTE_NOMEM, "no memory for a path");
    if (mkdtemp(path) == NULL)
        return mote_fail_errno(err, "make a folder '%s'", path);
    *out = path;
    return MOTE_OK;
}

mote_status mote_measure(const mote_compile_input *in, const mote_target *t,
                         const mote_measure_options *options, mote_device_measurement *out,
                         mote_err *err)
{
    if (options->n_inputs < 1 || options->n_inputs > 10000)
        return mote_fail(err, MOTE_ARG, "%d inputs, 1 to 10000 are possible", options->n_inputs);
    MOTE_TRY(check_tools(t, err));
    measuring m = {.in = in, .target = t, .options = options, .n_inputs = options->n_inputs};
    m.result.n_inputs = options->n_inputs;
    mote_arena_init(&m.arena, (size_t)1 << 30);
    char *temporary = NULL;
    mote_status st = MOTE_OK;
    if (options->work_dir == NULL)
        st = temporary_dir(&m, &temporary, err);
    m.dir = options->work_dir != NULL ? options->work_dir : temporary;
    if (st == MOTE_OK)
        st = measure_in(&m, err);
    if (temporary != NULL && mote_dir_remove(temporary, st == MOTE_OK ? err : NULL) != MOTE_OK &&
        st == MOTE_OK)
        st = MOTE_IO;
    mote_arena_release(&m.arena);
    if (st != MOTE_OK)
        return mote_wrap(err, st, "measure '%s' on %s", in->name, t->name);
    *out = m.result;
    return MOTE_OK;
}

static void put(json_t *o, const char *key, int64_t value)
{
    if (value >= 0)
        (void)json_object_set_new(o, key, json_integer(value));
}

json_t *mote_device_measurement_to_json(const mote_device_measurement *m, const mote_target *t)
{
    json_t *o = json_object();
    if (o == NULL)
        return NULL;
    (void)json_object_set_new(o, "target", json_string(t->name));
    (void)json_object_set_new(o, "machine", json_string(t->machine));
    (void)json_object_set_new(
        o, "method",
        json_string(t->counter == MOTE_COUNTER_MINSTRET
                        ? "QEMU -icount shift=0, minstret"
                        : "QEMU -icount shift=0, SysTick; overhead of reading subtracted"));
    (void)json_object_set_new(o, "resolution_instructions", json_real(m->resolution));
    put(o, "calibration_2000000_reads", m->calibration_instructions);
    put(o, "network_instructions", m->network_instructions);
    put(o, "hop_instructions", m->hop_instructions);
    put(o, "clip_instructions", m->clip_instructions);
    put(o, "post_instructions", m->post_instructions);
    put(o, "macs", m->n_macs);
    put(o, "flash_bytes", m->flash_bytes);
    put(o, "flash_limit_bytes", t->flash_limit);
    put(o, "weights_bytes", m->weights_bytes);
    put(o, "ram_static_bytes", m->ram_static_bytes);
    put(o, "ram_limit_bytes", t->ram_limit);
    put(o, "arena_bytes", m->arena_bytes);
    put(o, "network_stack_bytes", m->network_stack_bytes);
    put(o, "features_stack_bytes", m->features_stack_bytes);
    put(o, "largest_frame_bytes", m->stack_limit_bytes);
    put(o, "clock_hz", t->clock_hz);
    (void)json_object_set_new(
        o, "network_ms_at_one_instruction_a_cycle",
        json_real((double)m->network_instructions * 1e3 / (double)t->clock_hz));
    put(o, "inputs", m->n_inputs);
    put(o, "inputs_equal_to_host", m->n_equal);
    if (m->first_difference >= 0)
        put(o, "first_difference", m->first_difference);
    return o;
}
