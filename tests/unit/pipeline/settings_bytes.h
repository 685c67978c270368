/* SPDX-License-Identifier: Apache-2.0 */
/* What a setting hands on, and what a reader reads of mote.yaml, as bytes: equal hashes, equal
 * settings. For test_settings.c. */
#ifndef MOTE_TEST_SETTINGS_BYTES_H
#define MOTE_TEST_SETTINGS_BYTES_H

#include "base/hash.h"
#include "base/text.h"
#include "pipeline/settings.h"
#include "project/project.h"
#include "project/part.h"

/* Of what was written; the buffer must be whole. */
mote_sha256 settings_digest(const mote_buf *b);

/* One setting, made of a project. */
mote_sha256 settings_handed_on(mote_setting_id id, const mote_project *p);

/* What a reader outside the stages takes from a project. */
mote_sha256 settings_read_by(mote_reader_id reader, const mote_project *p);

#endif
