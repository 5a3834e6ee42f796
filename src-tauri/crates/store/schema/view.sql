-- Projections: disposable, rebuilt from the logs, the same on every machine. Nothing here depends
-- on today. Bump VIEW_VERSION in src/database.rs with every change.

CREATE TABLE view_record (
    record BLOB PRIMARY KEY,
    space BLOB NOT NULL,
    kind TEXT NOT NULL,
    heads BLOB NOT NULL,
    saved BLOB NOT NULL,
    has_refused INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX view_record_space ON view_record (space);
CREATE INDEX view_record_refused ON view_record (record) WHERE has_refused = 1;

-- Entries whose facts do not count, some or all: who wrote them may not, or nobody vouches.
CREATE TABLE view_refused (
    record BLOB NOT NULL,
    log_id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (record, log_id, seq)
) STRICT, WITHOUT ROWID;

-- Which entries of other spaces were carried into which space.
CREATE TABLE view_carried (
    log_id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    space BLOB NOT NULL,
    PRIMARY KEY (log_id, seq, space)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS log_entry_carried
    ON log_entry (log, seq) WHERE kind = 4 AND state = 0;

CREATE TABLE view_case (
    record BLOB PRIMARY KEY,
    space BLOB NOT NULL,
    number TEXT NOT NULL,
    title TEXT NOT NULL,
    category TEXT,
    place TEXT NOT NULL,
    parties TEXT NOT NULL,
    stage TEXT NOT NULL,
    state TEXT NOT NULL,
    marks TEXT NOT NULL,
    owner BLOB,
    registered_unit BLOB,
    registered_day TEXT NOT NULL,
    next_due_day TEXT,
    next_due_what TEXT,
    risk TEXT,
    amount_fen INTEGER NOT NULL,
    is_amount_unverified INTEGER NOT NULL,
    is_closed INTEGER NOT NULL,
    open_conflicts INTEGER NOT NULL,
    village_sessions INTEGER NOT NULL,
    township_sessions INTEGER NOT NULL,
    visits INTEGER NOT NULL,
    sessions INTEGER NOT NULL,
    escalations INTEGER NOT NULL,
    written_agreements INTEGER NOT NULL,
    oral_agreements INTEGER NOT NULL,
    settings TEXT NOT NULL,
    source TEXT NOT NULL,
    party_count INTEGER NOT NULL,
    mediators TEXT NOT NULL,
    -- Where it stands in the township's own catalogue, in the words it was put there with.
    local_code TEXT,
    local_group TEXT,
    local_item TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX view_case_local ON view_case (local_code) WHERE local_code IS NOT NULL;
CREATE INDEX view_case_settings ON view_case (settings);
CREATE INDEX view_case_day ON view_case (registered_day DESC, record DESC);
CREATE INDEX view_case_due
    ON view_case (next_due_day IS NULL, next_due_day, registered_day DESC, record DESC);
CREATE INDEX view_case_number ON view_case (length(number), number);
CREATE INDEX view_case_owner ON view_case (owner, is_closed, registered_day DESC, record DESC);

-- Who takes part in a case, each unit in sixteen bytes, and what in it is hidden from whoever may
-- not read it: words with what stands in their place, as JSON.
CREATE TABLE view_guard (
    record BLOB PRIMARY KEY,
    is_protected INTEGER NOT NULL,
    is_restricted INTEGER NOT NULL,
    holders BLOB NOT NULL,
    addressed BLOB NOT NULL,
    former BLOB NOT NULL,
    minors TEXT NOT NULL,
    parties TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX view_guard_restricted ON view_guard (record) WHERE is_restricted = 1;

CREATE TABLE view_due (
    record BLOB NOT NULL,
    ordinal INTEGER NOT NULL,
    kind TEXT NOT NULL,
    day TEXT NOT NULL,
    unit BLOB NOT NULL,
    what TEXT NOT NULL,
    amount_fen INTEGER,
    agreement TEXT NOT NULL,
    line INTEGER NOT NULL,
    PRIMARY KEY (record, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX view_due_day ON view_due (unit, day);

CREATE TABLE view_conflict (
    record BLOB NOT NULL,
    ordinal INTEGER NOT NULL,
    key TEXT NOT NULL,
    kind TEXT NOT NULL,
    is_open INTEGER NOT NULL,
    unit BLOB,
    roles TEXT NOT NULL,
    latest TEXT NOT NULL,
    PRIMARY KEY (record, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX view_conflict_open ON view_conflict (is_open, latest DESC);

CREATE TABLE view_notice (
    record BLOB NOT NULL,
    key TEXT NOT NULL,
    unit BLOB NOT NULL,
    rule TEXT NOT NULL,
    is_open INTEGER NOT NULL,
    PRIMARY KEY (record, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX view_notice_open ON view_notice (unit, is_open);

-- What ties cases to each other and to persons; each row comes from one record's own facts.
CREATE TABLE view_key (
    key TEXT NOT NULL,
    record BLOB NOT NULL,
    PRIMARY KEY (key, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX view_key_record ON view_key (record);

CREATE TABLE view_traits (
    record BLOB PRIMARY KEY,
    traits TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE view_link (
    record BLOB NOT NULL,
    other BLOB NOT NULL,
    verdict TEXT NOT NULL,
    goes_into INTEGER NOT NULL,
    is_disputed INTEGER NOT NULL,
    PRIMARY KEY (record, other)
) STRICT, WITHOUT ROWID;

CREATE TABLE view_number (
    number TEXT NOT NULL,
    record BLOB NOT NULL,
    claim TEXT,
    voided TEXT,
    PRIMARY KEY (number, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX view_number_record ON view_number (record);

CREATE TABLE view_party (
    person BLOB NOT NULL,
    record BLOB NOT NULL,
    PRIMARY KEY (person, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX view_party_record ON view_party (record);
CREATE TABLE view_card (
    record BLOB NOT NULL,
    id TEXT NOT NULL,
    unit BLOB NOT NULL,
    colour TEXT NOT NULL,
    day TEXT NOT NULL,
    is_withdrawn INTEGER NOT NULL,
    PRIMARY KEY (record, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX view_card_unit ON view_card (unit, is_withdrawn, day);

-- What a case contributes to the statistics, each thing on its own day.
CREATE TABLE view_item (
    record BLOB NOT NULL,
    ordinal INTEGER NOT NULL,
    fact TEXT NOT NULL,
    day TEXT NOT NULL,
    form TEXT NOT NULL,
    act TEXT NOT NULL,
    amount_fen INTEGER NOT NULL,
    PRIMARY KEY (record, ordinal)
) STRICT, WITHOUT ROWID;

-- Sheets, by whose turn it is.
CREATE TABLE view_sheet (
    record BLOB NOT NULL,
    ordinal INTEGER NOT NULL,
    fact TEXT NOT NULL,
    kind TEXT NOT NULL,
    number TEXT NOT NULL,
    sender BLOB NOT NULL,
    addressee BLOB NOT NULL,
    part TEXT NOT NULL,
    day TEXT NOT NULL,
    status TEXT NOT NULL,
    turn BLOB,
    PRIMARY KEY (record, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX view_sheet_number ON view_sheet (length(number), number);
CREATE INDEX view_sheet_turn ON view_sheet (turn, day);

-- The versions of the settings; one of them holds.
CREATE TABLE view_setting (
    record BLOB NOT NULL,
    version TEXT NOT NULL,
    holds INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (version)
) STRICT, WITHOUT ROWID;

-- The township's own catalogue of disputes, in its order; each item as it holds, as JSON.
CREATE TABLE view_local_item (
    code TEXT PRIMARY KEY,
    ordinal INTEGER NOT NULL,
    fact TEXT NOT NULL,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Frozen periods and zero reports.
CREATE TABLE view_period (
    record BLOB NOT NULL,
    ordinal INTEGER NOT NULL,
    kind TEXT NOT NULL,
    period TEXT NOT NULL,
    unit BLOB NOT NULL,
    fact TEXT NOT NULL,
    author BLOB NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (record, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX view_period_kind ON view_period (kind, period);

CREATE TABLE view_person (
    record BLOB PRIMARY KEY,
    space BLOB NOT NULL,
    name TEXT NOT NULL,
    phone TEXT NOT NULL,
    address TEXT NOT NULL,
    born TEXT NOT NULL,
    beside TEXT NOT NULL,
    letters TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE view_unit (
    record BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    -- What it was called before, with the first day of the next name, as JSON.
    former TEXT NOT NULL,
    level TEXT NOT NULL,
    sort TEXT NOT NULL,
    -- The unit it became part of, and from which day on.
    merged_into BLOB,
    merged_day TEXT,
    is_withdrawn INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
-- Every case asks for these when it is folded; nearly always there are none.
CREATE INDEX view_unit_merged ON view_unit (merged_into) WHERE merged_into IS NOT NULL;

-- The text by which each record is found; the index itself holds positions only.
CREATE TABLE view_text (
    id INTEGER PRIMARY KEY,
    record BLOB NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    letters TEXT NOT NULL
) STRICT;
CREATE VIRTUAL TABLE view_search USING fts5 (
    words, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 0'
);

-- Where each of these stands in the list (the day of application, then the moment it was begun) and
-- why it may be hidden (1 protected, 2 restricted); and what is often chosen beside words. Rows are
-- narrow on purpose: whoever looks for a common word passes through all of them.
CREATE TABLE view_found (
    id INTEGER PRIMARY KEY,
    place INTEGER NOT NULL,
    hidden INTEGER NOT NULL,
    is_closed INTEGER NOT NULL,
    open_conflicts INTEGER NOT NULL,
    registered_day TEXT NOT NULL,
    category TEXT,
    state TEXT NOT NULL,
    stage TEXT NOT NULL,
    owner BLOB,
    local_group TEXT,
    local_code TEXT
) STRICT;

-- What devices noted of people's acts; `entry` is the log and the number of the note in it.
CREATE TABLE view_audit (
    entry BLOB PRIMARY KEY,
    space BLOB NOT NULL,
    device BLOB NOT NULL,
    at_ms INTEGER NOT NULL,
    user BLOB NOT NULL,
    act TEXT NOT NULL,
    record BLOB,
    note TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX view_audit_time ON view_audit (at_ms DESC, entry DESC);
CREATE INDEX view_audit_act ON view_audit (act, user, at_ms);
CREATE INDEX IF NOT EXISTS log_entry_audit
    ON log_entry (log, seq) WHERE kind = 5 AND state = 0;

-- The blobs that the attachments of a record name, with the entry that named each.
CREATE TABLE view_blob (
    record BLOB NOT NULL,
    ordinal INTEGER NOT NULL,
    blob BLOB NOT NULL,
    bytes INTEGER NOT NULL,
    is_thumbnail INTEGER NOT NULL,
    recorded_ms INTEGER NOT NULL,
    log_id BLOB,
    seq INTEGER,
    PRIMARY KEY (record, ordinal)
) STRICT, WITHOUT ROWID;
CREATE INDEX view_blob_name ON view_blob (blob);
