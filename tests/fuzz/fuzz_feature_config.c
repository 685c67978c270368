/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of the front end from hostile text: what is accepted can be built, written and read
 * again. */
#include <string.h>

#include "feature/mfcc.h"

static mote_status parse(const char *text, size_t n, mote_feature_config *out, mote_err *err)
{
    MOTE_SCOPED_JSON *o = NULL;
    MOTE_TRY(mote_json_parse("fuzz", text, n, &o, err));
    return mote_feature_config_from_json(o, "fuzz", out, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mote_err err;
    mote_feature_config cfg, again;

    if (parse((const char *)data, size, &cfg, &err) != MOTE_OK)
        return 0;
    const mrt_frontend_config device = mote_feature_device_config(&cfg);
    MOTE_BUG_IF(mrt_frontend_check(&device) != MRT_FRONTEND_OK ||
                mrt_frontend_tables_bytes(&device) == 0);
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, 1 << 16);
    MOTE_SCOPED_JSON *o = mote_feature_config_to_json(&cfg);
    MOTE_BUG_IF(o == NULL);
    mote_json_write(&text, o, false);
    MOTE_BUG_IF(mote_buf_status(&text, &err) != MOTE_OK);
    MOTE_BUG_IF(parse(text.data, text.len, &again, &err) != MOTE_OK);
    const mote_sha256 a = mote_feature_config_hash(&cfg), b = mote_feature_config_hash(&again);
    MOTE_BUG_IF(!mote_sha256_equal(&a, &b));
    return 0;
}
