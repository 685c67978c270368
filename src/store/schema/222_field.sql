-- Kept inputs of the prediction log that are samples now (src/loop/kept.h), and as what. The row goes with the
-- prediction; it counts while the import that brought the sample in is not undone.
CREATE TABLE prediction_taken (
    prediction  INTEGER PRIMARY KEY REFERENCES prediction(id) ON DELETE CASCADE,
    label       TEXT NOT NULL,
    import_id   INTEGER NOT NULL REFERENCES data_import(id)
) STRICT;
CREATE INDEX prediction_taken_import ON prediction_taken(import_id);
