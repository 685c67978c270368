/* SPDX-License-Identifier: Apache-2.0 */
/* How often a model of anomalies alarms, against what was promised: see monitor.h. */
#include <math.h>
#include <string.h>

#include "base/json.h"
#include "base/text.h"
#include "model/model.h"
#include "monitor/monitor_internal.h"

mote_monitor_alarms mote_monitor_alarms_of(const mote_model *m)
{
    const json_t *metrics = json_object_get(mote_model_document(m), "metrics"), *p;
    size_t i;
    if (mote_model_signature(m)->answer != MOTE_ANSWER_ANOMALY)
        return (mote_monitor_alarms){0};
    json_array_foreach(json_object_get(metrics, "promises"), i, p)
    {
        const char *metric = json_string_value(json_object_get(p, "metric"));
        const json_t *hi = json_object_get(json_object_get(p, "promised"), "hi");
        const json_t *measured = json_object_get(p, "measured");
        if (metric && strcmp(metric, "false_alarm_rate") == 0 && json_is_number(hi))
            return (mote_monitor_alarms){
                mote_model_decision(m)->anomaly.threshold,
                fmax(json_number_value(hi),
                     json_is_number(measured) ? json_number_value(measured) : 0)};
    }
    return (mote_monitor_alarms){0};
}

mote_status mote_alarms_follow(mote_store *s, const mote_alarm_count *c, const mote_alert_window *w,
                               int64_t now_ms, mote_monitor_flushed *r, mote_err *err)
{
    const mote_monitor_config *cfg = c->cfg;
    const mote_alert_of of = {"alarms", cfg->model, cfg->version, cfg->bundle, c->is_replaced};
    const double share = c->alarms->sum / w->n;
    mote_alert_window own = *w;
    MOTE_SCOPED_JSON *top = json_array();
    char words[200];
    own.p_value = mote_blocks_rate_p(c->alarms, cfg->alarms.share);
    own.is_bad = own.p_value < cfg->false_alarm;
    (void)mote_format(words, sizeof words,
                      "the alarms: %d of %d samples (%.3g %%; alike as they are they count as "
                      "%.0f), at most %.3g %% was promised",
                      (int)c->alarms->sum, (int)w->n, 100 * share,
                      w->n / mote_blocks_design_effect(c->alarms), 100 * cfg->alarms.share);
    MOTE_TRY(mote_json_append(top,
                              json_pack("{s:s, s:s, s:f, s:f, s:f}", "what", "alarms", "words",
                                        words, "statistic", share, "threshold", cfg->alarms.share,
                                        "p_value", own.p_value),
                              err));
    MOTE_SCOPED_BUF text;
    mote_buf_init(&text, 1 << 16);
    mote_json_write(&text, top, false);
    MOTE_TRY(mote_buf_status(&text, err));
    own.top = text.data;
    return mote_alert_follow(s, &of, &own, now_ms, r, err);
}
