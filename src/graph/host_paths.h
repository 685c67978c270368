/* SPDX-License-Identifier: Apache-2.0 */
/* The vector paths behind host_kernels.h; private to host_kernels.c and host_paths.c. */
#ifndef MOTE_GRAPH_HOST_PATHS_H
#define MOTE_GRAPH_HOST_PATHS_H

#include <stdbool.h>

#include "device/nn/mrt_nn.h"

#define HOST_CELLS 4 /* output cells that are computed together */

typedef struct {
    const char *name;
    /* All channels of n_cells cells; patch holds HOST_CELLS rows of `row` bytes (a multiple of 4).
     */
    void (*multiply)(const mrt_conv *p, const uint8_t *patch, int32_t row, int32_t n_cells,
                     int8_t *out);
    /* All channels of one cell; cells: the inputs of its window; sums: out_c of working memory. */
    void (*depthwise)(const mrt_conv *p, const int8_t *const *cells, int32_t *sums, int8_t *out);
} host_path;

const host_path *host_path_best(void);
const host_path *host_path_find(const char *name); /* NULL: unknown, or not on this machine */

#endif
