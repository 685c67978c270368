/* SPDX-License-Identifier: Apache-2.0 */
/* From an input of any length to one answer, by a model that takes windows of a fixed length.
 *
 * Two things are said, and they are not the same:
 *
 *   label, probabilities   what one window is taken for, for people and for the monitor: its
 *                          probabilities at the model's temperature
 *   detections             what the device would say, bit for bit: smoothed raw outputs, thresholds
 *                          and suppression, model/hear.h. "Detected" is called nothing else
 *
 * Labels with a threshold are those that are detected; a model without thresholds answers with its
 * surest window. Only the window of the answer is told to the log: one request is one prediction.
 * The observer is told of the windows that training would have cut (mote_infer_told), since those
 * are what it compares with. How an input is read is its row's affair, serve/intake.h.
 *
 * Depends on serve/infer.h. Used by web/api_classify.c, cli/cmd_predict.c. */
#ifndef MOTE_SERVE_CLASSIFY_H
#define MOTE_SERVE_CLASSIFY_H

#include "base/file.h"
#include "base/mem.h"
#include "base/text.h"
#include "serve/infer.h"

typedef struct {
    int64_t start;              /* first sample of the window; negative when padded */
    int32_t class_id;           /* the most probable label; 0 of other answers */
    const float *probabilities; /* [n_labels]; NULL: not of classes */
    const float *values;        /* [n_numbers]; NULL: not of values */
    float score;                /* of anomalies */
    bool is_anomaly;
} mote_classify_window;

/* An alarm of a model that scores windows: what goes on is one. Samples count from the first. */
typedef struct {
    int64_t start; /* of the window that it begins with */
    int64_t at;    /* end of that window: when it is said */
    int64_t end;   /* of the last window that is an anomaly */
    float score;   /* the highest */
} mote_classify_alarm;

/* Lives in the arena given. */
typedef struct {
    mote_classify_window best;
    const mote_classify_window *windows; /* [n_windows], in time: those inside, model/hear.h */
    size_t n_windows;
    bool is_of_windows; /* each window is worth telling by itself: what was asked about is longer */
    bool is_of_rows;    /* each window is a row with an answer of its own; best is the first */
    const char *wrong; /* with the input, in words: "gap: 2 gaps"; NULL: nothing that is known of */
    bool is_label_only;           /* detections were not looked for: nothing is known of them */
    const mote_heard *detections; /* [n_detections], in time */
    size_t n_detections;
    const mote_classify_alarm *alarms; /* [n_alarms] of scores, in time; of rows none */
    size_t n_alarms;
    size_t n_run; /* runs of the network that it took */
    int64_t infer_ns;
} mote_classification;

/* A question: a file to a model, and how the client wants it answered. All borrowed. */
typedef struct {
    const mote_served *s;        /* the model: of find or first on the thread that answers */
    mote_file_bytes file;        /* of any length, as it came */
    bool may_convert;            /* a rate other than the model's may be converted */
    bool from_strangers;         /* only formats that are safe for that */
    int64_t max_ms;              /* of what runs in time; 0: any */
    bool is_label_only;          /* spare the runs that only detections need */
    const char *request_id;      /* NULL: none */
    const mote_consent *consent; /* NULL: none */
} mote_asked;

/* The file as the model's row reads it (serve/intake.h). ARG, SHAPE, UNSUPPORTED, CORRUPT, LIMIT
 * and what decoding gives. */
MOTE_MUST_USE mote_status mote_classify(mote_infer *t, const mote_asked *asked, mote_arena *a,
                                        mote_classification *out, mote_err *err);

/* One sample as a tensor, as the same kind of answer: one window that is all of it. A tensor has no
 * time and no neighbours to smooth over: detected is a raw output at or above its threshold. */
MOTE_MUST_USE mote_status mote_classify_tensor(mote_infer *t, const mote_served *s,
                                               const mote_infer_input *in, mote_arena *a,
                                               mote_classification *out, mote_err *err);

/* A prediction of the window that begins at `start`, kept in `a`. */
MOTE_MUST_USE mote_status mote_classify_keep(const mote_served *s, const mote_prediction *p,
                                             int64_t start, mote_arena *a,
                                             mote_classify_window *out, mote_err *err);

/* The windows inside of what was heard, into out[h->n_inside]; times count from `zero`. */
MOTE_MUST_USE mote_status mote_classify_heard(const mote_served *s, const mote_hearing *h,
                                              int64_t zero, mote_arena *a,
                                              mote_classify_window *out, mote_err *err);

/* The alarms of the windows of one stretch, in time and mote_alarm_hop apart, appended to out
 * [*n_alarms], which has room for one more a window. None of windows without scores. NOMEM. */
typedef struct {
    const mote_classify_window *windows;
    size_t n;
} mote_classify_stretch;
MOTE_MUST_USE mote_status mote_classify_alarms(const mote_served *s, const mote_classify_stretch *x,
                                               mote_arena *a, mote_classify_alarm *out,
                                               size_t *n_alarms, mote_err *err);

/* How much a window of classes speaks for a label that reacts; where none does, for any. */
float mote_classify_speaks(const mote_served *s, const float *probabilities);

/* Append the answer as JSON, with "wrong" where something is wrong with the input: {"label",
 * "probabilities": {..}, "start_ms", "detected", "detections":
 * [{"label", "at_ms", "score"}..], "model": {"name", "version"}, "n_windows", "latency_us"}; of
 * values
 * {"values": {..}, "intervals": {name: [lo, hi]}, "level"} where the model says how far the truth
 * lies; score
 * is the smoothed probability and at_ms when the device says it, of windows also from_ms, where the
 * window begins that completed it; of scores a detection is an alarm, {"from_ms", "at_ms", "to_ms",
 * "score"}, score the highest of its windows and to_ms the end of the last one; with
 * is_label_only, and of a model that nothing is detected by (no threshold, values), "detected" is
 * null and there are no "detections"; all_windows adds
 * "windows". Several rows of a table are
 * {"rows": [{"label", "probabilities"}..], "model", "n_rows", "latency_us"}. One text for the HTTP
 * interface and the command line. */
void mote_classify_json(const mote_served *s, const mote_classification *c, bool all_windows,
                        int64_t latency_us, mote_buf *out);

#endif
