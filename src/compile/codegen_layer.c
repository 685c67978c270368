/* SPDX-License-Identifier: Apache-2.0 */
/* Which layer a project has. See codegen_layer.h. */
#include "compile/codegen_layer.h"

const codegen_layer *codegen_layer_of(const mote_compile_input *in)
{
    if (in->thresholds != NULL)
        return &codegen_stream_layer;
    return in->signature != NULL ? &codegen_answer_layers[in->signature->answer] : NULL;
}

const char *codegen_layer_name(size_t i)
{
    if (i < 2)
        return i == 0 ? codegen_stream_layer.name : codegen_stream_layer.old_name;
    return i < MOTE_N_ANSWERS + 2 ? codegen_answer_layers[i - 2].name : NULL;
}
