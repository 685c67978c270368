/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of mote.yaml: what somebody reads of it, named, so that nothing else can be read.
 *
 * A part is a section ("training"; "task" and "project" hold the keys at the top), a block in one
 * ("data.splits") or one key ("data.split_seed", "rate_hz"). Depends on project.h and schema.h.
 * Used by the pipeline, whose stages depend on exactly the parts that they can read. */
#ifndef MOTE_PROJECT_PART_H
#define MOTE_PROJECT_PART_H

#include "base/json.h"
#include "project/project.h"
#include "project/schema.h"

/* Does the key of this row belong to the part? False for the rows of sections and of entries of
 * `requirements`, which is a part as a whole. */
bool mote_part_holds(const char *part, const mote_schema_row *row);

/* *out becomes `all` with nothing in it but these parts, and what follows from them: `classes` from
 * the three keys that make it, `value.is_given`, the list of requirements. Every other field is
 * poisoned, so that reading it shows at once: numbers are NaN or the least there is, pointers NULL,
 * counts SIZE_MAX, flags false. Points into `all`. `dir`, a place and no setting, is kept. */
void mote_project_view(const mote_project *all, const char *const *parts, size_t n,
                       mote_project *out);

/* Readers outside the stages: READ_BY of config.def. */
typedef enum {
    MOTE_READER_import,  /* mote data add */
    MOTE_READER_threads, /* every command that computes */
    MOTE_READER_server,  /* mote serve */
    MOTE_READER_monitor, /* mote serve, mote monitor, mote report */
    MOTE_READER_retrain, /* the engine of the pipeline, mote status */
    MOTE_READER_scope,   /* mote scope, mote status */
    MOTE_N_READERS
} mote_reader_id;

/* The view of a reader: the parts that config.def says it reads. */
void mote_reader_view(const mote_project *all, mote_reader_id reader, mote_project *out);

/* Does a reader read the key of this row? */
/* lint: unused_exports: a test looks whether a reader sees what config.def says */
bool mote_reader_reads(mote_reader_id reader, const mote_schema_row *row);

/* The parts as one canonical JSON object by section: {"data":{"split_seed":0},"training":{..}}, as
 * mote_project_section_json writes each, without training.threads. New reference owned by the
 * caller. NOT_FOUND for a part without a key. */
MOTE_MUST_USE mote_status mote_project_parts_json(const mote_project *p, const char *const *parts,
                                                  size_t n, json_t **out, mote_err *err);

/* Does the part hold a key of the project's task that says something? One of another task means
 * nothing to it, and one that came later says at its preset what held before: such parts are in no
 * key of a stage, so that what is gained makes nothing stale. */
bool mote_project_has_part(const mote_project *p, const char *part);

/* SHA-256 of that JSON of one part. */
MOTE_MUST_USE mote_status mote_project_part_hash(const mote_project *p, const char *part,
                                                 mote_sha256 *out, mote_err *err);

#endif
