/* SPDX-License-Identifier: Apache-2.0 */
/* The part of measure_main.c that belongs to detections.h: one step of the detector alone. */
#ifndef MEASURE_DETECTIONS_H
#define MEASURE_DETECTIONS_H

#include "detections.h"

static detections_state state;
static uint32_t detections;

static void run_detector(void *arg)
{
    detections_event event;
    detections += (uint32_t)detections_detect(&state, arg, &event);
}

static void layer_sample(int to)
{
    (void)to;
}

/* One hop more: on the output that is in the arena. */
static void layer_end(int8_t *output)
{
    detections_init(&state);
    uint32_t detector = 0;
    for (int i = 0; i < 100; i++)
        detector = larger(detector, measure(run_detector, output).ticks);
    print("post", detector);
    print("detections", detections);
}

#endif
