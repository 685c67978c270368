/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: a bundle from outside. Whatever loads must also predict without a fault. */
#include "model/predictor.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The whole way: front end, graph, answer. */
static void say_of_a_sample(mote_predictor *p, const mote_signature *s)
{
    mote_err err;
    mote_prediction out;
    size_t n = (size_t)mote_shape_elements(&s->sample);
    if (n > 100000)
        return;
    void *x = mote_alloc_zero(n, mote_dtype_bytes(s->sample.dtype));
    if (x)
        (void)!mote_predict(p, x, n, &out, &err);
    mote_free(x);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mote_err err;
    mote_model *m = NULL;
    if (mote_model_load(data, size, &m, &err) != MOTE_OK)
        return 0;
    const mote_graph *g = mote_model_graph(m);
    mote_predictor *p = NULL;
    if (mote_graph_macs(g) < 1000000 && mote_predictor_create(m, &p, &err) == MOTE_OK) {
        size_t n = (size_t)mote_tensor_elements(&g->tensors[g->inputs[0]]);
        float *in = mote_alloc_zero(n, sizeof *in);
        mote_prediction out;
        if (in)
            (void)!mote_predict_features(p, in, n, &out, &err);
        mote_free(in);
        say_of_a_sample(p, mote_model_signature(m));
        mote_predictor_destroy(p);
    }
    mote_model_unref(m);
    return 0;
}
