-- Version 5. Rows of the lists that another device lent before the entries came which they are made
-- of: what the record was said to end in, and the hash of the rows.
CREATE TABLE local_lent (
    record BLOB PRIMARY KEY,
    device BLOB NOT NULL,
    space BLOB NOT NULL,
    heads BLOB NOT NULL,
    hash BLOB NOT NULL
) STRICT, WITHOUT ROWID;
