/* SPDX-License-Identifier: Apache-2.0 */
/* The target that is taken when none is said. The targets are rows of targets.def; compile/target.h
 * makes a table of them. */
#ifndef MOTE_PROJECT_TARGETS_H
#define MOTE_PROJECT_TARGETS_H

#define MOTE_TARGET_PRESET "cortex-m4f"

#endif
