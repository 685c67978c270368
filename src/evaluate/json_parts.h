/* SPDX-License-Identifier: Apache-2.0 */
/* The pieces that JSON documents share are base/json.h's; this name goes when nobody uses it. */
#ifndef MOTE_EVALUATE_JSON_PARTS_H
#define MOTE_EVALUATE_JSON_PARTS_H

#include "base/json.h"

#endif
