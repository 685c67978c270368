-- Erasing: keys of the prediction log, withdrawals, its size, and how far upkeep came.

-- What upkeep remembers between commands.
CREATE TABLE upkeep (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- A row is a key in .mote/keys/log (docs/formats/log-keys.md): of one subject on one day, or of all who named
-- nobody on that day. To destroy the key is to erase what it sealed.
CREATE TABLE log_key (
    id      INTEGER PRIMARY KEY AUTOINCREMENT,                          -- never used twice
    subject BLOB CHECK (subject IS NULL OR length(subject) = 32),       -- keyed hash of the name; NULL: nobody was named
    period  INTEGER NOT NULL,                                           -- days since 1970
    state   INTEGER NOT NULL DEFAULT 0 CHECK (state IN (0, 1, 2))       -- 0 in use, 1 to be destroyed, 2 destroyed
) STRICT;
CREATE UNIQUE INDEX log_key_of ON log_key(subject, period) WHERE state = 0 AND subject IS NOT NULL;
CREATE UNIQUE INDEX log_key_nobody ON log_key(period) WHERE state = 0 AND subject IS NULL;
CREATE INDEX log_key_subject ON log_key(subject) WHERE subject IS NOT NULL;
CREATE INDEX log_key_ending ON log_key(state) WHERE state <> 0;

-- A withdrawal is a barrier: what a writer still has in its queue from before is not written any more.
CREATE TABLE withdrawal (
    subject   BLOB PRIMARY KEY CHECK (length(subject) = 32),            -- keyed hash of the name
    time_ms   INTEGER NOT NULL,                                         -- of the last withdrawal
    mono_us   INTEGER NOT NULL,                                         -- the same on the monotonic clock ...
    boot      TEXT NOT NULL,                                            -- ... of this boot of the machine
    up_to     INTEGER NOT NULL,                                         -- last prediction.id it covers
    n_times   INTEGER NOT NULL,
    n_records INTEGER NOT NULL,                                         -- erased in all, over all withdrawals
    n_inputs  INTEGER NOT NULL,
    done_ms   INTEGER                                                   -- NULL: not finished, to be resumed
) STRICT, WITHOUT ROWID;

-- sealed holds what is personal: label, probabilities, request id, subject, watched values; the columns of those
-- names are then empty. Rows from before have key NULL until upkeep seals them.
ALTER TABLE prediction ADD COLUMN key INTEGER REFERENCES log_key(id);
ALTER TABLE prediction ADD COLUMN sealed BLOB;
ALTER TABLE prediction ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0;     -- what it takes on the disk, with its input
CREATE INDEX prediction_key ON prediction(key) WHERE key IS NOT NULL;
CREATE INDEX prediction_plain ON prediction(id) WHERE key IS NULL;
ALTER TABLE prediction_erase ADD COLUMN plain INTEGER NOT NULL DEFAULT 1;
UPDATE prediction SET bytes = 256 + length(watched) + coalesce(length(probabilities), 0) +
    coalesce((SELECT stored_bytes FROM object WHERE hash = input), 0);

-- How much the log holds, kept by triggers, so that no way of removing can forget it.
CREATE TABLE log_size (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    n     INTEGER NOT NULL,
    bytes INTEGER NOT NULL
) STRICT;
INSERT INTO log_size SELECT 1, count(*), coalesce(sum(bytes), 0) FROM prediction;
CREATE TRIGGER prediction_counted AFTER INSERT ON prediction BEGIN
    UPDATE log_size SET n = n + 1, bytes = bytes + NEW.bytes;
END;
CREATE TRIGGER prediction_uncounted AFTER DELETE ON prediction BEGIN
    UPDATE log_size SET n = n - 1, bytes = bytes - OLD.bytes;
    -- A key that still has records is only given up by a withdrawal.
    UPDATE withdrawal SET n_records = n_records + 1, n_inputs = n_inputs + (OLD.input IS NOT NULL)
        WHERE subject = (SELECT subject FROM log_key WHERE id = OLD.key AND state <> 0);
END;
CREATE TRIGGER prediction_recounted AFTER UPDATE OF bytes ON prediction BEGIN
    UPDATE log_size SET bytes = bytes + NEW.bytes - OLD.bytes;
END;

-- What was not kept although there was consent, for 'mote status'.
CREATE TABLE log_drop (
    reason  TEXT PRIMARY KEY,           -- 'full', 'queue', 'disk'
    n       INTEGER NOT NULL,
    last_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
