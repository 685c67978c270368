/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the report share. What is shown comes from the outputs of stages, as JSON; a
 * member that an older Mote did not write is a dash: a dash is unknown, 0 is zero. */
#ifndef MOTE_WEB_REPORT_INTERNAL_H
#define MOTE_WEB_REPORT_INTERNAL_H

#include "base/interval.h"
#include "project/quantity.h"
#include "project/verdict.h"
#include "web/chart.h"
#include "web/report.h"

extern const char mote_report_css[]; /* report.css, embedded */

/* ---- reading ---- */

const json_t *report_output(const mote_lap *lap, mote_stage_id s);
const mote_lap *report_last(const mote_report *r);
const mote_lap *report_before(const mote_report *r); /* NULL: there is one version only */
/* Along a path of members "a/b/c": NULL, NaN or "" when it is not there. */
const json_t *report_member(const json_t *j, const char *path);
double report_number(const json_t *j, const char *path);
const char *report_text(const json_t *j, const char *path);
mote_interval report_interval(const json_t *j, const char *path);
/* "car/2" */
void report_version(const mote_lap *lap, mote_buf *out);

/* ---- words ---- */

void report_value(double x, mote_unit unit, const char *currency, mote_buf *out);
/* A difference: of shares in points. */
void report_change(double x, mote_unit unit, const char *currency, mote_buf *out);
/* With a capital and a full stop. */
void report_sentence(const char *text, mote_buf *out);
/* <b>96.4 %</b><span>92.8 to 98.3, n 196</span>; NaN is a dash. n < 0: not counted. */
void report_metric(mote_interval x, mote_unit unit, const char *currency, int64_t n, mote_buf *out);
void report_chip(mote_verdict_kind kind, mote_buf *out);
/* The metric of a requirement's id, and its plain name ("words missed"). */
mote_metric report_metric_of(const char *requirement);
const char *report_plain_name(mote_metric m, const char *requirement);
/* A part of the page: id, title, question. End it with report_end. */
void report_begin(mote_buf *out, const char *id, const char *title, const char *question);
void report_end(mote_buf *out);
/* "feature_8" in words. */
void report_watched(const mote_frontend *features, const char *name, mote_value_words *out);

/* ---- misses against false accepts an hour ---- */

/* Limits are NaN where there are none. */
typedef struct {
    const mote_series *series; /* [n] */
    size_t n;
    double missed, asked; /* limits of the share missed, and of false accepts an hour */
    bool is_of_words;
} report_curve;

/* A curve as evaluate/stream.h writes it, and on it the point that works; lives as long as `a`. */
MOTE_MUST_USE mote_status report_curve_series(const char *name, const json_t *point,
                                              const json_t *curve, mote_arena *a, mote_series *out,
                                              mote_err *err);
void report_curve_chart(const report_curve *c, mote_buf *out);

/* ---- misses and false accepts, for everybody and for other people ---- */

/* A sentence of the rates of each condition that has them, as `mote evaluate` says it
 * (pipeline/rates.h). PARSE: they are none. */
mote_status report_rates(const json_t *conditions, mote_buf *out, mote_err *err);
/* What a folder was promised, and whether it was kept: a sentence each; nothing for NULL. */
void report_promised(const json_t *promised, mote_buf *out);

/* ---- parts, in the order of the page ---- */

void report_answers(const mote_report *r, mote_buf *out);
mote_status report_changes(const mote_report *r, mote_buf *out, mote_err *err);
void report_requirements(const mote_report *r, mote_buf *out);
mote_status report_in_use(const mote_report *r, mote_arena *a, mote_buf *out, mote_err *err);
mote_status report_sounds(const mote_report *r, mote_arena *a, mote_buf *out, mote_err *err);
void report_figures(const mote_report *r, mote_buf *out);
void report_confusion(const mote_report *r, mote_buf *out);
mote_status report_position(const mote_report *r, mote_arena *a, mote_buf *out, mote_err *err);
mote_status report_stream(const mote_report *r, mote_arena *a, mote_buf *out, mote_err *err);
mote_status report_outside(const mote_report *r, mote_arena *a, mote_buf *out, mote_err *err);
/* The cards of it, for a page of their own: kept as mote_outside_kept gives it. */
mote_status report_outside_list(const json_t *kept, mote_arena *a, mote_buf *out, mote_err *err);
mote_status report_training(const mote_report *r, mote_arena *a, mote_buf *out, mote_err *err);
void report_made(const mote_report *r, mote_buf *out);

#endif
