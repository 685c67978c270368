/* SPDX-License-Identifier: Apache-2.0 */
/* The table of learners. See learner.h. */
#include "learn/learner.h"

#define LEARNER(name, ...) extern const mote_learner mote_learner_##name;
#include "project/learners.def"
#undef LEARNER

static const mote_learner *const learners[MOTE_N_LEARNERS] = {
#define LEARNER(name, ...) [MOTE_LEARNER_##name] = &mote_learner_##name,
#include "project/learners.def"
#undef LEARNER
};

const mote_learner *mote_learner_get(mote_learner_id id)
{
    MOTE_BUG_IF(id >= MOTE_N_LEARNERS);
    return learners[id];
}
