-- Truths that come later: an alert of kind 'error' says that what the model said was farther from them than was promised;
-- one of kind 'alarms', that a model of anomalies alarms more often than was promised. The check of alert.kind knew 'drift'
-- only, so the table is made anew.
CREATE TABLE alert_220 (
    id         INTEGER PRIMARY KEY,
    kind       TEXT NOT NULL CHECK (kind IN ('drift', 'error', 'alarms')),
    model      TEXT NOT NULL,
    version    INTEGER NOT NULL,
    bundle     BLOB NOT NULL CHECK (length(bundle) = 32),
    state      TEXT NOT NULL CHECK (state IN ('open', 'acknowledged', 'resolved')),
    window     INTEGER NOT NULL REFERENCES monitor_window(id),   -- that opened it
    opened_ms  INTEGER NOT NULL,
    last_ms    INTEGER NOT NULL,                     -- end of the last window that drifted, or was wrong
    n_windows  INTEGER NOT NULL,                     -- such windows
    n_quiet    INTEGER NOT NULL DEFAULT 0,           -- windows since the last of them
    acknowledged_by TEXT,
    acknowledged_ms INTEGER,
    note       TEXT,
    resolved_ms INTEGER,
    resolution TEXT
) STRICT;
INSERT INTO alert_220(id, kind, model, version, bundle, state, window, opened_ms, last_ms, n_windows, n_quiet,
                      acknowledged_by, acknowledged_ms, note, resolved_ms, resolution)
    SELECT id, kind, model, version, bundle, state, window, opened_ms, last_ms, n_windows, n_quiet,
           acknowledged_by, acknowledged_ms, note, resolved_ms, resolution FROM alert;
DROP TABLE alert;
ALTER TABLE alert_220 RENAME TO alert;
CREATE INDEX alert_state ON alert(state, model);

-- Predictions whose truth was judged already, so that the same file can come twice. Nothing of the truth is kept.
CREATE TABLE truth_judged (
    prediction INTEGER PRIMARY KEY
) STRICT;
