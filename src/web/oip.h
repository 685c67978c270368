/* SPDX-License-Identifier: Apache-2.0 */
/* Open Inference Protocol (KServe V2), JSON with the binary tensor extension: the bodies of infer.
 *
 * A body is a JSON document, optionally followed by raw little-endian tensors in the order of the
 * inputs that have `parameters.binary_data_size`. Every numeric datatype is read as real numbers.
 *
 * Source: Open Inference Protocol, rest/inference_rest.yaml; Triton's "Binary Tensor Data
 * Extension" and "Classification Extension".
 *
 * Depends on base/. Used by web/api_infer.c. */
#ifndef MOTE_WEB_OIP_H
#define MOTE_WEB_OIP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/status.h"
#include "base/text.h"

#define MOTE_OIP_MAX_DIMS    8
#define MOTE_OIP_MAX_TENSORS 16

typedef enum {
    MOTE_OIP_NONE,
    MOTE_OIP_BOOL,
    MOTE_OIP_UINT8,
    MOTE_OIP_UINT16,
    MOTE_OIP_UINT32,
    MOTE_OIP_UINT64,
    MOTE_OIP_INT8,
    MOTE_OIP_INT16,
    MOTE_OIP_INT32,
    MOTE_OIP_INT64,
    MOTE_OIP_FP16,
    MOTE_OIP_FP32,
    MOTE_OIP_FP64,
    MOTE_OIP_BF16,
    MOTE_OIP_BYTES
} mote_oip_type;

bool mote_oip_is_real(mote_oip_type t); /* floating point */

typedef struct {
    const char *name;
    mote_oip_type type;
    int32_t n_dims;
    int64_t dims[MOTE_OIP_MAX_DIMS];
    size_t n_values;     /* product of dims, and the number of values given */
    const float *values; /* finite */
} mote_oip_input;

typedef struct {
    const char *name;
    bool is_binary;
    int32_t n_classes; /* classification extension: the k best; 0: not asked for */
} mote_oip_output;

/* All in the arena given to parse. */
typedef struct {
    const char *id; /* NULL: none */
    int32_t n_inputs;
    mote_oip_input inputs[MOTE_OIP_MAX_TENSORS];
    int32_t n_outputs; /* 0: all are wanted */
    mote_oip_output outputs[MOTE_OIP_MAX_TENSORS];
    bool all_binary; /* binary_data_output of the request's parameters */
} mote_oip_request;

/* body[0..n) with `json_bytes` of JSON in front (n when nothing is binary). Memory is bounded by
 * the bytes present. PARSE, SHAPE, RANGE, LIMIT or UNSUPPORTED say what is wrong and where. */
MOTE_MUST_USE mote_status mote_oip_parse(const char *body, size_t n, size_t json_bytes,
                                         mote_arena *a, mote_oip_request *out, mote_err *err);

#endif
