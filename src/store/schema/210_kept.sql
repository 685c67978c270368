-- As what an input is kept: 'csv', 'pnm', .. of serve/intake.h. The check of prediction.input_kind knows 'wav' and
-- 'f32' only, so inputs of other kinds could not be kept, nor their predictions; it says 'f32' for all but 'wav' now, and
-- counts where kept_as is NULL: in rows of before.
ALTER TABLE prediction ADD COLUMN kept_as TEXT;
