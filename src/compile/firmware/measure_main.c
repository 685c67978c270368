/* SPDX-License-Identifier: Apache-2.0 */
/* Runs on the emulated target: reads inputs from 'in.bin' through semihosting, runs the generated
 * model on each, writes outputs to 'out.bin', and prints "name value" lines with ticks of the
 * instruction counter and bytes of stack. src/compile/measure.c builds it, runs it and reads the
 * answers.
 *
 * in.bin: with MEASURE_NUMBERS samples, each so many of MEASURE_TYPE, else inputs of the network,
 * one after another. MEASURE_FEATURES: there is a front end, MEASURE_FRAMES: which goes over time;
 * MEASURE_WINDOW: and normalises windows of frames.
 * MEASURE_LAYER: what else there is, a header beside this file; MEASURE_ANSWER: its memory and its
 * way from a sample to the network's input are used.
 * out.bin: for each, the input of the network, its output, and what the layer writes. */
#include <semihost.h>
#include <stddef.h>
#include <stdint.h>

#include "model.h"
#include "mrt_lang.h"
#ifdef MEASURE_FEATURES
#include "model_features.h"
#endif

#define STACK_PAINT_BYTES 16384
#define PAINT             0xa5

/* ---- the instruction counter, counting up ---- */

#if defined(__riscv)
#define COUNTER_MASK 0xffffffffu
static void counter_start(void)
{
}
static uint32_t counter(void)
{
    uint32_t x;
    /* csrr %0, minstret, spelled out because plain rv32imac does not name it */
    __asm__ volatile(".insn i 0x73, 2, %0, x0, -1278" : "=r"(x)::"memory");
    return x;
}
static inline uintptr_t stack_pointer(void)
{
    uintptr_t sp;
    __asm__ volatile("mv %0, sp" : "=r"(sp)::"memory");
    return sp;
}
#else
#define COUNTER_MASK 0xffffffu /* SysTick has 24 bits and counts down */
static volatile uint32_t *const systick = (volatile uint32_t *)0xe000e010u;
static void counter_start(void)
{
    systick[1] = COUNTER_MASK;
    systick[2] = 0;
    systick[0] = 5; /* enable, processor clock, no interrupt */
}
static uint32_t counter(void)
{
    return COUNTER_MASK - systick[2];
}
static inline uintptr_t stack_pointer(void)
{
    uintptr_t sp;
    __asm__ volatile("mov %0, sp" : "=r"(sp)::"memory");
    return sp;
}
#endif

/* ---- output ---- */

static void print(const char *name, uint32_t value)
{
    char text[12];
    int i = 11;
    text[i] = '\0';
    do {
        text[--i] = (char)('0' + value % 10);
        value /= 10;
    } while (value > 0);
    sys_semihost_write0(name);
    sys_semihost_write0(" ");
    sys_semihost_write0(text + i);
    sys_semihost_write0("\n");
}

static void stop(const char *why)
{
    sys_semihost_write0("error ");
    sys_semihost_write0(why);
    sys_semihost_write0("\n");
    sys_semihost_exit(ADP_Stopped_InternalError, 1);
}

/* ---- measuring one call: ticks and the deepest byte of stack that it changed ---- */

typedef struct {
    uint32_t ticks, stack_bytes;
} cost;

typedef void work(void *arg);

static __attribute__((noinline)) cost measure(work *f, void *arg)
{
    uintptr_t sp = stack_pointer();
    for (uintptr_t at = sp - STACK_PAINT_BYTES; at < sp; at++)
        *(volatile uint8_t *)at = PAINT;
    uint32_t start = counter();
    f(arg);
    uint32_t end = counter();
    uintptr_t low = sp - STACK_PAINT_BYTES;
    while (low < sp && *(volatile uint8_t *)low == PAINT)
        low++;
    cost c = {(end - start) & COUNTER_MASK, (uint32_t)(sp - low)};
    return c;
}

static __attribute__((noinline)) void nothing(void *arg)
{
    __asm__ volatile("" ::"r"(arg) : "memory");
}

/* A loop of 2 instructions, 1,000,000 times: what the counter should read. */
static __attribute__((noinline)) void two_million(void *arg)
{
    uint32_t n = 1000000;
    (void)arg;
#if defined(__riscv)
    __asm__ volatile(".balign 4\n1: addi %0, %0, -1\n bnez %0, 1b" : "+r"(n));
#else
    __asm__ volatile(".syntax unified\n.balign 4\n1: subs %0, #1\n bne 1b" : "+l"(n)::"cc");
#endif
}

static void run_network(void *arg)
{
    model_run(arg);
}

static uint32_t larger(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

#ifdef MEASURE_NUMBERS
static MEASURE_TYPE sample[MEASURE_NUMBERS];
#endif
#ifdef MEASURE_LAYER
/* cppcheck-suppress preprocessorErrorDirective ; the generated project names it */
#include MEASURE_LAYER
#endif

#ifdef MEASURE_ANSWER
#define arena (layer_memory.arena)
#else
static MRT_ALIGNED(8) int8_t arena[MODEL_ARENA_BYTES];
#endif

#ifdef MEASURE_FEATURES
static MRT_ALIGNED(8) uint8_t features_scratch[FEATURES_SCRATCH_BYTES];
#endif

#ifdef MEASURE_NUMBERS
static void run_clip(void *arg)
{
#ifdef MEASURE_ANSWER
    (void)arg;
    OWN(prepare)(&layer_memory, sample);
#else
    features_clip(sample, features_scratch, arg);
#endif
}
#endif

#ifdef MEASURE_WINDOW
static int16_t window[FEATURES_FRAMES * FEATURES_VALUES];

static void run_window(void *arg)
{
    features_input(window, arg);
}

static cost measure_window(void *in)
{
    for (int i = 0; i < FEATURES_FRAMES; i++)
        features_frame(sample + i * FEATURES_HOP, features_scratch, window + i * FEATURES_VALUES);
    return measure(run_window, in);
}
#endif

#ifdef MEASURE_FRAMES
static void run_frame(void *arg)
{
#ifdef MEASURE_WINDOW
    features_frame(sample, features_scratch, window);
    (void)arg;
#else
    features_frame(sample, features_scratch, arg);
#endif
}
#endif

/* ---- the front end: the most that its parts took ---- */

#ifdef MEASURE_NUMBERS
static struct {
    uint32_t frame, window, clip, stack;
} front;

static void take_most(uint32_t *ticks, cost c)
{
    *ticks = larger(*ticks, c.ticks);
    front.stack = larger(front.stack, c.stack_bytes);
}

static void measure_front_end(void *in)
{
#ifdef MEASURE_FRAMES
    take_most(&front.frame, measure(run_frame, in));
#endif
#ifdef MEASURE_WINDOW
    take_most(&front.window, measure_window(in));
#endif
    take_most(&front.clip, measure(run_clip, in));
}

static void print_front_end(void)
{
#ifdef MEASURE_FRAMES
    print("hop", front.frame);
#endif
#ifdef MEASURE_WINDOW
    print("window", front.window);
#endif
    print("clip", front.clip);
    print("features_stack", front.stack);
}
#endif

int main(void)
{
    void *in = arena + MODEL_INPUT_OFFSET;
    void *out = arena + MODEL_OUTPUT_OFFSET;
    counter_start();
    uint32_t overhead = measure(nothing, NULL).ticks;
    print("overhead", overhead);
    print("calibration", measure(two_million, NULL).ticks);

    int from = sys_semihost_open("in.bin", SH_OPEN_R_B);
    int to = sys_semihost_open("out.bin", SH_OPEN_W_B);
    if (from < 0 || to < 0)
        stop("cannot open in.bin or out.bin");
    uint32_t n = 0, ticks_max = 0, ticks_first = 0, stack = 0;
#ifdef MEASURE_NUMBERS
    while (sys_semihost_read(from, sample, sizeof sample) == 0) {
        measure_front_end(in);
#else
    while (sys_semihost_read(from, in, MODEL_INPUT_BYTES) == 0) {
#endif
        if (sys_semihost_write(to, in, MODEL_INPUT_BYTES) != 0)
            stop("cannot write out.bin");
        cost net = measure(run_network, arena);
        if (sys_semihost_write(to, out, MODEL_OUTPUT_BYTES) != 0)
            stop("cannot write out.bin");
        ticks_first = n == 0 ? net.ticks : ticks_first;
        ticks_max = larger(ticks_max, net.ticks);
        stack = larger(stack, net.stack_bytes);
#ifdef MEASURE_LAYER
        layer_sample(to);
#endif
        n++;
    }
    print("inputs", n);
    print("network", ticks_max);
    print("network_first", ticks_first);
    print("network_stack", stack);
#ifdef MEASURE_NUMBERS
    print_front_end();
#endif
#ifdef MEASURE_LAYER
    layer_end(out);
#endif
    (void)sys_semihost_close(to);
    sys_semihost_exit(ADP_Stopped_ApplicationExit, 0);
    return 0;
}
