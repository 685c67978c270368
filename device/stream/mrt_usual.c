/* SPDX-License-Identifier: Apache-2.0 */
/* A score against what has been usual lately, see mrt_usual.h. */
#include "device/stream/mrt_usual.h"

#define MOST 10.0f /* times the usual that one look counts as */

void mrt_usual_init(mrt_usual *u, float begin, int32_t looks)
{
    u->begin = begin;
    u->usual = begin;
    u->step = looks > 0 && begin > 0.0f ? 1.0f / (float)looks : 0.0f;
}

float mrt_usual_push(mrt_usual *u, float score)
{
    const float out = u->usual > u->begin ? score * (u->begin / u->usual) : score;
    const float most = MOST * u->usual;
    const float counted = score < most ? score : most; /* so of what is no number */
    u->usual += (counted - u->usual) * u->step;
    if (!(u->usual > u->begin))
        u->usual = u->begin;
    return out;
}
