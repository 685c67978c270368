/* SPDX-License-Identifier: Apache-2.0 */
/* The two rates that whoever answers to labels is judged by, of samples one by one: misses (samples
 * of a label that are not called by it) and false accepts (samples of other labels that are called
 * by one that is asked for), each with its interval over whom it depends on; and what they promise
 * of another folder.
 *
 * There are two questions, and two intervals:
 *   everybody   the rate itself, of all the people who might ever come: what a requirement limits
 *   the next    what so many other people will show: wider, because they are few; what another
 *               folder is held against
 * A false accept depends on who speaks, and on which other word it is. Whichever of the two gives
 * the wider interval is taken, and said.
 *
 * Depends on evaluate/share.h. Used by the evaluate stage, elsewhere.h and cli/. */
#ifndef MOTE_PIPELINE_RATES_H
#define MOTE_PIPELINE_RATES_H

#include "base/json.h"
#include "data/dataset.h"
#include "evaluate/answer.h"
#include "evaluate/share.h"
#include "pipeline/settings.h"

typedef enum { MOTE_RATE_MISSES, MOTE_RATE_ACCEPTS, MOTE_N_RATES } mote_rate_id;

/* How alike the samples of an other label are in being taken for one that is asked for: more than
 * those of a person, since it sounds like one or does not. bench/coverage.py saw 0.04 to 0.7. */
#define MOTE_RATE_LABELS_ALIKE 0.2

/* Sums over groups, and over labels (of false accepts; of misses all 0). */
typedef struct {
    mote_share groups, labels;
} mote_rate;
typedef struct {
    mote_rate of[MOTE_N_RATES];
    const char *group; /* what a group is, in one word; borrowed */
} mote_rates;

/* Of what was said of the samples of `d`, whose answers `x` are: the class that is said is the most
 * probable one. Without samples of a rate its sums are 0. NOMEM. Scratch of `a` is rewound. */
MOTE_MUST_USE mote_status mote_rates_of(const mote_answers *x, const mote_dataset *d,
                                        const mote_task_setting *task, mote_arena *a,
                                        mote_rates *out, mote_err *err);

/* The rate of everybody: over groups or over labels, whichever is wider (*over_labels). */
mote_interval mote_rate_interval(const mote_rate *r, double confidence, bool *over_labels);

/* Of everybody, with the sums that `mote_rates_promised` reads, each that has samples:
 *   {"misses": {"rate": interval, "n", "counted", "over": "speaker", "groups", "sums": {..}}, ..}
 * A new reference owned by the caller; NULL where there are no rates, which is no error. */
MOTE_MUST_USE mote_status mote_rates_to_json(const mote_rates *r, double confidence, json_t **out,
                                             mote_err *err);

/* What the rates of a test ("rates" as above) promise of samples like those of `here`, beside what
 * these show: an array of {"metric", "promised": interval of the next, "here", "holds", "text"}.
 * Holds: what is shown is not worse than the interval's worse end. A new reference. PARSE. */
MOTE_MUST_USE mote_status mote_rates_promised(const json_t *rates, const mote_rates *here,
                                              double confidence, json_t **out, mote_err *err);

/* One line: "misses 8.2 % (4.0 to 15.9) of 97 by 40 speakers; false accepts ..". Nothing for NULL.
 */
MOTE_MUST_USE mote_status mote_rates_tell(const json_t *rates, mote_buf *out, mote_err *err);

#endif
