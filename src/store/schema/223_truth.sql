-- What turned out to be true of predictions (src/loop/truths.h), until the prediction is erased. Until now only which of them
-- had been judged was known; those truths are NULL.
CREATE TABLE prediction_truth (
    prediction INTEGER PRIMARY KEY REFERENCES prediction(id) ON DELETE CASCADE,
    truth      TEXT,                                  -- a label; values in the order of the target: '3.5, 4'
    error      REAL,                                  -- |said - true|, of several values their mean; 1 wrong, 0 right
    class_id   INTEGER,                               -- which of the model's classes it is; of scores 0 normal, 1 not; of values NULL
    is_tested  INTEGER NOT NULL CHECK (is_tested IN (0, 1)),  -- held against the promise: of anomalies what is normal
    is_judged  INTEGER NOT NULL CHECK (is_judged IN (0, 1))   -- in a window
) STRICT;
INSERT INTO prediction_truth(prediction, truth, error, class_id, is_tested, is_judged)
    SELECT prediction, NULL, NULL, NULL, 0, 1 FROM truth_judged WHERE prediction IN (SELECT id FROM prediction);
DROP TABLE truth_judged;

-- Of the prediction behind `prediction` so many samples are in a window already: it had several, and the window was full.
ALTER TABLE monitor_cursor ADD COLUMN n_samples INTEGER NOT NULL DEFAULT 0;
