/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the models that bench/serve.sh serves: untrained, quantised by the real path, so their
 * speed is that of trained ones of the same shape.
 *   small.mote  64 numbers -> dense 32 -> 3 labels
 *   kws.mote    490 features (49 x 10) -> MLPerf Tiny's DS-CNN (64 channels, 4 blocks) -> 12 labels
 *   audio.mote  the same behind the audio front end: one second of 16 kHz sound; with the
 *               template's operating point (a run every 100 ms, averages of 3, threshold 0.8, two
 *               keywords)
 * and the request bodies small.json, kws.json, sound.wav. */
#include <stdio.h>
#include <string.h>

#include "data/audio.h"
#include "tests/tiny_model.h"

static void save(const char *dir, const char *name, const mote_buf *b)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *f = fopen(path, "wb");
    if (!f || fwrite(b->data, 1, b->len, f) != b->len || fclose(f) != 0) {
        perror(path);
        exit(1);
    }
}

static void save_request(const char *dir, const char *name, int n)
{
    mote_buf b;
    mote_rng r;
    mote_buf_init(&b, 1 << 20);
    mote_rng_init(&r, 9);
    mote_buf_printf(
        &b, "{\"inputs\":[{\"name\":\"input\",\"shape\":[1,%d],\"datatype\":\"FP32\",\"data\":[",
        n);
    for (int i = 0; i < n; i++)
        mote_buf_printf(&b, "%s%.6f", i ? "," : "", mote_rng_range(&r, -1, 1));
    mote_buf_str(&b, "]}]}");
    save(dir, name, &b);
    mote_buf_release(&b);
}

/* The same model with another operating point. */
static void set_operating_point(mote_buf *b, const mote_operating_point *op)
{
    mote_model *m = tiny_load(b);
    const mote_decision decision = {.op = *op};
    mote_bundle_parts parts = {.name = mote_model_name(m),
                               .signature = *mote_model_signature(m),
                               .features = mote_model_features(m),
                               .graph = mote_model_graph(m),
                               .decision = &decision};
    mote_buf_reset(b);
    TINY_MUST(mote_bundle_write(&parts, b, NULL));
    mote_model_unref(m);
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: serve_models DIR\n");
        return 2;
    }
    mote_buf b;
    mote_buf_init(&b, 1 << 26);
    mote_arch a;
    mote_arch_default(&a, 1, 64, 3);
    snprintf(a.name, sizeof a.name, "dense");
    a.n_blocks = 1;
    a.hidden[0] = 32;
    a.dropout = 0;
    tiny_bundle(&a, "small", NULL, 0, 1, &b);
    save(argv[1], "small.mote", &b);
    mote_arch_default(&a, 49, 10, 12);
    mote_buf_reset(&b);
    tiny_bundle(&a, "kws", NULL, 0, 2, &b);
    save(argv[1], "kws.mote", &b);
    mote_feature_config fc = mote_feature_config_default();
    mote_buf_reset(&b);
    tiny_bundle(&a, "audio", &fc, 16000, 3, &b);
    set_operating_point(&b, &(mote_operating_point){.smooth_hops = 3,
                                                    .suppress_ms = 1000,
                                                    .hop_ms = 100,
                                                    .temperature = 1.0f,
                                                    .thresholds = {0.8f, 0.8f}});
    save(argv[1], "audio.mote", &b);
    static int16_t pcm[16000];
    mote_rng r;
    mote_rng_init(&r, 4);
    for (int i = 0; i < 16000; i++)
        pcm[i] = (int16_t)(3000 * mote_rng_normal(&r));
    mote_buf_reset(&b);
    TINY_MUST(mote_audio_encode_wav(pcm, 16000, 16000, &b, NULL));
    save(argv[1], "sound.wav", &b);
    mote_buf_release(&b);
    save_request(argv[1], "small.json", 64);
    save_request(argv[1], "kws.json", 490);
    return 0;
}
