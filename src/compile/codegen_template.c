/* SPDX-License-Identifier: Apache-2.0 */
/* Filling in the texts of generated projects: the values that all of them share. See
 * codegen_template.h. */
#include "compile/codegen_template.h"

#include <string.h>

#include "base/fill.h"
#include "compile/codegen_layer.h"

typedef struct {
    const codegen *c;
    const codegen_value *own, *shared;
    size_t n_own, n_shared;
} filling;

static void model_name(const codegen *c, mote_buf *b)
{
    codegen_comment(b, c->in->name);
}

static const codegen_value *find(const codegen_value *values, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (mote_str_eq(values[i].name, name))
            return &values[i];
    return NULL;
}

static const codegen_value *value_of(const filling *f, const char *name)
{
    const codegen_value *v = find(f->own, f->n_own, name);
    return v != NULL ? v : find(f->shared, f->n_shared, name);
}

/* Includes of the runtime's headers, `words` apart by spaces: found in device/ beside the file,
 * else by plain name, with all files in one folder or with device/ on the include path. */
static void runtime(const codegen *c, const char *words, mote_buf *out)
{
    MOTE_SCOPED_BUF in_folder;
    MOTE_SCOPED_BUF beside;
    mote_buf_init(&in_folder, 1 << 12);
    mote_buf_init(&beside, 1 << 12);
    while (*words != '\0') {
        const int n = (int)strcspn(words, " ");
        mote_buf_printf(&in_folder, "#include \"device/%.*s\"\n", n, words);
        mote_buf_printf(&beside, "#include \"%.*s\"\n", n, words);
        words += n + (words[n] == ' ');
    }
    if (mote_buf_status(&in_folder, NULL) != MOTE_OK || mote_buf_status(&beside, NULL) != MOTE_OK) {
        out->status = MOTE_NOMEM;
        return;
    }
    const codegen_value values[] = {{"in_folder", .text = in_folder.data},
                                    {"beside", .text = beside.data}};
    CODEGEN_FILL(c, out, codegen_runtime_h, values);
}

static bool write(const void *of, const char *name, const char *words, mote_buf *out)
{
    const filling *f = of;
    const codegen_value *v = value_of(f, name);
    if (mote_str_eq(name, "runtime"))
        runtime(f->c, words, out);
    else if (v == NULL)
        return false;
    else if (v->write != NULL)
        v->write(f->c, out);
    else if (v->text != NULL)
        codegen_fill(f->c, out, v->text, f->own, f->n_own);
    else
        mote_buf_dec_i64(out, v->number);
    return true;
}

static bool holds(const void *of, const char *name, bool *out)
{
    const codegen_value *v = value_of(of, name);
    if (v == NULL)
        return false;
    *out = v->write != NULL || (v->text != NULL && v->text[0] != '\0') || v->number != 0;
    return true;
}

static const char *letter(const void *of, char x)
{
    return codegen_letter(((const filling *)of)->c, x);
}

void codegen_fill(const codegen *c, mote_buf *b, const char *text, const codegen_value *values,
                  size_t n)
{
    const mote_target *t = c->target;
    const codegen_value shared[] = {
        {"model", .write = model_name},
        {"named", .number = c->in->symbol != NULL},
        {"features", .number = c->features != NULL},
        {"windowed", .number = c->device.is_windowed},
        {"layer", .number = c->layer != NULL},
        {"float", .number = c->in->is_float},
        {"int8", .number = !c->in->is_float},
        {"labels", .number = c->in->n_labels},
        {"words", .text = c->layer != NULL ? c->layer->words : ""},
        {"arena_bytes", .number = c->plan.arena_bytes},
        {"weights_bytes", .number = c->plan.weights_bytes},
        {"target", .text = t->name},
        {"target_words", .text = t->text},
        {"compiler_package", .text = t->compiler_package},
        {"libc_package", .text = t->libc_package},
    };
    const filling f = {c, values, shared, n, sizeof shared / sizeof shared[0]};
    mote_fill(text, &(mote_filling){&f, write, holds, letter}, b);
}
