/* SPDX-License-Identifier: Apache-2.0 */
/* Fuzz target: a .tflite file from outside. What is accepted must lower or be refused, and run
 * within its own memory. */
#include <string.h>

#include "import/tflite.h"
#include "model/runner.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MOST_BYTES ((size_t)1 << 16)

static void run(const mote_graph *g)
{
    mote_runner *r = NULL;
    size_t n_in = mote_tensor_bytes(&g->tensors[g->inputs[0]]);
    size_t n_out = mote_tensor_bytes(&g->tensors[g->outputs[0]]);
    if (n_in > MOST_BYTES || n_out > MOST_BYTES || mote_graph_macs(g) > 1000000 ||
        mote_runner_create(g, &r, NULL) != MOTE_OK)
        return;
    int8_t *in = mote_alloc_zero(n_in, 1), *out = mote_alloc_zero(n_out, 1);
    if (in != NULL && out != NULL)
        mote_runner_run(r, in, out, NULL, NULL);
    mote_free(in);
    mote_free(out);
    mote_runner_destroy(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mote_graph *g = NULL;
    mote_err err;
    if (size > MOST_BYTES || mote_import_tflite(data, size, &g, &err) != MOTE_OK)
        return 0;
    bool is_small = true; /* pools and padding of a hostile file may take minutes */
    for (int32_t i = 0; i < g->n_tensors; i++)
        is_small = is_small && mote_tensor_elements(&g->tensors[i]) <= (int64_t)MOST_BYTES;
    for (int32_t i = 0; i < g->n_ops; i++)
        is_small = is_small && (int64_t)g->ops[i].attrs.window_h * g->ops[i].attrs.window_w <= 4096;
    if (is_small)
        run(g);
    mote_graph_destroy(g);
    return 0;
}
