/* SPDX-License-Identifier: Apache-2.0 */
/* Child programs: espeak-ng, the cross compilers, the emulator. No shell is involved. */
#ifndef MOTE_BASE_PROCESS_H
#define MOTE_BASE_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/text.h"

typedef struct {
    const char *const *argv; /* NULL-terminated; argv[0] is looked up in PATH */
    const char *cwd;         /* NULL: unchanged */
    const void *input;       /* standard input, NULL: empty */
    size_t input_bytes;
    int64_t timeout_ms; /* 0: none; on time-out the child is killed, status TIMEOUT */
    bool own_group;     /* a process group of its own (Ctrl-C does not reach it): whatever
                         * it has left running when it ends is killed */
    mote_buf *out;      /* standard output, NULL: dropped; over its max_bytes: LIMIT */
    mote_buf *err_out;  /* standard error, NULL: dropped */
} mote_process;

/* Run to the end. OK whatever the exit code; *exit_code is it (128 + n when killed by signal n).
 * MISSING_TOOL when argv[0] is not found. */
MOTE_MUST_USE mote_status mote_process_run(const mote_process *p, int *exit_code, mote_err *err);
bool mote_process_in_path(const char *program);

/* A program whose output is read while it runs: a recorder. */
typedef struct {
    int64_t pid;    /* 0: there is none */
    int fd;         /* its standard output, to be read; -1: none */
    int complaints; /* its standard error; -1: none */
} mote_process_stream;

/* Start it; argv, cwd and own_group of p count, its input is empty. MISSING_TOOL as above. */
MOTE_MUST_USE mote_status mote_process_open(const mote_process *p, mote_process_stream *out,
                                            mote_err *err);
/* End it, if it has not ended, and forget it. *exit_code as above; what it wrote to standard error
 * and nobody read is put into `said`, without the line end. Nothing when there is none. */
void mote_process_close(mote_process_stream *s, int *exit_code, char *said, size_t said_bytes);

#endif
