/* SPDX-License-Identifier: Apache-2.0 */
/* Training: epochs of batches, validation, the best weights, checkpoints.
 *
 * A run is a function of (graph, source, validation set, settings): the same bytes on any number
 * of threads, any instruction set, gcc or clang, and whether or not it was stopped and resumed.
 *
 * Depends on net.h, optim.h, schedule.h, source.h, checkpoint.h. Used by pipeline/ and cli/. */
#ifndef MOTE_LEARN_TRAINER_H
#define MOTE_LEARN_TRAINER_H

#include "graph/graph.h"
#include "learn/average.h"
#include "learn/loss.h"
#include "learn/optim.h"
#include "learn/schedule.h"
#include "learn/source.h"

#define MOTE_TRAIN_MAX_EPOCHS 100000

/* Which state is the result: with a validation set the epoch with the least loss there, or, of
 * classes, the highest accuracy (the lesser loss among equals); without one, or with LAST, the last
 * epoch. */
typedef enum {
    MOTE_KEEP_LEAST_LOSS = 0,
    MOTE_KEEP_MOST_ACCURATE = 1,
    MOTE_KEEP_LAST = 2
} mote_train_keep;

typedef struct {
    int32_t n_epochs;   /* 1..MOTE_TRAIN_MAX_EPOCHS; more where min_steps asks for them */
    int32_t min_steps;  /* >= 0: least steps of the optimiser, see mote_train_lengthen; 0: any */
    int32_t batch_size; /* 1..65536; an epoch is cut evenly into ceil(n / batch) batches */
    uint64_t seed;      /* order of samples, dropout, mixup; passed to the source */
    mote_loss loss;     /* all zero: softmax; others train on values */
    mote_optim_config optim;
    mote_schedule_kind schedule;
    double rate;                /* peak learning rate, > 0 */
    double final_rate_fraction; /* [0, 1] */
    double warmup_epochs;       /* >= 0 */
    float label_smoothing;      /* [0, 1) */
    float mixup_alpha;          /* [0, 100]; 0: none */
    const float *class_weights; /* [classes], >= 0, one above 0; or NULL: all 1 */
    mote_average average;       /* what is judged, chosen and given is a mean; all zero: none */
    float norm_momentum;        /* of the running statistics; 0: 0.1 */
    mote_train_keep keep;
    int32_t patience;            /* stop after this many epochs without a better one; 0: never */
    const char *checkpoint_path; /* written after each epoch, read at the start; NULL: none */
    int32_t checkpoint_every;    /* epochs; 0: 1. The last epoch is always written */
    const char *identity; /* names the data: a checkpoint made with another is refused; NULL: "" */
    mote_simd simd;
    size_t limit_bytes;      /* memory; 0: 4 GB */
    int64_t (*now_us)(void); /* monotonic clock for rate and time left; NULL: they stay 0 */
} mote_train_config;

/* 30 epochs of batches of 32, Adam at 0.001 with cosine, 1 epoch of warm-up, least loss. */
void mote_train_default(mote_train_config *c);

/* At least so many epochs: warm-up and patience grow in the same proportion, so that the course of
 * the rate is the same one, laid over the whole length. A config that is long enough stays as it
 * is. mote_train does it where n_epochs of a small set are fewer than min_steps steps. */
void mote_train_lengthen(mote_train_config *c, int32_t least_epochs);

/* One finished epoch. Losses of training are the means over its batches, as trained (augmented,
 * smoothed); those of validation are plain, NaN without a validation set; accuracies of values are
 * 0. */
typedef struct {
    double train_loss, train_accuracy, val_loss, val_accuracy, rate;
} mote_epoch;

typedef struct {
    int32_t epoch, n_epochs; /* epoch in hand, from 0 */
    int32_t step, n_steps;   /* batches done in it */
    bool epoch_done;         /* then `last` is this epoch's */
    double loss, accuracy;   /* of training, mean over the epoch so far */
    double rate;             /* learning rate of the last step */
    mote_epoch last;         /* the epoch that was finished last; NaN before the first */
    bool is_best;            /* epoch_done: the best so far */
    int32_t best_epoch;      /* -1: none yet */
    double samples_per_s;    /* since this call began; 0: not known */
    double waiting_share;    /* of the same time, in which the net stood still because the source or
                              * the validation set were at work; 0: not known */
    int64_t left_us;         /* at that rate, to the last epoch; 0: not known */
    /* Of several trainings that make one model, each of which tells its own epochs above: */
    int32_t member, n_members; /* one of an ensemble, from 1; 0: not of one, or whom it teaches */
    double before, share;      /* of all their work: done before this one, and this one's; 0, 0: it
                                * is all */
} mote_train_progress;

/* How far all of it is, in [0, 1]. */
double mote_train_done(const mote_train_progress *p);

/* Called after every step. False: stop, as if cancelled. */
typedef bool mote_train_report(void *arg, const mote_train_progress *p);

/* Whom a training runs for: the threads it may use, who hears of it and who can stop it. Changes no
 * byte of the result. All borrowed; all zero: this thread alone, and nobody. */
typedef struct {
    mote_pool *pool;           /* NULL: this thread alone */
    const mote_cancel *cancel; /* NULL: never */
    mote_train_report *report; /* NULL: nobody asks */
    /* A checkpoint that cannot be used (damaged, of another run) is removed, the reason told to
     * this, and the run begins at the beginning; NULL: it is an error. */
    void (*bad_checkpoint)(void *arg, const char *why);
    void *arg; /* of report and bad_checkpoint */
} mote_train_host;

/* A training to be done: what it is a function of, beside the graph, and its host. Borrowed. */
typedef struct {
    const mote_train_config *config;
    const mote_batch_source *source;
    const mote_train_set *validation; /* NULL or empty: none */
    mote_train_host host;
} mote_train_job;

typedef struct {
    int32_t n_epochs;   /* finished, with those before a resume */
    int32_t best_epoch; /* whose state is the result, from 0 */
    bool stopped_early; /* patience ran out */
    bool resumed;
    double samples_per_s, waiting_share; /* of the last call, as in mote_train_progress */
    mote_epoch *history;                 /* [n_epochs], in the arena */
} mote_train_result;

/* Train `g` in place: on success its constants are those of the result. With a checkpoint there,
 * `g` must be as it was when the run began (built from the same seed); the run goes on from it.
 *
 *   arena   for result->history
 *
 * Errors: ARG a setting is out of range; RANGE a label or target; UNSUPPORTED the graph cannot be
 * trained; CONFLICT the checkpoint belongs to another run (other graph, settings or identity);
 * CORRUPT it is damaged; CANCELLED (the last checkpoint stays: call again to go on); UNMET the loss
 * is not a number any more; what the source returns. On error `g` and result are untouched. */
MOTE_MUST_USE mote_status mote_train(mote_graph *g, const mote_train_job *job, mote_arena *arena,
                                     mote_train_result *result, mote_err *err);

#endif
