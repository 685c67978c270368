/* SPDX-License-Identifier: Apache-2.0 */
/* Sizes of a 32-bit little-endian ELF file. Used by measure.c. */
#ifndef MOTE_COMPILE_ELF_SIZE_H
#define MOTE_COMPILE_ELF_SIZE_H

#include "base/status.h"
#include <stddef.h>
#include <stdint.h>

typedef struct {
    int64_t flash_bytes; /* loaded sections with contents: code, constants, data */
    int64_t ram_bytes;   /* writable sections: data and bss, without the stack */
} mote_elf_size;

/* PARSE when the bytes are no such file or are cut off. */
MOTE_MUST_USE mote_status mote_elf_size_read(const void *bytes, size_t n, mote_elf_size *out,
                                             mote_err *err);

#endif
