-- Version 4. The bytes of attachments, which lie in files of their own beside the database.

-- What is held of each blob: how many of its chunks, counted from the first. `hashes` is how
-- it is cut, as whoever brought it said and its name proves.
CREATE TABLE local_blob (
    blob BLOB PRIMARY KEY,
    bytes INTEGER NOT NULL,
    hashes BLOB NOT NULL,
    held INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Which records ever named a blob here: it is let go of when the last of them is erased.
CREATE TABLE local_blob_of (
    blob BLOB NOT NULL,
    record BLOB NOT NULL,
    PRIMARY KEY (blob, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX local_blob_of_record ON local_blob_of (record);

-- Blobs that are named and not whole here; `asked` tells when somebody wanted to see one.
CREATE TABLE local_blob_want (
    blob BLOB PRIMARY KEY,
    asked INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
