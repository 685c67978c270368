/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of generated projects: files of templates/ that read as what they become, embedded at
 * build time by tools/embed_text.py and filled in by base/fill.h. The letters:
 *
 *     @m @f @k @h           names of network, front end and layer, and the front end's file
 *     @M @F @K @H           the same for macros, and its include guard
 *     @r @t @p @v @d @D @s @z   of the front end's device part (mote_frontend_device): runtime,
 *                           number, plain_number, variable, driver, its words, sample_words,
 *                           feature_words
 *     @n                    what a number of steps is multiplied by
 *     @o @u                 type of the network's input, and the stem of what makes it of features
 *     @y                    type of a value of a frame as a stream keeps it: @o, or int16_t where a
 *                           window normalises its frames (@{if windowed}, and @f_input)
 *
 * Names that every text may use are in codegen_template.c, those of one text are beside the
 * function that fills it. Used by codegen*.c. */
#ifndef MOTE_COMPILE_CODEGEN_TEMPLATE_H
#define MOTE_COMPILE_CODEGEN_TEMPLATE_H

#include "compile/codegen_internal.h"

extern const char codegen_makefile_mk[], codegen_target_ld[], codegen_readme_md[];
extern const char codegen_runtime_h[], codegen_model_h[], codegen_model_c[], codegen_tensor_h[];
extern const char codegen_features_h[], codegen_features_c[];
extern const char codegen_main_features_c[], codegen_main_network_c[], codegen_use_network_md[];
extern const char codegen_answer_h[], codegen_answer_c[], codegen_answer_numbers_c[];
extern const char codegen_main_answer_c[], codegen_use_answer_md[];
extern const char codegen_classes_declaration_h[], codegen_classes_answer_c[];
extern const char codegen_values_declaration_h[], codegen_values_answer_c[];
extern const char codegen_anomaly_declaration_h[], codegen_anomaly_answer_c[];

/* What @{name} stands for: what a function writes; or a template; or a number. @{if name} holds
 * when there is a function, a text that is not "", or a number that is not 0. */
typedef struct {
    const char *name;
    int64_t number;
    const char *text;
    void (*write)(const codegen *c, mote_buf *b);
} codegen_value;

/* Append a template, every hole of which is one of the n values (first) or everybody's. */
void codegen_fill(const codegen *c, mote_buf *b, const char *text, const codegen_value *values,
                  size_t n);
#define CODEGEN_FILL(c, b, text, values)                                                           \
    codegen_fill(c, b, text, values, sizeof(values) / sizeof((values)[0]))

#endif
