/* SPDX-License-Identifier: Apache-2.0 */
/* The part of measure_main.c that belongs to keyword.h: one step of the detector alone. */
#ifndef MEASURE_KEYWORD_H
#define MEASURE_KEYWORD_H

#include "keyword.h"

static keyword_state keyword;
static uint32_t detections;

static void run_detector(void *arg)
{
    keyword_event event;
    detections += (uint32_t)keyword_detect(&keyword, arg, &event);
}

static void layer_sample(int to)
{
    (void)to;
}

/* One hop more: on the output that is in the arena. */
static void layer_end(int8_t *output)
{
    keyword_init(&keyword);
    uint32_t detector = 0;
    for (int i = 0; i < 100; i++)
        detector = larger(detector, measure(run_detector, output).ticks);
    print("post", detector);
    print("detections", detections);
}

#endif
