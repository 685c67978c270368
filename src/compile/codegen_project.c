/* SPDX-License-Identifier: Apache-2.0 */
/* Makefile, linker script, example program and README of a generated project. See
 * codegen_internal.h. */
#include "compile/codegen_layer.h"
#include "compile/codegen_template.h"
#include "compile/device_sources.h"

static void device_sources(const codegen *c, mote_buf *b)
{
    for (size_t i = 0; i < mote_n_device_sources; i++)
        if (codegen_uses(c, mote_device_sources[i].path) &&
            mote_str_ends(mote_device_sources[i].path, ".c"))
            mote_buf_printf(b, " \\\n\tdevice/%s", mote_device_sources[i].file);
}

void codegen_makefile(const codegen *c, mote_buf *b)
{
    const codegen_value values[] = {{"prefix", .text = c->target->prefix},
                                    {"cflags", .text = c->target->cflags},
                                    {"device_sources", .write = device_sources}};
    CODEGEN_FILL(c, b, codegen_makefile_mk, values);
}

void codegen_linker_script(const codegen *c, mote_buf *b)
{
    const mote_target *t = c->target;
    char flash[16], ram[16];
    (void)mote_format(flash, sizeof flash, "0x%08x", t->code_origin);
    (void)mote_format(ram, sizeof ram, "0x%08x", t->ram_origin);
    const codegen_value values[] = {{"code_origin", .text = flash},
                                    {"flash_limit", .number = t->flash_limit},
                                    {"ram_origin", .text = ram},
                                    {"ram_limit", .number = t->ram_limit}};
    CODEGEN_FILL(c, b, codegen_target_ld, values);
}

void codegen_main(const codegen *c, mote_buf *b)
{
    if (c->layer != NULL)
        c->layer->fill(c, b, c->layer->example);
    else
        codegen_fill(c, b, c->features != NULL ? codegen_main_features_c : codegen_main_network_c,
                     NULL, 0);
}

static void use(const codegen *c, mote_buf *b)
{
    if (c->layer != NULL)
        c->layer->fill(c, b, c->layer->use);
    else
        codegen_fill(c, b, codegen_use_network_md, NULL, 0);
}

void codegen_readme(const codegen *c, mote_buf *b)
{
    const codegen_value values[] = {{"use", .write = use},
                                    {"input_words", .text = c->device.input_words}};
    CODEGEN_FILL(c, b, codegen_readme_md, values);
}
