/* SPDX-License-Identifier: Apache-2.0 */
/* The names that generated code is made of, and the check of a name that the user chose. Every
 * public name of a project begins with one of three prefixes, and so does every static one, so that
 * projects of different names fit one program, even as one translation unit. See
 * codegen_internal.h. */
#include <string.h>

#include "compile/codegen_layer.h"

/* Reserved words of C (to C23) and C++ (to C++23), with C++'s alternative operators. */
static const char *const reserved[] = {
    "alignas",
    "alignof",
    "and",
    "and_eq",
    "asm",
    "auto",
    "bitand",
    "bitor",
    "bool",
    "break",
    "case",
    "catch",
    "char",
    "char16_t",
    "char32_t",
    "char8_t",
    "class",
    "co_await",
    "co_return",
    "co_yield",
    "compl",
    "concept",
    "const",
    "const_cast",
    "consteval",
    "constexpr",
    "constinit",
    "continue",
    "decltype",
    "default",
    "delete",
    "do",
    "double",
    "dynamic_cast",
    "else",
    "enum",
    "explicit",
    "export",
    "extern",
    "false",
    "float",
    "for",
    "friend",
    "goto",
    "if",
    "inline",
    "int",
    "long",
    "mutable",
    "namespace",
    "new",
    "noexcept",
    "not",
    "not_eq",
    "nullptr",
    "operator",
    "or",
    "or_eq",
    "private",
    "protected",
    "public",
    "register",
    "reinterpret_cast",
    "requires",
    "restrict",
    "return",
    "short",
    "signed",
    "sizeof",
    "static",
    "static_assert",
    "static_cast",
    "struct",
    "switch",
    "template",
    "this",
    "thread_local",
    "throw",
    "true",
    "try",
    "typedef",
    "typeid",
    "typename",
    "typeof",
    "typeof_unqual",
    "union",
    "unsigned",
    "using",
    "virtual",
    "void",
    "volatile",
    "wchar_t",
    "while",
    "xor",
    "xor_eq",
};

/* NAME.h or NAME.c would stand before a file that others include or that the project has. */
static const char *const files[] = {
    "arduino",  "arm_mve",  "assert", "complex",     "ctype",  "errno",   "fenv",      "float",
    "inttypes", "iso646",   "limits", "locale",      "main",   "math",    "semihost",  "setjmp",
    "signal",   "stdalign", "stdarg", "stdatomic",   "stdbit", "stdbool", "stdckdint", "stddef",
    "stdint",   "stdio",    "stdlib", "stdnoreturn", "string", "strings", "tgmath",    "threads",
    "time",     "uchar",    "unistd", "wchar",       "wctype",
};

#define N_RESERVED (sizeof reserved / sizeof reserved[0])
#define N_FILES    (sizeof files / sizeof files[0])

static bool is_in(const char *name, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (mote_str_eq(name, list[i]))
            return true;
    return false;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_word(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static bool is_identifier(const char *name)
{
    if (!is_letter(name[0]))
        return false;
    for (const char *at = name; *at != '\0'; at++)
        if (!is_word(*at))
            return false;
    return true;
}

/* What is nearest to a bad name: words joined by single '_', a letter in front; "hello" when
 * nothing is left. */
static void propose(const char *name, char out[CODEGEN_NAME_BYTES])
{
    size_t n = 0;
    if (name[0] >= '0' && name[0] <= '9')
        for (const char *at = "model_"; *at != '\0'; at++)
            out[n++] = *at;
    for (; *name != '\0' && n + 1 < MOTE_COMPILE_MAX_SYMBOL; name++) {
        bool is_gap = !is_word(*name) || *name == '_';
        if (is_gap ? n > 0 && out[n - 1] != '_' : true)
            out[n++] = is_gap ? '_' : *name;
    }
    while (n > 0 && out[n - 1] == '_')
        n--;
    out[n] = '\0';
    if (n == 0)
        (void)mote_format(out, CODEGEN_NAME_BYTES, "hello");
}

/* A name that ends as a file of another project's does would be that file. */
static mote_status check_ending(const char *symbol, const char *small, mote_err *err)
{
    const char *part = "features";
    for (size_t i = 0; part != NULL; part = codegen_layer_name(i++)) {
        char ending[CODEGEN_NAME_BYTES];
        (void)mote_format(ending, sizeof ending, "_%s", part);
        if (mote_str_ends(small, ending))
            return mote_fail(err, MOTE_USAGE,
                             "'%s' would meet the files of a model '%.*s'; take '%s_model'", symbol,
                             (int)(strlen(symbol) - strlen(ending)), symbol, symbol);
    }
    return MOTE_OK;
}

mote_status mote_compile_symbol_check(const char *symbol, mote_err *err)
{
    char other[CODEGEN_NAME_BYTES], small[CODEGEN_NAME_BYTES];
    size_t n = strlen(symbol);
    propose(symbol, other);
    if (n > MOTE_COMPILE_MAX_SYMBOL)
        return mote_fail(err, MOTE_USAGE,
                         "the name '%.*s...' has %zu characters, at most %d are "
                         "possible",
                         MOTE_COMPILE_MAX_SYMBOL, symbol, n, MOTE_COMPILE_MAX_SYMBOL);
    if (!is_identifier(symbol))
        return mote_fail(err, MOTE_USAGE,
                         "'%s' cannot begin a name in C: a letter, then letters, "
                         "digits and '_'; for example '%s'",
                         symbol, other);
    if (strstr(symbol, "__") != NULL || symbol[n - 1] == '_')
        return mote_fail(err, MOTE_USAGE,
                         "'%s' makes names with '__', which C++ keeps for itself; "
                         "take '%s'",
                         symbol, other);
    for (size_t i = 0; i <= n; i++)
        small[i] = lower(symbol[i]);
    if (is_in(symbol, reserved, N_RESERVED))
        return mote_fail(err, MOTE_USAGE, "'%s' is a word of C or C++; take '%s_model'", symbol,
                         symbol);
    if (is_in(small, files, N_FILES))
        return mote_fail(err, MOTE_USAGE,
                         "'%s' would make a file '%s.%c' beside another of that "
                         "name; take '%s_model'",
                         symbol, symbol, mote_str_eq(small, "main") ? 'c' : 'h', symbol);
    if (mote_str_starts(small, "mrt_") || mote_str_eq(small, "mrt"))
        return mote_fail(err, MOTE_USAGE,
                         "'%s': names with 'mrt' in front are the runtime's; take "
                         "another",
                         symbol);
    return check_ending(symbol, small, err);
}

static void set(codegen_name *name, const char *symbol, const char *behind)
{
    MOTE_BUG_IF(!mote_format(name->lower, sizeof name->lower, "%s%s", symbol, behind));
    for (size_t i = 0; i < sizeof name->lower; i++)
        name->upper[i] = upper(name->lower[i]);
}

static void set_layer(codegen_name *name, const char *symbol, const char *layer)
{
    char part[CODEGEN_NAME_BYTES];
    (void)mote_format(part, sizeof part, "%s%s", symbol != NULL ? "_" : "", layer);
    set(name, symbol != NULL ? symbol : "", part);
}

void codegen_names_init(codegen *c)
{
    const char *symbol = c->in->symbol;
    set(&c->model_name, symbol != NULL ? symbol : "model", "");
    set(&c->features_name, symbol != NULL ? symbol : "", symbol != NULL ? "_features" : "features");
    if (c->layer != NULL)
        set_layer(&c->layer_name, symbol, c->layer->name);
    if (c->layer != NULL && c->layer->old_name != NULL)
        set_layer(&c->old_layer_name, symbol, c->layer->old_name);
    set(&c->features_file, c->model_name.lower, "_features");
}

const char *codegen_letter(const codegen *c, char x)
{
    switch (x) {
    case 'm':
        return c->model_name.lower;
    case 'M':
        return c->model_name.upper;
    case 'f':
        return c->features_name.lower;
    case 'F':
        return c->features_name.upper;
    case 'k':
        return c->layer_name.lower;
    case 'K':
        return c->layer_name.upper;
    case 'w':
        return c->old_layer_name.lower;
    case 'W':
        return c->old_layer_name.upper;
    case 'h':
        return c->features_file.lower;
    case 'H':
        return c->features_file.upper;
    case 'r':
        return c->device.runtime;
    case 't':
        return c->device.number;
    case 'p':
        return c->device.plain_number;
    case 'v':
        return c->device.variable;
    case 'd':
        return c->device.driver;
    case 'D':
        return c->device.driver_words;
    case 's':
        return c->device.sample_words;
    case 'z':
        return c->device.feature_words;
    case 'o':
        return c->in->is_float ? "float" : "int8_t";
    case 'y':
        return c->device.is_windowed ? "int16_t" : c->in->is_float ? "float" : "int8_t";
    case 'u':
        return c->in->is_float ? "mrt_keep" : "mrt_quantize";
    case 'n':
        return c->step;
    default:
        return NULL;
    }
}

mote_status codegen_features_init(codegen *c, mote_err *err)
{
    if (!mote_compile_has_features(c->in)) {
        c->device = (mote_frontend_device){.number = codegen_c_type(c->in->sample.dtype)};
        return MOTE_OK;
    }
    MOTE_TRY(mote_frontend_plan_create(c->in->features, &c->in->sample, 1, &c->features, err));
    if (!mote_frontend_device_of(c->features, &c->device))
        return mote_fail(err, MOTE_UNSUPPORTED, "front end '%s' has no part for a device",
                         mote_frontend_name(c->in->features));
    (void)codegen_pace(c->in, &c->pace);
    if (c->device.n_numbers > 1)
        (void)mote_format(c->step, sizeof c->step, " * %s_CHANNELS", c->features_name.upper);
    return MOTE_OK;
}
