/* SPDX-License-Identifier: Apache-2.0 */
/* The columns that name an object, from reference.def. */
#include "store/store_internal.h"

const mote_reference mote_references[] = {
#define REF(table, column) {#table, #column},
#include "store/reference.def"
#undef REF
    {NULL, NULL}};
