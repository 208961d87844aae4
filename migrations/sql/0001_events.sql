-- The events, the tables derived from them, and the limiters' calls.
-- Released migrations are never edited: their digests are recorded in every ledger.

CREATE TABLE migrations (
  version INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  digest BLOB NOT NULL CHECK (length(digest) = 32),
  applied_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE events (
  position INTEGER PRIMARY KEY CHECK (position > 0),
  version INTEGER NOT NULL CHECK (version > 0),
  time_ms INTEGER NOT NULL,
  batch TEXT NOT NULL,
  run TEXT NOT NULL,
  type TEXT NOT NULL,
  asset TEXT,
  stage TEXT,
  attempt INTEGER,
  payload BLOB NOT NULL,
  previous BLOB NOT NULL CHECK (length(previous) = 32),
  hash BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

-- Every index ends in the position, so each of these also answers in position order.
CREATE UNIQUE INDEX events_batch ON events (batch, version);
CREATE INDEX events_run ON events (run);
CREATE INDEX events_type ON events (type);
CREATE INDEX events_asset ON events (asset) WHERE asset IS NOT NULL;
CREATE INDEX events_stage ON events (stage) WHERE stage IS NOT NULL;
CREATE INDEX events_time ON events (time_ms);

CREATE TRIGGER events_never_updated BEFORE UPDATE ON events
BEGIN
  SELECT RAISE(ABORT, 'events are never changed');
END;

CREATE TRIGGER events_never_deleted BEFORE DELETE ON events
BEGIN
  SELECT RAISE(ABORT, 'events are never deleted');
END;

-- REPLACE deletes without firing a DELETE trigger, so it is stopped here: a taken position or version is never the next.
CREATE TRIGGER events_only_appended BEFORE INSERT ON events
BEGIN
  SELECT RAISE(ABORT, 'an event takes the next position of the ledger')
    WHERE NEW.position IS NOT (SELECT coalesce(max(position), 0) + 1 FROM events);
  SELECT RAISE(ABORT, 'an event takes the next version of its batch')
    WHERE NEW.version IS NOT
      (SELECT coalesce(max(version), 0) + 1 FROM events WHERE batch = NEW.batch);
  SELECT RAISE(ABORT, 'an event names the hash of the one before')
    WHERE NEW.previous IS NOT
      coalesce((SELECT hash FROM events WHERE position = NEW.position - 1), zeroblob(32));
END;

-- Where an event with a content key stands; can be rebuilt from the events.
CREATE TABLE event_keys (
  key BLOB NOT NULL CHECK (length(key) = 32),
  position INTEGER NOT NULL REFERENCES events (position),
  PRIMARY KEY (key, position)
) STRICT, WITHOUT ROWID;

-- A row a batch, for screens; can be rebuilt from the events. folded is the name in lower case.
CREATE TABLE batches (
  folded TEXT PRIMARY KEY,
  batch TEXT NOT NULL,
  version INTEGER NOT NULL,
  state TEXT NOT NULL,
  position INTEGER NOT NULL REFERENCES events (position),
  time_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Calls that may still count against a limit, removed when they no longer can.
CREATE TABLE limiter_calls (
  id TEXT PRIMARY KEY,
  limiter TEXT NOT NULL,
  wall_ms INTEGER NOT NULL,
  boot_ms INTEGER NOT NULL,
  boot TEXT NOT NULL,
  lease_ms INTEGER NOT NULL,
  ended INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE limiter_pauses (
  limiter TEXT PRIMARY KEY,
  wall_ms INTEGER NOT NULL,
  boot_ms INTEGER NOT NULL,
  boot TEXT NOT NULL
) STRICT, WITHOUT ROWID;
