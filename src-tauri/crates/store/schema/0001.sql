-- Version 1. Additive from here on: a column never changes meaning.

-- Of record: what devices appended to logs, as it came.
CREATE TABLE log (
    id INTEGER PRIMARY KEY,
    log_id BLOB NOT NULL UNIQUE,
    space BLOB NOT NULL,
    device BLOB NOT NULL,
    epoch BLOB NOT NULL,
    released_seq INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX log_space ON log (space);

-- What is held of a log: closed ranges, with the chain before and at their end.
CREATE TABLE log_range (
    log INTEGER NOT NULL REFERENCES log (id),
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    before BLOB NOT NULL,
    head BLOB NOT NULL,
    PRIMARY KEY (log, first_seq)
) STRICT, WITHOUT ROWID;

-- Where a log was signed; segments are cut only there.
CREATE TABLE log_run (
    log INTEGER NOT NULL REFERENCES log (id),
    last_seq INTEGER NOT NULL,
    head BLOB NOT NULL,
    signature BLOB NOT NULL,
    PRIMARY KEY (log, last_seq)
) STRICT, WITHOUT ROWID;

-- The entries. `ready` is the order in which everything they build on had arrived, `position` the
-- order in which they may be passed on; `state` says what became of them: 0 nothing yet,
-- 1 applied, 2 held.
CREATE TABLE log_entry (
    log INTEGER NOT NULL REFERENCES log (id),
    seq INTEGER NOT NULL,
    kind INTEGER NOT NULL,
    doc BLOB NOT NULL,
    needs BLOB NOT NULL,
    payload BLOB NOT NULL,
    change BLOB,
    ready INTEGER,
    position INTEGER,
    state INTEGER NOT NULL DEFAULT 0,
    held TEXT,
    stored_ms INTEGER NOT NULL,
    PRIMARY KEY (log, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX log_entry_doc ON log_entry (doc);
CREATE UNIQUE INDEX log_entry_position ON log_entry (position) WHERE position IS NOT NULL;
CREATE INDEX log_entry_kind ON log_entry (kind) WHERE kind <> 1;
CREATE INDEX log_entry_held ON log_entry (log, seq) WHERE state = 2;
CREATE INDEX log_entry_ready ON log_entry (ready) WHERE ready IS NOT NULL;

-- Entries by what they wait for.
CREATE TABLE log_waiting (
    need_log BLOB NOT NULL,
    need_seq INTEGER NOT NULL,
    log INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (need_log, need_seq, log, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX log_waiting_entry ON log_waiting (log, seq);

-- This device only.
CREATE TABLE local_value (
    name TEXT PRIMARY KEY,
    value BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Records whose documents are behind their entries.
CREATE TABLE local_behind (
    record BLOB PRIMARY KEY
) STRICT, WITHOUT ROWID;

-- What another device is known to hold.
CREATE TABLE local_held_by (
    device BLOB NOT NULL,
    log_id BLOB NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    PRIMARY KEY (device, log_id, first_seq)
) STRICT, WITHOUT ROWID;

-- When another device was last met.
CREATE TABLE local_met (
    device BLOB PRIMARY KEY,
    unit BLOB NOT NULL,
    at_ms INTEGER NOT NULL,
    way TEXT NOT NULL,
    skew_ms INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- The history of exchanges, newest last.
CREATE TABLE local_exchange (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    way TEXT NOT NULL,
    peer_unit BLOB,
    peer_device BLOB,
    received INTEGER NOT NULL DEFAULT 0,
    sent INTEGER NOT NULL DEFAULT 0,
    outcome TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '{}'
) STRICT;

-- Packets written, so that the next can begin where one ended.
CREATE TABLE local_packet (
    packet BLOB PRIMARY KEY,
    unit BLOB NOT NULL,
    made_ms INTEGER NOT NULL,
    until_ms INTEGER NOT NULL,
    frontier BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Gaps a packet left behind, and the packet that would fill them.
CREATE TABLE local_gap (
    log_id BLOB NOT NULL,
    last_seq INTEGER NOT NULL,
    unit BLOB NOT NULL,
    until_ms INTEGER NOT NULL,
    PRIMARY KEY (log_id, last_seq)
) STRICT, WITHOUT ROWID;
