-- Windows of served predictions that were compared with the reference of their model, and alerts.
-- `bundle` is the model that served; it need not be in this store, so it is no reference to object.
CREATE TABLE monitor_window (
    id       INTEGER PRIMARY KEY,
    model    TEXT NOT NULL,
    version  INTEGER NOT NULL,                       -- 0: not registered
    bundle   BLOB NOT NULL CHECK (length(bundle) = 32),
    start_ms INTEGER NOT NULL,
    end_ms   INTEGER NOT NULL,
    n        INTEGER NOT NULL CHECK (n > 0),         -- predictions
    is_drift INTEGER NOT NULL CHECK (is_drift IN (0, 1)),
    p_value  REAL NOT NULL,                          -- corrected for all things watched
    top      TEXT NOT NULL                           -- JSON: [{"what","statistic","threshold","p_value"}]
) STRICT;
CREATE INDEX monitor_window_model ON monitor_window(model, id);

CREATE TABLE alert (
    id         INTEGER PRIMARY KEY,
    kind       TEXT NOT NULL CHECK (kind IN ('drift')),
    model      TEXT NOT NULL,
    version    INTEGER NOT NULL,
    bundle     BLOB NOT NULL CHECK (length(bundle) = 32),
    state      TEXT NOT NULL CHECK (state IN ('open', 'acknowledged', 'resolved')),
    window     INTEGER NOT NULL REFERENCES monitor_window(id),   -- that opened it
    opened_ms  INTEGER NOT NULL,
    last_ms    INTEGER NOT NULL,                     -- end of the last window that drifted
    n_windows  INTEGER NOT NULL,                     -- that drifted
    n_quiet    INTEGER NOT NULL DEFAULT 0,           -- windows without drift since the last that did
    acknowledged_by TEXT,
    acknowledged_ms INTEGER,
    note       TEXT,
    resolved_ms INTEGER,
    resolution TEXT
) STRICT;
CREATE INDEX alert_state ON alert(state, model);

-- How far the prediction log has been read for a bundle ('mote monitor --log').
CREATE TABLE monitor_cursor (
    bundle     BLOB PRIMARY KEY CHECK (length(bundle) = 32),
    prediction INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
