/* SPDX-License-Identifier: Apache-2.0 */
/* Section headers of an ELF file (System V ABI, chapter 4). See elf_size.h.
 *
 *   file header   e_shoff at 32, e_shentsize at 46, e_shnum at 48, e_shstrndx at 50
 *   section       sh_name 0, sh_type 4, sh_flags 8, sh_addr 12, sh_offset 16, sh_size 20 */
#include "compile/elf_size.h"

#include <string.h>

#include "base/bytes.h"

#define SHT_NOBITS 8u
#define SHF_WRITE  1u
#define SHF_ALLOC  2u

static uint32_t u32_at(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static uint32_t u16_at(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8;
}

/* picolibc's script makes sections of the rest of the memory for heap and stack. */
static bool is_reserve(const uint8_t *names, size_t names_bytes, uint32_t name)
{
    static const char *const reserves[] = {".heap", ".stack"};
    for (size_t i = 0; i < 2; i++) {
        size_t n = strlen(reserves[i]) + 1;
        if (name < names_bytes && n <= names_bytes - name &&
            memcmp(names + name, reserves[i], n) == 0)
            return true;
    }
    return false;
}

mote_status mote_elf_size_read(const void *bytes, size_t n, mote_elf_size *out, mote_err *err)
{
    const uint8_t *p = bytes;
    if (n < 52 || memcmp(p, "\177ELF\1\1", 6) != 0)
        return mote_fail(err, MOTE_PARSE, "not a 32-bit little-endian ELF file");
    size_t at = u32_at(p + 32), step = u16_at(p + 46), count = u16_at(p + 48);
    size_t names_index = u16_at(p + 50);
    if (step < 40 || at > n || count > (n - at) / step || names_index >= count)
        return mote_fail(err, MOTE_PARSE, "the ELF file is cut off");
    const uint8_t *names_header = p + at + names_index * step;
    size_t names_at = u32_at(names_header + 16), names_bytes = u32_at(names_header + 20);
    if (names_at > n || names_bytes > n - names_at)
        return mote_fail(err, MOTE_PARSE, "the ELF file is cut off");
    mote_elf_size s = {0, 0};
    for (size_t i = 0; i < count; i++) {
        const uint8_t *h = p + at + i * step;
        uint32_t type = u32_at(h + 4), flags = u32_at(h + 8), size = u32_at(h + 20);
        if (!(flags & SHF_ALLOC) || is_reserve(p + names_at, names_bytes, u32_at(h)))
            continue;
        if (type != SHT_NOBITS)
            s.flash_bytes += size;
        if (flags & SHF_WRITE)
            s.ram_bytes += size;
    }
    *out = s;
    return MOTE_OK;
}
