/* SPDX-License-Identifier: Apache-2.0 */
/* Post-training quantisation to int8: from a folded float graph and calibration samples to the
 * graph that ships.
 *
 * The scheme is that of TensorFlow Lite's int8 specification: real = scale * (q - zero_point);
 * activations asymmetric, one scale a tensor; convolution weights symmetric in [-127, 127], one
 * scale per output channel; dense weights symmetric, one scale; biases int32 with scale input *
 * weight; softmax output 1/256, zero point -128; pools and reshapes keep their input's scale.
 *
 * The range of an activation is the one that loses least: its values over the calibration samples
 * are collected in a histogram, and of a row of candidate ranges (the observed one, cut in steps)
 * the one with the least mean squared quantisation error is taken (Sung et al. 2015, "Resiliency of
 * deep neural networks under quantization", section 3, the search of the step size).
 *
 * Depends on graph/. Used by pipeline/. */
#ifndef MOTE_COMPRESS_QUANTISE_H
#define MOTE_COMPRESS_QUANTISE_H

#include "graph/graph.h"

typedef enum {
    MOTE_RANGE_MSE,    /* least squared error, the default */
    MOTE_RANGE_MIN_MAX /* all that was observed */
} mote_range_rule;

typedef struct {
    mote_range_rule range_rule;
    bool correct_bias; /* add the mean error that quantised weights cause per channel to the bias */
} mote_quantise_config;

/* Quantise `folded` (mote_graph_fold; float32, batch 1).
 *
 *   samples    [n_samples][elements of the input], float32; training data, at least 1
 *   out        a new graph owned by the caller
 *
 * Errors: ARG no samples or a value that is not finite (named by its index); UNSUPPORTED an
 * operator that has no int8 form (BATCH_NORM, DROPOUT, RELU: fold first) or works on a constant, or
 * a graph that is not float32; RANGE a weight, or a value that a layer takes, is not finite. */
MOTE_MUST_USE mote_status mote_quantise(const mote_graph *folded, const float *samples,
                                        size_t n_samples, const mote_quantise_config *config,
                                        mote_graph **out, mote_err *err);

/* The int8 value of a real under a tensor's quantisation: round half away from zero, saturated.
 * lint: unused_exports: tests hold kernels and graphs against it */
int8_t mote_quantise_value(float x, float scale, int32_t zero_point);

#endif
