/* SPDX-License-Identifier: Apache-2.0 */
/* Generated projects, compiled for this machine with a driver of the test's own and run. What goes
 * wrong on the way ends the test program with the messages of the compiler. */
#ifndef MOTE_TESTS_PROJECT_HOST_H
#define MOTE_TESTS_PROJECT_HOST_H

#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "compile/codegen.h"

#define PROJECT_MAX_WORDS 40

/* A program in `dir`; out NULL: what it says is not wanted. A loaded machine may take minutes. */
static inline void project_run(const char *dir, const char *const *argv, const void *input,
                               size_t n, mote_buf *out)
{
    mote_err err = {0};
    int code = -1;
    MOTE_SCOPED_BUF messages;
    mote_buf_init(&messages, 1 << 20);
    mote_process p = {.argv = argv,
                      .cwd = dir,
                      .input = input,
                      .input_bytes = n,
                      .out = out,
                      .err_out = &messages,
                      .timeout_ms = 600000};
    if (mote_process_run(&p, &code, &err) != MOTE_OK || code != 0) {
        fprintf(stderr, "%s: %s %s\n", argv[0], err.text, messages.len ? messages.data : "");
        abort();
    }
}

/* Generate the project in `dir`, with driver.c beside it. */
static inline void project_generate(const mote_compile_input *in, const char *dir,
                                    const char *driver)
{
    const mote_target *t = NULL;
    mote_compile_result result;
    mote_err err = {0};
    char path[600];
    (void)mote_format(path, sizeof path, "%s/driver.c", dir);
    if (mote_target_find("cortex-m4f", &t, &err) != MOTE_OK ||
        mote_compile_project(in, t, dir, &result, &err) != MOTE_OK ||
        mote_file_write(path, driver, strlen(driver), &err) != MOTE_OK) {
        fprintf(stderr, "project: %s\n", err.text);
        abort();
    }
}

/* Build it as `make host` does, with these flags, and the driver, with these words to its compiler
 * (NULL behind the last; NULL: none). */
static inline void project_build(const char *dir, const char *flags, const char *const *words)
{
    char cflags[600];
    (void)mote_format(cflags, sizeof cflags,
                      "CFLAGS=-std=c11 -ffp-contract=off -iquote . -iquote .. %s", flags);
    const char *make[] = {"make", "-s", "-B", "host", cflags, NULL};
    const char *cc[PROJECT_MAX_WORDS] = {"cc", "-std=c11", "-O1",    "-iquote",
                                         ".",  "-iquote",  "device", "driver.c"};
    size_t n = 8;
    for (; words != NULL && *words != NULL && n + 4 < PROJECT_MAX_WORDS; words++)
        cc[n++] = *words;
    cc[n++] = "libmodel_host.a";
    cc[n++] = "-o";
    cc[n++] = "driver";
    project_run(dir, make, NULL, 0, NULL);
    project_run(dir, cc, NULL, 0, NULL);
}

/* Two of its sources are C++ too. */
static inline void project_check_cxx(const char *dir, const char *source)
{
    const char *cxx[] = {"c++",    "-std=c++11", "-fsyntax-only", "-x", "c++",
                         "-Wall",  "-Werror",    "-iquote",       ".",  "-iquote",
                         "device", source,       "main.c",        NULL};
    project_run(dir, cxx, NULL, 0, NULL);
}

/* What the driver says of an input. */
static inline void project_said(const char *dir, const void *input, size_t n, mote_buf *out)
{
    char path[600];
    (void)mote_format(path, sizeof path, "%s/driver", dir);
    const char *self[] = {path, NULL};
    project_run(dir, self, input, n, out);
}

static inline bool project_can_build(void)
{
    return mote_process_in_path("cc") && mote_process_in_path("c++") &&
           mote_process_in_path("make");
}

#endif
