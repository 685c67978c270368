-- When a sample was recorded, as its file says; 0: it does not say.
ALTER TABLE data_sample ADD COLUMN taken_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE data_removed ADD COLUMN taken_ms INTEGER NOT NULL DEFAULT 0;
DROP VIEW data_said;
DROP VIEW data_removed_said;
CREATE VIEW data_said AS
    SELECT s.*, coalesce(l.label, '_background_') AS label, l.value AS value,
           coalesce(l.from_us, 0) AS from_us, coalesce(l.to_us, 0) AS to_us, l.id AS label_id
    FROM data_sample s LEFT JOIN data_label l ON l.sample_id = s.id;
CREATE VIEW data_removed_said AS
    SELECT s.*, coalesce(l.label, '_background_') AS label, l.value AS value,
           coalesce(l.from_us, 0) AS from_us, coalesce(l.to_us, 0) AS to_us, l.id AS label_id
    FROM data_removed s LEFT JOIN data_label l ON l.sample_id = s.sample_id;
