/* SPDX-License-Identifier: Apache-2.0 */
/* Reading options into a command's struct, and showing help. Only dispatch.c uses it. */
#ifndef MOTE_CLI_OPTIONS_H
#define MOTE_CLI_OPTIONS_H

#include "cli/cli.h"

/* The options that every command takes. */
typedef struct {
    const char *project;
    bool json, help, quiet;
    int64_t threads;
} mote_common_values;

/* What was typed. */
typedef struct {
    void *values; /* c->values_bytes, filled with the defaults by the caller */
    mote_common_values common;
    const char **args; /* positional, [n_args]; room for as many as there are words */
    size_t n_args;
} mote_typed;

/* Read argv[0..n) for `c`. "--" ends the options. USAGE names what is wrong and the nearest option.
 */
MOTE_MUST_USE mote_status mote_options_read(const mote_command *c, const char *const *argv,
                                            size_t n, mote_typed *out, mote_err *err);

/* The options of every command; *n. Static storage. */
const mote_option *mote_options_common(size_t *n);

void mote_options_help(const char *words, const char *summary, const mote_command *c, FILE *out);

#endif
