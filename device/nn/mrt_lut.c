/* SPDX-License-Identifier: Apache-2.0 */
/* A function of one value: each int8 looked up in a table of 256.
 * Depends on mrt_nn.h; used by generated code and the runner. */
#include "device/nn/mrt_nn.h"

void mrt_lut_s8(const mrt_lut *p, const int8_t *in, int8_t *out)
{
    for (int32_t i = 0; i < p->n; i++)
        out[i] = p->table[in[i] + 128];
}
