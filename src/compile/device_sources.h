/* SPDX-License-Identifier: Apache-2.0 */
/* The sources of device/, embedded in the program by embed.py at build time. In a generated project
 * they lie in one folder, so their includes were rewritten to plain names. Used by codegen*.c. */
#ifndef MOTE_COMPILE_DEVICE_SOURCES_H
#define MOTE_COMPILE_DEVICE_SOURCES_H

#include <stddef.h>

typedef struct {
    const char *path; /* below device/: "nn/mrt_conv.c" */
    const char *file; /* "mrt_conv.c"; no two are the same */
    const char *text; /* len bytes and a 0 */
    size_t len;
} mote_device_source;

extern const mote_device_source mote_device_sources[];
extern const size_t mote_n_device_sources;

#endif
