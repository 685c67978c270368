/* SPDX-License-Identifier: Apache-2.0 */
/* The part of measure_main.c that belongs to classes.h, values.h or anomaly.h, MEASURE_HEADER,
 * whose names begin with MEASURE_NAME: what the whole way from a sample says, and the cost of its
 * last step. Written behind the network's output: the numbers, the ends of their intervals where
 * there are some, then the verdict where there is one.
 */
#ifndef MEASURE_ANSWER_H
#define MEASURE_ANSWER_H

#include MEASURE_HEADER

#define PASTE(a, b)    a##_##b
#define NAMED(name, b) PASTE(name, b)
#define OWN(b)         NAMED(MEASURE_NAME, b)

static OWN(memory) layer_memory;
#ifdef MEASURE_INTERVAL
static float said[3 * MEASURE_OUTPUTS]; /* and lower and upper ends */
#define BOUND() OWN(interval)(said, said + MEASURE_OUTPUTS, said + 2 * MEASURE_OUTPUTS)
#else
static float said[MEASURE_OUTPUTS];
#define BOUND() (void)0
#endif
static int32_t verdict;
static uint32_t post;

#ifdef MEASURE_VERDICT
#define KEEP verdict =
#else
#define KEEP
#endif

static void run_answer(void *arg)
{
    (void)arg;
    KEEP OWN(answer)(&layer_memory, said);
}

static void layer_sample(int to)
{
    post = larger(post, measure(run_answer, NULL).ticks);
    KEEP OWN(run)(&layer_memory, sample, said);
    BOUND();
    if (sys_semihost_write(to, said, sizeof said) != 0 ||
        sys_semihost_write(to, &verdict, sizeof verdict) != 0)
        stop("cannot write out.bin");
}

static void layer_end(int8_t *output)
{
    (void)output;
    print("post", post);
}

#endif
