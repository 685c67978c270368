// SPDX-License-Identifier: Apache-2.0
// A sketch with two models of different front ends, which share one arena. Every line it prints is
// of one model, so what both say together can be compared with what each says alone (-DALONE_HELLO,
// -DALONE_BYE). With -DBYE_IS_DEFAULT the second has the names that 'mote compile' gives without
// --name. There is no microphone: samples are noise that swells and fades, from a counter.
#if !defined(ALONE_BYE)
#include "hello_detections.h"
#endif
#if defined(BYE_IS_DEFAULT)
#include "detections.h"
#elif !defined(ALONE_HELLO)
#include "bye_detections.h"
#endif
#include "mrt_lang.h"

static MRT_ALIGNED(8) uint8_t arena[65536];

static int16_t sample(uint32_t at)
{
    uint32_t x = at * 2654435761u;
    x ^= x >> 15;
    x *= 2246822519u;
    x ^= x >> 13;
    const int32_t noise = (int32_t)(x & 0xffff) - 32768;
    const int32_t swell = (int32_t)((at >> 4) & 1023);
    return (int16_t)(noise * (swell < 512 ? swell : 1023 - swell) / 1024);
}

static uint32_t digest(uint32_t sum, const void *bytes, size_t n)
{
    const uint8_t *at = (const uint8_t *)bytes;
    for (size_t i = 0; i < n; i++)
        sum = (sum ^ at[i]) * 16777619u;
    return sum;
}

static void say(const char *who, const char *what, unsigned long value)
{
    Serial.print(who);
    Serial.print(F(" "));
    Serial.print(what);
    Serial.print(F(" "));
    Serial.println(value);
}

// One clip through the front end and the network, then the same samples through the stream.
#define MODEL(who, model, MODEL_UP, features, FEATURES_UP, detections)                            \
    static_assert(MODEL_UP##_ARENA_BYTES <= sizeof arena, "the arena is too small");              \
    static detections##_state who##_state;                                                        \
    static int16_t who##_pcm[FEATURES_UP##_CLIP_SAMPLES];                                         \
    static uint8_t MRT_ALIGNED(8) who##_scratch[FEATURES_UP##_SCRATCH_BYTES];                     \
    static uint32_t who##_at;                                                                     \
    static void who##_turn()                                                                      \
    {                                                                                             \
        int8_t *const in = (int8_t *)arena + MODEL_UP##_INPUT_OFFSET;                             \
        for (int i = 0; i < FEATURES_UP##_CLIP_SAMPLES; i++)                                      \
            who##_pcm[i] = sample(who##_at++);                                                    \
        features##_clip(who##_pcm, who##_scratch, in);                                            \
        say(#who, "features", digest(2166136261u, in, MODEL_UP##_INPUT_BYTES));                   \
        model##_run(arena);                                                                       \
        say(#who, "output",                                                                       \
            digest(2166136261u, arena + MODEL_UP##_OUTPUT_OFFSET, MODEL_UP##_OUTPUT_BYTES));      \
        for (size_t at = 0, used = 0; at < FEATURES_UP##_CLIP_SAMPLES; at += used) {              \
            detections##_event event;                                                             \
            if (!detections##_push(&who##_state, arena, who##_pcm + at,                           \
                                FEATURES_UP##_CLIP_SAMPLES - at, &used, &event))                  \
                continue;                                                                         \
            say(#who, model##_labels[event.class_id], event.average_q16);                         \
        }                                                                                         \
        uint32_t averages[MODEL_UP##_N_LABELS];                                                   \
        mrt_detector_averages(&who##_state.detector, averages);                                   \
        say(#who, "averages", digest(2166136261u, averages, sizeof averages));                    \
    }

#if !defined(ALONE_BYE)
MODEL(hello, hello, HELLO, hello_features, HELLO_FEATURES, hello_detections)
#endif
#if defined(BYE_IS_DEFAULT)
MODEL(bye, model, MODEL, features, FEATURES, detections)
#elif !defined(ALONE_HELLO)
MODEL(bye, bye, BYE, bye_features, BYE_FEATURES, bye_detections)
#endif

void setup()
{
    Serial.begin(115200);
#if !defined(ALONE_BYE)
    hello_detections_init(&hello_state);
#endif
#if defined(BYE_IS_DEFAULT)
    detections_init(&bye_state);
#elif !defined(ALONE_HELLO)
    bye_detections_init(&bye_state);
#endif
}

void loop()
{
#if !defined(ALONE_BYE)
    hello_turn();
#endif
#if !defined(ALONE_HELLO)
    bye_turn();
#endif
}
