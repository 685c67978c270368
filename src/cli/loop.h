/* SPDX-License-Identifier: Apache-2.0 */
/* What the commands of the loop share: a pipeline with a progress bar, and showing requirements. */
#ifndef MOTE_CLI_LOOP_H
#define MOTE_CLI_LOOP_H

#include "cli/cli.h"
#include "data/waiting.h"
#include "pipeline/pipeline.h"
#include "project/verdict.h"

/* Open the project's pipeline; progress of stages goes to a bar in `bar`, which outlives it. */
typedef struct {
    mote_cli *cli;
    mote_progress progress;
    mote_stage_id stage;
    bool is_open;
} mote_loop_bar;
/* What a pipeline, or whoever looks at one, needs of this command. */
mote_pipeline_config mote_loop_config(mote_cli *cli, mote_loop_bar *bar);
MOTE_MUST_USE mote_status mote_loop_open(mote_cli *cli, mote_loop_bar *bar, mote_pipeline **out,
                                         mote_err *err);
void mote_loop_bar_end(mote_loop_bar *bar);

/* Run up to `last` and end the bar. */
MOTE_MUST_USE mote_status mote_loop_run(mote_pipeline *p, mote_loop_bar *bar, mote_stage_id last,
                                        bool force, mote_err *err);

/* What the data of the last version cannot show ("missing") and what would help ("advice"): the
 * facts of the data stage (data/facts.h), borrowed from p; NULL when that stage is not fresh. */
MOTE_MUST_USE mote_status mote_loop_facts(mote_pipeline *p, const json_t **out, mote_err *err);
/* As a block of lines; nothing when nothing is missing, or facts is NULL. */
void mote_loop_say_facts(mote_cli *cli, const json_t *facts);
/* What waits for the next version of the data, and what is missing (waiting.c); has_facts: the
 * latest version is what there is, and mote_loop_say_facts says what it lacks. */
void mote_loop_say_data(mote_cli *cli, const mote_data_waiting *w, bool has_facts);
/* The lines of the verdicts, and below them the remarks (NULL: none). */
void mote_loop_say_verdicts(mote_cli *cli, const mote_verdicts *all, const json_t *remarks);

#endif
