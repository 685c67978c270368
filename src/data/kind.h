/* SPDX-License-Identifier: Apache-2.0 */
/* Kinds of input: what the data room must know of one, as a row.
 *
 * A kind says which files it reads, turns their bytes into samples in memory, and tells facts of
 * them. The rows are listed in data/kinds.def, one file each (data/kind_audio.c); nothing else in
 * the room names a kind, compares one, or includes the header of one.
 * Depends on base, project, data/filetype, device/signal/mrt_resize. */
#ifndef MOTE_DATA_KIND_H
#define MOTE_DATA_KIND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/mem.h"
#include "base/status.h"
#include "base/tensor.h"
#include "base/text.h"
#include "data/filetype.h"
#include "device/signal/mrt_resize.h"
#include "project/project.h"
#include "store/store.h"

typedef struct mote_kind mote_kind;
typedef struct mote_kind_set mote_kind_set; /* data/kind_set.h */
struct mote_columns;                        /* data/columns.h */
struct mote_checker;                        /* data/check_internal.h */
struct mote_data_version;                   /* data/version.h */

/* How samples of one shape are cut; a kind reads what it knows. */
typedef struct {
    double rate_hz;   /* 0: that of the version's first example, for a kind that is timed */
    double length_ms; /* of a sample that runs in time; 0: the whole sample, for a kind that can */
    const char *label_column; /* of a file with columns; NULL: found by itself */
    const char *time_column;  /* of such a file, and the seconds of its unit; NULL, 0: found */
    double time_unit_s;
    const char *group_column; /* of such a file; NULL or "": none */
    mote_names axes;          /* of such a file; none: found */
    double stride_ms; /* from one window to the next; 0: a kind that cuts windows cuts them end to
                         end */
    int32_t height, width, n_channels;  /* of a sample that has an extent; 1: grey, 3: colour */
    mrt_fit fit;                        /* of what has other proportions */
    mote_project_table table;           /* of rows; target NULL: there are none */
    const struct mote_columns *columns; /* of rows (data/columns.h): found by those who cut */
} mote_cut_config;

/* What is wanted of the decoded samples, and what is allowed. */
typedef struct {
    double rate_hz;    /* of what runs in time; 0: as it comes */
    size_t max_bytes;  /* of the encoded file */
    int64_t max_ms;    /* of what runs in time; longer input is refused, not cut; 0: any */
    bool samples_only; /* neither the hash of the content nor facts are needed: for what is in the
                          store already */
    bool measured;     /* what a check counts (mote_measured.n) is wanted all the same */
    bool strangers;    /* the bytes come from strangers: only the formats that are safe for that */
    const mote_project_table *table; /* what a file of rows must hold; NULL: any. Borrowed */
    const mote_cut_config *cut; /* with samples_only: what will be cut of it, so that a kind need
                                   keep no more than that; NULL: all is wanted */
} mote_decoding;

#define MOTE_FACTS_MAX_BYTES   400
#define MOTE_KIND_MAX_TROUBLES 10
#define MOTE_KIND_PRINT        256

/* What a file says of itself, or of a span of it. */
typedef struct {
    const char *label;
    int64_t from_us, to_us;
} mote_said;

/* What can be measured of a sample, for checks; what cannot is left at its default. */
typedef struct {
    double full_scale_share; /* of values; 0 */
    double level_dbfs;       /* of what is heard; 0 */
    double offset_share;     /* of full scale; 0 */
    double rate_hz;          /* of what runs in time, as the file has it; 0 */
    uint64_t columns;        /* of samples with axes or columns: equal for equal names; 0 */
    uint32_t n[MOTE_KIND_MAX_TROUBLES]; /* of each trouble of the kind */
} mote_measured;

/* What can be wrong with a sample of a kind, for mote data check. */
typedef struct {
    const char *id;     /* "gap": stable, for scripts */
    const char *what;   /* "series with gaps": before the number of them */
    const char *each;   /* "gaps": behind the number in one sample */
    const char *remedy; /* what to do */
    bool is_note;       /* worth knowing; else it probably costs accuracy */
} mote_trouble;

/* A file, decoded. Owned by the caller (mote_decoded_release). */
typedef struct {
    const mote_kind *kind;
    void *own;             /* the samples as the kind keeps them */
    size_t bytes;          /* that they take in memory */
    mote_sha256 content;   /* of the decoded samples: equal for files that say the same */
    int64_t duration_us;   /* 0: does not run in time */
    int64_t taken_ms;      /* when it was recorded, since 1970; 0: the file does not say */
    double rate_hz;        /* of the decoded samples; 0: does not run in time */
    const mote_said *said; /* [n_said] what the file itself says; lives as long as own */
    size_t n_said;
    const char *const *columns; /* [n_columns] names of axes or columns; lives as long as own */
    size_t n_columns;           /* 0: they have no names */
    char facts[MOTE_FACTS_MAX_BYTES]; /* JSON object: what the file held, before decoding */
} mote_decoded;

/* What the samples of a data version look like, and what is said of them (data/form.h). */
typedef struct {
    mote_shape shape;  /* of one */
    double rate_hz;    /* steps (rows of the first dimension) a second; 0: no time */
    int32_t n_columns; /* what the numbers of a sample are called; 0: they have no names */
    const char *const *columns;
    const struct mote_columns *fields; /* of rows: how one is read (data/columns.h); else NULL */
    mote_answer_kind answer;
    mote_names classes;       /* of classes, in the order of the model's outputs; else none */
    mote_names values;        /* of values, likewise */
    const char *const *units; /* [values.n], "" for none */
    const char *fit;          /* how what has other proportions is made to fit; NULL: nothing is */
} mote_sample_form;

/* What one row says, of a kind of which a file holds many; texts are borrowed from what is decoded.
 */
typedef struct {
    const char *label; /* what is asked for, as text; NULL: it is missing in this row */
    double value[MOTE_TABLE_MAX_TARGETS]; /* each that is asked for as a number; NaN: it is none */
    const char *group;                    /* whose rows stay together; NULL: it is by itself */
    double time_s;                        /* NaN: not known */
    uint64_t hash;                        /* of everything in it: the same for equal rows */
} mote_row_said;

#define MOTE_LABEL_ROWS "_rows_" /* what a file is called whose rows say what they are */

/* A sample in a file that holds several: lines or bytes [from, from + n) of it, behind the first
 * `head` bytes where they are of all (the names of columns). */
typedef struct {
    size_t head, from, n;
    int64_t number;    /* of its line or place, from 1: how it is called */
    const char *label; /* that the file says it has; NULL: none */
    const char *group; /* the same of its group */
} mote_file_part;

typedef struct {
    mote_file_part *items;
    size_t n; /* 0: the file is one sample */
} mote_file_parts;

typedef struct mote_loader mote_loader; /* data/dataset_internal.h */

/* A stretch of a decoded sample: all of it, or a span. */
typedef struct {
    const mote_decoded *decoded;
    int64_t from_us, to_us; /* 0, 0: all of it */
} mote_piece;

#define MOTE_KIND_MAX_WATCHED 48
#define MOTE_WATCHED_BYTES    64

/* One number of a sample that is watched in use, for people. */
typedef struct {
    char called[MOTE_WATCHED_BYTES]; /* "column 'hours'" */
    char name[MOTE_WATCHED_BYTES];   /* for scripts: "hours" */
    const char *more, *less;         /* "higher", "lower"; NULL: neither is a word for it */
    bool is_mute; /* it changes always, as the date of today does: a change tells nothing */
} mote_kind_watched;

/* What of a sample is watched in use (evaluate/reference_profile.h): a few numbers that people know
 * by name, at most MOTE_KIND_MAX_WATCHED. */
typedef struct {
    int32_t (*count)(const mote_shape *sample);
    /* Of one sample, out [count]; what cannot be said is NaN. No allocation; any thread. */
    void (*values)(const mote_shape *sample, const void *x, float *out);
    void (*words)(const mote_sample_form *form, int32_t k, mote_kind_watched *out);
} mote_kind_watch;

/* A row. */
struct mote_kind {
    mote_input_kind input;
    const char *one, *many;      /* what people call its samples: "recording", "recordings" */
    const char *examples;        /* those of a class: "words"; NULL: as many */
    const char *group;           /* what a group is: "speaker"; NULL: "group" */
    const char *formats;         /* for messages: "WAV, FLAC, .." */
    const char *const *endings;  /* of names of its files, lower case, no dot; NULL ends them */
    const mote_filetype *reads;  /* types that are decoded; MOTE_N_FILETYPES ends them */
    const mote_filetype *locked; /* that hold its samples, but cannot be decoded; the same */
    const mote_kind_set *sets;   /* files that hold many of its samples; NULL: there are none */
    bool cut_shrinks;     /* what is decoded for a cut (mote_decoding.cut) is less than the whole */
    bool is_timed;        /* its samples run in time, at a rate */
    bool hears_negatives; /* hours in which nothing is can be heard window by window */
    mote_decoding (*decoding)(void); /* what is allowed unless a project says otherwise */

    /* Of a type in neither list: do its first bytes look like a file of the kind? NULL: never. */
    bool (*recognise)(mote_filetype type, const uint8_t *head, size_t n);
    const char *unlike; /* what a text is that does not, "a text without .."; NULL: a text */

    /* Fill in all of *out but `kind`. Errors: LIMIT, UNSUPPORTED, CORRUPT, NOMEM, ARG. */
    mote_status (*decode)(const mote_file_bytes *file, const mote_decoding *cfg, mote_decoded *out,
                          mote_err *err);
    void (*release)(void *own);

    /* A file that holds several samples which are to be objects of their own, with groups and
     * splits of their own: which they are, living in `a`; and the file of one of them, appended.
     * NULL: there are no such files. Reads hostile bytes; PARSE, LIMIT, NOMEM. */
    mote_status (*split_file)(const mote_file_bytes *file, const mote_decoding *cfg, mote_arena *a,
                              mote_file_parts *out, mote_err *err);
    mote_status (*part_file)(const mote_file_bytes *file, const mote_file_part *part, mote_buf *out,
                             mote_err *err);

    /* Does a file say itself what its samples are? NULL: none does. */
    bool (*says_labels)(const mote_file_bytes *file, const mote_decoding *cfg);

    /* Names say splits: folders train and test, files X_TRAIN and X_TEST (data/layout.h). */
    bool has_split_names;

    /* Append what people see first: "6 axes (x, y, ..) at 100 Hz"; NULL: nothing to say. */
    void (*tell)(const mote_decoded *d, mote_buf *out);

    /* What was found in a sample that mote.yaml can state, as the list of that setting
     * (mote_columns_found): a new reference, NULL out of memory; and append it as its value there
     * (indented by so much). found NULL: there is no such thing. */
    json_t *(*found)(const mote_decoded *d);
    void (*write_found)(const json_t *found, size_t indent, mote_buf *out);
    const char *found_key; /* "table.columns" */

    /* Can both be in one data set? false: *why says in what `facts` of a sample that is there
     * already and d differ. NULL: always. */
    bool (*goes_with)(const char *facts, const mote_decoded *d, char *why, size_t why_bytes);

    /* Append a file that decodes to the same at less cost; nothing when the original does.
     * NULL: the original always does, or reading it again costs little more. */
    mote_status (*encode_copy)(const mote_decoded *d, mote_buf *out, mote_err *err);

    /* Append a sample as it was cut, by what its data set has beside it (mote_dataset.own), as a
     * file of the type: how a server is asked about it. NULL: its numbers are said. */
    const char *cut_type; /* "audio/wav" */
    mote_status (*encode_cut)(const void *own, const mote_shape *shape, const void *x,
                              mote_buf *out, mote_err *err);

    /* Of a data set of events in streams, what is labelled as it was recorded: how many such
     * passages there are (0: none, samples are sent), of which sample the k-th is, and its file of
     * the type, appended, with `margin` steps before and behind it, as far as they were recorded,
     * and at least as long as a sample. NULL: there are none. */
    const char *passage_type;
    size_t (*n_passages)(const void *own);
    size_t (*passage_sample)(const void *own, size_t k);
    mote_status (*encode_passage)(const void *own, const mote_shape *shape, size_t k, size_t margin,
                                  mote_buf *out, mote_err *err);

    /* What can be wrong with a sample, ended by one without an id; NULL: nothing is known. */
    const mote_trouble *troubles;

    /* What a check can measure of a whole sample; some of it against what will be cut. NULL:
     * nothing.
     */
    void (*measure)(const mote_decoded *d, const mote_cut_config *cut, mote_measured *out);

    /* Append what a check sorts samples by, "28 x 28, grey", and what that is of many: "sizes and
     * colours of pictures". NULL: nothing. */
    void (*form)(const mote_decoded *d, mote_buf *out);
    const char *forms;

    /* What stays of a sample when it is packed again, resized or made brighter: a vector of length
     * 2^14, the coarsest first, so that the distance of two says whether they are nearly the same.
     * false: there is nothing in it. NULL: nothing is known that stays. */
    bool (*print)(const mote_decoded *d, int16_t out[MOTE_KIND_PRINT]);

    /* What is cut from a decoded sample for a data set. check refuses a config (ARG); shape tells
     * the shape of one, by what is decoded, or (is_shape_told) by the config alone: it takes NULL
     * then; count how many a stretch gives (NULL: always one), but need not be asked where
     * gives_one (NULL: never) says that it is one of every stretch; cut writes the k-th. cut_of:
     * what mote.yaml asks for; sees the parts that setting `dataset` is made of; NULL: nothing of
     * it. cut_hint: the key that helps when shapes differ; NULL: none does. */
    bool is_shape_told;
    mote_cut_config (*cut_of)(const mote_project *p);
    const char *cut_hint;
    mote_status (*check_cut)(const mote_cut_config *cfg, mote_err *err);
    mote_status (*shape)(const mote_decoded *d, const mote_cut_config *cfg, mote_shape *out,
                         mote_err *err);
    size_t (*count)(const mote_piece *s, const mote_cut_config *cfg);
    bool (*gives_one)(const mote_cut_config *cfg);
    void (*cut)(const mote_piece *s, const mote_cut_config *cfg, size_t k, void *out);

    /* n_columns and columns of such samples, by what is decoded (NULL where shape takes NULL);
     * texts live in `a`. NULL: they have no names. */
    mote_status (*describe)(const mote_decoded *d, const mote_cut_config *cfg, mote_arena *a,
                            mote_sample_form *out, mote_err *err);

    /* Of a kind of which a file holds many rows, each a sample that says itself what it is: how
     * many, and what one says (NOT_FOUND, naming a column of the project that is not there); cut
     * then writes row k. NULL: what a file is, others say. */
    size_t (*n_rows)(const mote_decoded *d);
    mote_status (*say)(const mote_decoded *d, const mote_project_table *table, size_t row,
                       mote_row_said *out, mote_err *err);

    /* Shape and columns of a version that has such files, into what is known of its form already;
     * texts live in `a`. Errors of form.h. */
    mote_status (*survey)(mote_store *s, const struct mote_data_version *v,
                          const mote_cut_config *cfg, mote_arena *a, mote_sample_form *out,
                          mote_err *err);

    /* What a check finds only in all samples together, of such a kind: look at the i-th, decoded,
     * then judge what was seen of all. NULL: the general checks are all. */
    mote_status (*look)(struct mote_checker *c, size_t i, const mote_decoded *d, mote_err *err);
    mote_status (*judge)(struct mote_checker *c, mote_err *err);

    /* Load what a data set has beside its samples, and make l->n_nothing samples of nothing that is
     * asked for, at `out`. NULL: there is no such thing; a config that asks for it is refused. */
    mote_status (*load_own)(mote_loader *l, mote_err *err);
    mote_status (*make_nothing)(mote_loader *l, void *out, mote_err *err);

    const mote_kind_watch *watch; /* NULL: of its samples what the front end makes is watched */

    /* What a data set of the kind has beside its samples (mote_dataset.own), again in `a`. NULL:
     * nothing. */
    mote_status (*copy_own)(const void *own, mote_arena *a, const void **out, mote_err *err);
};

/* The row of an input; NULL while the data room has none. Static storage. */
const mote_kind *mote_kind_of(mote_input_kind input);

/* Is every stretch one sample, whatever its length? Then nothing is decoded to count them. */
static inline bool mote_kind_gives_one(const mote_kind *k, const mote_cut_config *cut)
{
    return !k->count || (k->gives_one && k->gives_one(cut));
}

/* What people call so many of its samples: "recordings", "1 picture" without the number; "rows"
 * where a file holds many. Static storage. */
const char *mote_kind_samples(const mote_kind *k, size_t n);

/* What a file is to a kind: READ it decodes; LOCKED holds, or may hold, samples that cannot be
 * read as it is, and the user is told; OTHER is nothing of it. head[0..n): its first bytes. */
typedef enum { MOTE_TAKE_READ, MOTE_TAKE_LOCKED, MOTE_TAKE_OTHER } mote_take;
mote_take mote_kind_take(const mote_kind *k, mote_filetype type, const uint8_t *head, size_t n);

/* Does the name end like that of a file of the kind (".wav" in any case)? */
bool mote_kind_has_ending(const mote_kind *k, const char *name);

/* Decode a file. *out is untouched on error. */
MOTE_MUST_USE mote_status mote_kind_decode(const mote_kind *k, const mote_file_bytes *file,
                                           const mote_decoding *cfg, mote_decoded *out,
                                           mote_err *err);
void mote_decoded_release(mote_decoded *d);

#endif
