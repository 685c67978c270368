/* SPDX-License-Identifier: Apache-2.0 */
/* Summary: how much there is of each label, by groups and splits. For `mote data show`, the
 * dashboard and model cards. Depends on base, data/sample, data/version. */
#ifndef MOTE_DATA_SUMMARY_H
#define MOTE_DATA_SUMMARY_H

#include <stddef.h>
#include <stdint.h>

#include "base/json.h"
#include "base/mem.h"
#include "base/status.h"
#include "data/version.h"
#include "store/store.h"

typedef struct {
    const char *label;
    size_t n, n_groups; /* samples; rows where the files of a version hold rows */
    int64_t duration_us;
    size_t in_split[MOTE_N_SPLITS];
    size_t n_unsplit; /* their group has no split yet */
    size_t n_unused;  /* of n: count in no split, their word belongs to another */
} mote_label_summary;

typedef struct {
    mote_label_summary *labels; /* [n_labels], in byte order; without background recordings */
    size_t n_labels;
    mote_label_summary total; /* label "" */
    size_t n_background;
    int64_t background_us;
    size_t n_negative; /* recordings in which nothing that is asked for happens */
    int64_t negative_us, negative_in_us[MOTE_N_SPLITS];
    /* Of the built-in set (data/builtin.h), in none of the counts above. */
    size_t n_builtin_words, n_builtin_noises;
    mote_label_summary *builtin; /* [n_builtin] the words by label; groups are voices */
    size_t n_builtin;
} mote_data_summary;

/* What synthetic voices say of a label (data.spoken); NULL: nothing. Borrowed. */
const mote_label_summary *mote_summary_spoken(const mote_data_summary *s, const char *label);

/* Labels that are not among keep[n_keep] are counted together under this name; keep NULL: every
 * label counts for itself. */
#define MOTE_SUMMARY_OTHERS "(others)"

/* Of what is in the store now (every sample, also what a version would leave out), and of a
 * version. *out lives as long as `a`. */
MOTE_MUST_USE mote_status mote_summary_of_store(mote_store *s, const char *const *keep,
                                                size_t n_keep, mote_arena *a,
                                                mote_data_summary *out, mote_err *err);
MOTE_MUST_USE mote_status mote_summary_of_version(const mote_data_version *v,
                                                  const char *const *keep, size_t n_keep,
                                                  mote_arena *a, mote_data_summary *out,
                                                  mote_err *err);

/* The samples that synthetic voices say of the words. */
size_t mote_summary_n_spoken(const mote_data_summary *s, const char *const *words, size_t n_words);

/* What `mote data show --json` and GET /v1/project/data say (summary_json.c): version NULL: of the
 * store; words: of the project; why: mote_builtin_why_now, "" or NULL: nothing. New reference owned
 * by the caller; NULL: no memory. */
json_t *mote_summary_json(const mote_data_summary *s, const char *version, const mote_names *words,
                          const char *why);

#endif
