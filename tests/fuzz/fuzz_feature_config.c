/* SPDX-License-Identifier: Apache-2.0 */
/* Settings of the front end from hostile text: what is accepted can be built, written and read
 * again. */
#include <string.h>

#include "feature/mfcc.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    mote_err err;
    mote_feature_config cfg, again;

    if (mote_feature_config_parse("fuzz", (const char *)data, size, &cfg, &err) != MOTE_OK)
        return 0;
    const mrt_frontend_config device = mote_feature_device_config(&cfg);
    MOTE_BUG_IF(mrt_frontend_check(&device) != MRT_FRONTEND_OK ||
                mrt_frontend_tables_bytes(&device) == 0);
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, 1 << 16);
    mote_feature_config_write(&cfg, &text);
    MOTE_BUG_IF(mote_buf_status(&text, &err) != MOTE_OK);
    MOTE_BUG_IF(mote_feature_config_parse("again", text.data, text.len, &again, &err) != MOTE_OK);
    const mote_sha256 a = mote_feature_config_hash(&cfg), b = mote_feature_config_hash(&again);
    MOTE_BUG_IF(!mote_sha256_equal(&a, &b));
    return 0;
}
