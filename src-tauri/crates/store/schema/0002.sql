-- Version 2. What is erased.

-- Of an entry whose payload was erased: eight bytes of its length, big endian, and its hash.
ALTER TABLE log_entry ADD COLUMN absent BLOB;
CREATE INDEX log_entry_absent ON log_entry (log, seq) WHERE absent IS NOT NULL;

-- Records of which no payload is stored any more, but in the space that everybody holds. They stay
-- for ever.
CREATE TABLE log_erased (
    record BLOB PRIMARY KEY,
    common BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- The numbers they bore: no other record may be given one of them.
CREATE TABLE log_erased_number (
    number TEXT NOT NULL,
    record BLOB NOT NULL,
    PRIMARY KEY (number, record)
) STRICT, WITHOUT ROWID;
