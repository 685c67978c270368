/* SPDX-License-Identifier: Apache-2.0 */
/* A .tflite file of float32 by the reference interpreter, for tests/interop/litert_float.py.
 *
 *     run_tflite_f32 MODEL.tflite <INPUTS >OUTPUTS     float32 of this computer, one behind another
 */
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "graph/graph.h"
#include "import/tflite.h"

int main(int argc, char **argv)
{
    mote_err err = {0};
    mote_graph *g = NULL;
    char *bytes = NULL;
    size_t n = 0;
    if (argc != 2 || mote_file_read(argv[1], (size_t)64 << 20, &bytes, &n, &err) != MOTE_OK ||
        mote_import_tflite(bytes, n, &g, &err) != MOTE_OK || !mote_graph_is_f32(g)) {
        fprintf(stderr, "run_tflite_f32: %s\n", err.text[0] ? err.text : "one .tflite of float32");
        return 1;
    }
    const size_t n_in = (size_t)mote_tensor_elements(&g->tensors[g->inputs[0]]);
    const size_t n_out = (size_t)mote_tensor_elements(&g->tensors[g->outputs[0]]);
    float *x = calloc(n_in, sizeof *x), *y = calloc(n_out, sizeof *y);
    int code = 0;
    while (x && y && code == 0 && fread(x, sizeof *x, n_in, stdin) == n_in)
        code = mote_graph_run_f32(g, x, y, NULL, NULL, &err) != MOTE_OK ||
               fwrite(y, sizeof *y, n_out, stdout) != n_out;
    if (code)
        fprintf(stderr, "run_tflite_f32: %s\n", err.text);
    free(x);
    free(y);
    mote_graph_destroy(g);
    mote_free(bytes);
    return code;
}
