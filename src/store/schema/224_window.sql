-- A window of predictions is one row, whatever it is held against: an alert has its cause itself, and the window says how many
-- of its samples alarmed. What an older Mote wrote as a second row for that is of kind 'alarms', and shown no more; windows of
-- truths that came later are of kind 'error'.
ALTER TABLE monitor_window ADD COLUMN kind TEXT NOT NULL DEFAULT 'drift' CHECK (kind IN ('drift', 'error', 'alarms'));
ALTER TABLE monitor_window ADD COLUMN n_alarms INTEGER;    -- samples that alarmed; NULL: of no model of anomalies
UPDATE monitor_window SET kind = 'alarms' WHERE top LIKE '%"what":"alarms","words"%';
UPDATE monitor_window SET kind = 'error' WHERE id IN (SELECT window FROM alert WHERE kind = 'error')
    OR top LIKE '%"words":"the error%';
ALTER TABLE alert ADD COLUMN top TEXT NOT NULL DEFAULT '[]';    -- JSON, as that of a window: why
UPDATE alert SET top = (SELECT w.top FROM monitor_window w WHERE w.id = alert.window);
