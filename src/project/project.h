/* SPDX-License-Identifier: Apache-2.0 */
/* mote.yaml as plain structs: what the product needs, what each stage does, what must hold.
 *
 * The keys, their types, units, ranges and defaults are the table config.def; this header is where
 * the values land. A project is read once, checked whole, and never changed afterwards. Numbers are
 * in the unit that their name carries, whatever unit the file used. Depends on base; used by every
 * stage. */
#ifndef MOTE_PROJECT_PROJECT_H
#define MOTE_PROJECT_PROJECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/mem.h"
#include "base/status.h"
#include "base/text.h"

#define MOTE_PROJECT_FILE             "mote.yaml"
#define MOTE_PROJECT_MAX_BYTES        131072 /* of mote.yaml */
#define MOTE_PROJECT_MAX_PROBLEMS     20
#define MOTE_PROJECT_MAX_REQUIREMENTS 64

/* Names of the two classes that are not keywords. */
#define MOTE_CLASS_UNKNOWN "_unknown_"
#define MOTE_CLASS_SILENCE "_silence_"

/* The condition, beside the recordings as they are, that a requirement may speak of (`slice`). */
#define MOTE_SLICE_CAR_NOISE "car-noise"

/* Everything a project points to lives as long as the arena it was read into. */
typedef struct {
    const char *const *items;
    size_t n;
} mote_names;
typedef struct {
    const int32_t *items;
    size_t n;
} mote_ints;
typedef struct {
    double lo, hi;
} mote_span; /* lo <= hi */
typedef struct {
    int32_t h, w;
} mote_size2; /* time, frequency */

typedef struct {
    const char *kind;           /* "mfcc" or "logmel" */
    int32_t mels, coefficients; /* coefficients: mfcc only, <= mels */
    double window_ms, hop_ms;
    int32_t low_hz, high_hz; /* low < high <= rate / 2 */
    double pre_emphasis;
    const char *arithmetic; /* "float" or "fixed" */
} mote_project_features;

typedef struct {
    const char *architecture;  /* "ds-cnn" or "dense" */
    int32_t channels, blocks;  /* ds-cnn */
    mote_size2 kernel, stride; /* ds-cnn: first convolution */
    mote_ints block_strides;   /* ds-cnn: of each depthwise convolution; empty: all 1 */
    mote_ints hidden;          /* dense: units of each hidden layer */
    double dropout;
} mote_project_model;

typedef struct {
    int32_t epochs, batch;
    const char *optimiser; /* "adam" or "sgd" */
    double learning_rate, momentum, weight_decay;
    int32_t warm_up_epochs;
    double label_smoothing;
    const char *class_weights; /* "none" or "balanced" */
    int32_t patience;          /* epochs without progress; 0: never stop early */
    const char *refit;         /* "none" or "all" */
    int32_t refit_folds;       /* that judge when it is "all" */
    int64_t seed;
    int32_t threads; /* 0: as many as there are processors; never changes results */
    double mixup;    /* alpha of the Beta distribution; 0: off */
    double ema;      /* decay of the averaged weights; 0: off */
} mote_project_training;

typedef struct {
    double shift_ms, gain_db; /* drawn in [-x, x] */
    double noise_probability;
    mote_span noise_snr_db;
    double car_noise_probability;
    mote_span car_noise_snr_db;
    mote_span speed;           /* factor; 1..1: off */
    mote_span pitch_semitones; /* 0..0: off */
    int32_t time_masks, time_mask_frames;
    int32_t frequency_masks, frequency_mask_bins;
} mote_project_augmentation;

typedef struct {
    const char *group_pattern;      /* takes the group from a file name; "": no groups known */
    double train, validation, test; /* shares, sum 1 */
    int64_t split_seed;
    const char *builtin;                 /* "auto", "train", "on" or "off" (data/builtin.h) */
    const char *language;                /* of espeak-ng; "": by the script of the keywords */
    double unknown_ratio, silence_ratio; /* clips of these classes per clip of the mean keyword */
    int32_t min_per_class, min_groups;   /* 0: no limit */
    double min_clip_s;                   /* shorter recordings are reported; 0: no limit */
    double min_total_s;                  /* speech in all; 0: no limit */
    double max_clipping;                 /* share of recordings that may clip */
    double coverage; /* share of (keyword, group) pairs that must have a sample */
} mote_project_data;

typedef struct {
    mote_names purposes;    /* consent purposes that allow an input to be kept */
    int32_t retention_days; /* 0: nothing is kept */
    bool log_inputs, log_outputs;
    int64_t max_log_bytes; /* of the prediction log; 0: no bound */
    const char *key_file;  /* of its master secret; "": in the store */
} mote_project_consent;

typedef struct {
    bool is_given; /* false: no money was stated, value_per_day is unknown */
    const char *currency;
    double true_accept, false_accept, false_reject; /* gain of one event; losses are negative */
    double volume_per_day;                          /* keywords spoken to it */
    double listening_hours_per_day;
} mote_project_value;

typedef struct {
    const char *target; /* "cortex-m4f", ... */
    double clock_mhz;
    double energy_pj_per_instruction; /* energy model; 0: none, energy stays unknown */
    int64_t ram_bytes, flash_bytes;   /* budget; 0: no limit, here and below */
    int64_t stack_bytes;
    double latency_ms, inferences_per_second, energy_uj;
} mote_project_device;

typedef struct {
    double smoothing_ms;               /* mean of the probabilities over this time */
    double suppression_ms;             /* after a detection nothing is reported for this time */
    double hop_ms;                     /* between two inferences on a stream */
    double tolerance_ms;               /* how far from the word a detection may be */
    double max_false_accepts_per_hour; /* limit for the operating point when no value is given */
    double hours;                      /* length of the test stream */
    mote_span noise_snr_db;            /* of the words in the stream's noise */
} mote_project_stream;

typedef struct {
    int32_t port;
    int64_t max_body_bytes;
    int32_t max_clients;
    int32_t max_clients_per_address; /* 0: seven eighths of max_clients */
    mote_names hosts;                /* names by which changing routes are reached */
    mote_names origins;              /* of pages that may read answers; empty: CORS is off */
    double deadline_ms;
} mote_project_serving;

typedef struct {
    int32_t window;          /* predictions compared at a time */
    int32_t min_predictions; /* fewer: no statement */
    double false_alarm;      /* probability that a window without drift raises any alert */
} mote_project_monitor;

typedef struct {
    bool on_drift;
    int32_t new_samples, every_days; /* 0: never */
    double beat_by;                  /* challenger's gain in accuracy where the champion is weak */
    double clean_at_least;           /* least accuracy on the test split; 0: no limit */
    double clean_loss_at_most;       /* accuracy it may lose there against the champion */
} mote_project_schedule;

/* ---- requirements ---- */

typedef enum {
#define METRIC(id, unit, better, nature, places, lo, hi, doc) MOTE_METRIC_##id,
#include "project/metrics.def"
#undef METRIC
    MOTE_N_METRICS
} mote_metric;

/* Where a number is measured. Flags, so that metrics.def can say where a metric exists. */
typedef enum {
    MOTE_AT_TEST = 1u << 0,   /* the test split */
    MOTE_AT_STREAM = 1u << 1, /* test clips in a long stream of noise */
    MOTE_AT_DEVICE = 1u << 2, /* the emulated device */
    MOTE_AT_SERVING = 1u << 3 /* the inference server */
} mote_place;

typedef struct {
    const char *id; /* "accuracy@test", unique: key of measurement and verdict */
    mote_metric metric;
    bool is_at_least; /* else at most */
    double limit;     /* in the metric's unit */
    mote_place where;
    const char *target;   /* where = device: which; else "" */
    const char *slice;    /* "" all; a condition such as "car-noise" */
    double confidence;    /* 0: the point estimate decides; else the interval bound */
    int32_t line, column; /* in mote.yaml; of the device budget if it came from there */
    bool is_implied;      /* states the device budget again */
} mote_requirement;

typedef struct {
    int32_t version; /* of the file's keys: 1 */
    const char *name;
    const char *task; /* "keyword" */
    mote_names keywords;
    bool unknown, silence; /* whether those classes exist */
    mote_names classes;    /* derived: keywords in order, then _unknown_, _silence_ */
    double clip_ms;
    int32_t rate_hz;
    mote_project_data data;
    mote_project_features features;
    mote_project_model model;
    mote_project_training training;
    mote_project_augmentation augmentation;
    mote_project_stream stream;
    mote_project_value value;
    mote_project_device device;
    mote_project_consent consent;
    mote_project_serving serving;
    mote_project_monitor monitor;
    mote_project_schedule schedule;
    mote_requirement *requirements; /* as written, then those that the device budget implies */
    size_t n_requirements;
    const char *dir; /* folder of mote.yaml; "" when parsed from memory */
} mote_project;

/* One complaint about the file. `text` is complete: "mote.yaml:12:5: unknown key ...". */
typedef struct {
    int32_t line, column; /* from 1 */
    char text[512];
} mote_project_problem;

typedef struct {
    mote_project_problem items[MOTE_PROJECT_MAX_PROBLEMS]; /* in the order of the file */
    size_t n;
    size_t n_more; /* found, but no room */
} mote_project_problems;

/* Read text[0..n). `what` names it in complaints. *out lives as long as `a` (64 kB are plenty for a
 * usual file; 4 MB always suffice). All complaints are put in `problems` (NULL allowed); `err` has
 * the first one and how many more there are.
 *
 * Errors:  PARSE  the file is not as config.def says; see problems
 *          LIMIT  it is longer than MOTE_PROJECT_MAX_BYTES
 *          NOMEM  `a` is full */
MOTE_MUST_USE mote_status mote_project_parse(const char *what, const char *text, size_t n,
                                             mote_arena *a, mote_project **out,
                                             mote_project_problems *problems, mote_err *err);

/* The same from `dir`/mote.yaml. Also NOT_FOUND and what reading a file can give. */
MOTE_MUST_USE mote_status mote_project_load(const char *dir, mote_arena *a, mote_project **out,
                                            mote_project_problems *problems, mote_err *err);

/* The nearest folder from `start` upwards that holds mote.yaml, as an absolute path in `a`.
 * NOT_FOUND says where it looked and names 'mote init'. */
MOTE_MUST_USE mote_status mote_project_find(const char *start, mote_arena *a, char **dir,
                                            mote_err *err);

/* Append the canonical JSON of one section: all its keys with their values in effect, defaults
 * included, so that equal settings give equal bytes however the file was written. Sections: "task"
 * (task, keywords, unknown, silence, clip_ms, rate_hz), "project" (mote, name), and the blocks of
 * mote.yaml: "data", "features", ... "requirements". NOT_FOUND for other names. */
MOTE_MUST_USE mote_status mote_project_section_json(const mote_project *p, const char *section,
                                                    mote_buf *out, mote_err *err);

/* SHA-256 of that JSON: a stage runs again when the hash of a section it reads has changed.
 * `training` without `threads`, which cannot change a result. */
MOTE_MUST_USE mote_status mote_project_section_hash(const mote_project *p, const char *section,
                                                    mote_sha256 *out, mote_err *err);

/* The names accepted above, in the order of the file; *n of them. Static storage. */
const char *const *mote_project_sections(size_t *n);

#endif
