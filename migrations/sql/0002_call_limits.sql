-- Calls with the limits under which they started, so that the smallest limit in use binds every process. NULL is no
-- limit, or a call of version 1.

CREATE TABLE calls (
  id TEXT PRIMARY KEY,
  limiter TEXT NOT NULL,
  wall_ms INTEGER NOT NULL,
  boot_ms INTEGER NOT NULL,
  boot TEXT NOT NULL,
  lease_ms INTEGER NOT NULL,
  ended INTEGER NOT NULL DEFAULT 0,
  per_minute INTEGER,
  in_flight INTEGER
) STRICT, WITHOUT ROWID;

INSERT INTO calls (id, limiter, wall_ms, boot_ms, boot, lease_ms, ended)
  SELECT id, limiter, wall_ms, boot_ms, boot, lease_ms, ended FROM limiter_calls;

DROP TABLE limiter_calls;
