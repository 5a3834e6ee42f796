-- Version 3. Logs that forked.

-- The entries of continuations. Each has a log of its own, whose id is its name, and in it the
-- number it was written under; `root` is the log it was written to.
CREATE TABLE log_branch (
    log INTEGER PRIMARY KEY REFERENCES log (id),
    root BLOB NOT NULL,
    seq INTEGER NOT NULL,
    head BLOB NOT NULL,
    before BLOB NOT NULL
) STRICT;
CREATE INDEX log_branch_place ON log_branch (root, seq);

-- How far a log that forked goes under its own id: what all of its continuations share.
CREATE TABLE log_cut (
    root BLOB PRIMARY KEY,
    last_seq INTEGER NOT NULL,
    head BLOB NOT NULL
) STRICT, WITHOUT ROWID;
