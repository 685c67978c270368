-- Withdrawals that are not finished: a writer asks after each batch, and lets them through.
CREATE INDEX withdrawal_open ON withdrawal(subject) WHERE done_ms IS NULL;
