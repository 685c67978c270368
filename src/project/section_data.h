/* SPDX-License-Identifier: Apache-2.0 */
/* Section `data` of mote.yaml: where samples come from, how they are split, what must be there. The
 * keys are those of config.def. */
#ifndef MOTE_PROJECT_SECTION_DATA_H
#define MOTE_PROJECT_SECTION_DATA_H

#include <stdint.h>

#include "project/setting_types.h"

typedef struct {
    const char *group_pattern;      /* takes the group from a file name; "": no groups known */
    double train, validation, test; /* shares, sum 1 */
    const char *split_by;           /* "groups" or "time" */
    int64_t split_seed;
    const char *label_from;      /* "", "folder", "column:NAME" or a pattern (data/pattern.h) */
    double rate_hz;              /* of series; 0: that of the recordings */
    double window_ms, stride_ms; /* of series; 0: the whole recording; 0: as long as a window */
    const char *time_column;     /* of series; "": found; "none": there is none */
    const char *group_column;    /* of series; "": none */
    const char *time_unit;       /* "auto", "s", "ms", "us" or "ns" */
    mote_names axes;             /* of series; none: every column of numbers that may be one */
    const char *builtin;         /* "auto", "train", "on" or "off" (data/builtin.h) */
    int32_t few_words;           /* different other words: fewer are few; 0: not counted */
    const char *spoken;          /* "off", "auto", "train" or "on" (data/builtin.h) */
    const char *language;        /* of espeak-ng; "": by the script of the keywords */
    double unknown_ratio, silence_ratio; /* clips of these classes per clip of the mean keyword */
    int32_t min_per_class, min_groups;   /* 0: no limit */
    double min_clip_s;                   /* shorter recordings are reported; 0: no limit */
    double min_total_s;                  /* speech in all; 0: no limit */
    double max_clipping;                 /* share of recordings that may clip */
    double coverage; /* share of (keyword, group) pairs that must have a sample */
} mote_project_data;

#endif
