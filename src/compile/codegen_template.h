/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of generated C that lie in templates/ as files which read as C, embedded at build time by
 * tools/embed_text.py. In them @m, @K and so on are names (codegen_text), and @{name} stands for a
 * value that the writer of the file supplies. Used by codegen_*.c. */
#ifndef MOTE_COMPILE_CODEGEN_TEMPLATE_H
#define MOTE_COMPILE_CODEGEN_TEMPLATE_H

#include "compile/codegen_layer.h"

extern const char codegen_main_features_c[], codegen_main_network_c[];
extern const char codegen_answer_h[], codegen_answer_c[], codegen_main_answer_c[];
extern const char codegen_use_answer_md[], codegen_use_network_md[];
extern const char codegen_classes_declaration_h[], codegen_classes_answer_c[];
extern const char codegen_values_declaration_h[], codegen_values_answer_c[];
extern const char codegen_anomaly_declaration_h[], codegen_anomaly_answer_c[];

/* What @{name} stands for: a number, or what a function writes. */
typedef struct {
    const char *name;
    int64_t number;
    void (*write)(const codegen *c, mote_buf *b); /* NULL: the number */
} codegen_value;

/* Write a template, every @{..} of which is one of the n values. */
void codegen_fill(const codegen *c, mote_buf *b, const char *text, const codegen_value *values,
                  size_t n);

#endif
