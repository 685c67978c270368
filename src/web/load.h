/* SPDX-License-Identifier: Apache-2.0 */
/* A client that sends labelled clips to a running server and counts: how many are right, how long
 * answers take, which versions answered. The traffic of `mote bench`: a load test, a field
 * rehearsal, and what measures the serving requirements.
 *
 * Blocking sockets, one keep-alive connection a thread. Depends on base/, data/. */
#ifndef MOTE_WEB_LOAD_H
#define MOTE_WEB_LOAD_H

#include <stdint.h>

#include "base/pool.h"
#include "base/status.h"
#include "base/text.h"

#define MOTE_LOAD_MAX_VERSIONS 8

typedef struct {
    const char *host; /* IPv4 address or name */
    int32_t port;
    const char *path;    /* "/v1/classify" */
    const char *consent; /* value of the header Mote-Consent; NULL: none is given */
    int32_t timeout_ms;  /* of one answer */
    /* Request i sends sample order[i % n_samples]: the file that `encode` appends, which is called
     * on several threads. */
    mote_status (*encode)(void *arg, size_t sample, mote_buf *out, mote_err *err);
    void *encode_arg;
    const char *content_type;  /* of these files */
    size_t sample_bytes;       /* of one of them at most */
    const char *const *labels; /* [n_samples], what the answer should be */
    const char *const *words;  /* [n_words] labels that are detected; none: all but "_..." */
    size_t n_words;
    size_t n_samples;
    size_t n_requests;
    int32_t n_clients; /* connections at a time, 1..256 */
    uint64_t seed;     /* of the order */
    const mote_cancel *cancel;
    void (*progress)(void *arg, size_t done,
                     size_t right); /* about ten times a second; NULL: none */
    void *progress_arg;
} mote_load_config;

typedef struct {
    char version[32];
    size_t n;
} mote_load_version;

typedef struct {
    size_t n, n_failed, n_right; /* answers with 200; everything else; the right label */
    /* What the device would do: answers to clips of keywords, of them with the word detected; and
     * answers in which a word is detected that is not the clip's. */
    size_t n_words, n_detected, n_wrong;
    double seconds;
    double p50_ms, p90_ms, p99_ms, max_ms;
    double p99_lo_ms, p99_hi_ms; /* 95 % interval by order statistics; hi < 0: too few answers */
    double mean_ms, sd_ms;
    mote_load_version versions[MOTE_LOAD_MAX_VERSIONS]; /* that answered, in order of appearance */
    size_t n_versions;
    char first_failure[200]; /* in words; "" */
} mote_load_result;

/* Errors: NOT_FOUND nobody listens there; ARG; NOMEM. A failed request is counted, not an error. */
MOTE_MUST_USE mote_status mote_load_run(const mote_load_config *cfg, mote_load_result *out,
                                        mote_err *err);

#endif
