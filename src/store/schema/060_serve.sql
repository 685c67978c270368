-- Predictions that were made with a consent which the project accepted (serve/predlog.h).
CREATE TABLE prediction (
    id            INTEGER PRIMARY KEY AUTOINCREMENT,
    time_ms       INTEGER NOT NULL,
    expires_ms    INTEGER NOT NULL,            -- end of the retention that it was logged under
    model         TEXT NOT NULL,
    version       TEXT NOT NULL,
    model_hash    BLOB NOT NULL CHECK (length(model_hash) = 32),
    purpose       TEXT NOT NULL,
    subject       TEXT NOT NULL,               -- '': nobody was named
    request_id    TEXT NOT NULL,
    class_id      INTEGER,                     -- with label and probabilities: NULL when outputs are not kept
    label         TEXT,
    probabilities BLOB,                        -- float32, little-endian
    input         BLOB REFERENCES object(hash),
    input_kind    TEXT CHECK (input_kind IN ('wav', 'f32')),
    watched       BLOB NOT NULL,               -- float32, little-endian: summary values of the monitor
    infer_us      INTEGER NOT NULL,
    CHECK ((input IS NULL) = (input_kind IS NULL))
) STRICT;
CREATE INDEX prediction_expires ON prediction(expires_ms);
CREATE INDEX prediction_time ON prediction(time_ms);
CREATE INDEX prediction_subject ON prediction(subject) WHERE subject <> '';
CREATE INDEX prediction_model ON prediction(model, id);
CREATE INDEX prediction_input ON prediction(input) WHERE input IS NOT NULL;

-- Inputs whose last prediction was removed and whose bytes are still to be erased, so that a kill
-- between the two leaves nothing behind.
CREATE TABLE prediction_erase (
    input BLOB PRIMARY KEY CHECK (length(input) = 32)
) STRICT, WITHOUT ROWID;
