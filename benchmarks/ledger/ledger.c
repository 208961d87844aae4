// The yardstick: the same schema, triggers, pragmas, lock, hash chain and events as the Swift store, straight on
// libsqlite3 and libcrypto.
//   ledger append FOLDER MIGRATION.sql EVENTS WAITING   prints durable events a second
//   ledger verify FOLDER                                prints events read and hashed in a second of processor time
#include <fcntl.h>
#include <openssl/evp.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static sqlite3 *database;
static EVP_MD *algorithm;
static EVP_MD_CTX *context;
static int pages_in_log;
static unsigned char encoded[1 << 20];
static size_t used;

static void check(int code, int expected, const char *what) {
  if (code == expected) return;
  fprintf(stderr, "ledger: %s: %d %s\n", what, code, database ? sqlite3_errmsg(database) : "");
  exit(1);
}

static sqlite3_stmt *prepare(const char *sql) {
  sqlite3_stmt *statement;
  check(sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, 0), SQLITE_OK, sql);
  return statement;
}

static void run(sqlite3_stmt *statement) {
  check(sqlite3_step(statement), SQLITE_DONE, "step");
  sqlite3_reset(statement);
}

static void execute(const char *sql) { check(sqlite3_exec(database, sql, 0, 0, 0), SQLITE_OK, sql); }

static double now(clockid_t clock) {
  struct timespec time;
  clock_gettime(clock, &time);
  return time.tv_sec + time.tv_nsec / 1e9;
}

static void put(const void *bytes, size_t count) {
  memcpy(encoded + used, bytes, count);
  used += count;
}
static void put_integer(int64_t number) {
  uint64_t swapped = __builtin_bswap64((uint64_t)number);
  put(&swapped, 8);
}
static void put_text(const void *text, size_t count) {
  put_integer((int64_t)count);
  put(text, count);
}
static void put_tag(unsigned char tag) { put(&tag, 1); }

static void put_optional(const void *text, size_t count) {
  put_tag(text != 0);
  if (text) put_text(text, count);
}

static void digest(unsigned char *out) {
  check(EVP_DigestInit_ex(context, algorithm, 0), 1, "digest");
  check(EVP_DigestUpdate(context, encoded, used), 1, "digest");
  check(EVP_DigestFinal_ex(context, out, 0), 1, "digest");
}

static void chain(
  int64_t position, int64_t version, int64_t time_ms, const int64_t *attempt, const void *batch, size_t batch_size,
  const void *run_id, size_t run_size, const void *asset, size_t asset_size, const void *stage, size_t stage_size,
  const void *type, size_t type_size, const void *payload, size_t payload_size, const unsigned char *previous,
  unsigned char *hash) {
  used = 0;
  put_text("ledger/leaf/v1", 14);
  put_integer(position), put_integer(version), put_integer(time_ms);
  put_tag(attempt != 0);
  if (attempt) put_integer(*attempt);
  put_text(batch, batch_size), put_text(run_id, run_size);
  put_optional(asset, asset_size), put_optional(stage, stage_size);
  put_text(type, type_size), put_text(payload, payload_size);
  unsigned char leaf[32];
  digest(leaf);
  used = 0;
  put_text("ledger/node/v1", 14);
  put_integer(position), put(previous, 32), put(leaf, 32);
  digest(hash);
}

static int note_pages(void *unused, sqlite3 *handle, const char *name, int pages) {
  pages_in_log = pages;
  return SQLITE_OK;
}

static void open_ledger(const char *folder, int flags) {
  char path[4096];
  snprintf(path, sizeof path, "%s/ledger.db", folder);
  check(sqlite3_open_v2(path, &database, flags | SQLITE_OPEN_NOMUTEX, 0), SQLITE_OK, path);
  sqlite3_db_config(database, SQLITE_DBCONFIG_DEFENSIVE, 1, 0);
  sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, 0);
  sqlite3_db_config(database, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, 0);
  sqlite3_db_config(database, SQLITE_DBCONFIG_ENABLE_FKEY, 1, 0);
  sqlite3_wal_hook(database, note_pages, 0);
}

static char *contents(const char *path) {
  FILE *file = fopen(path, "r");
  if (!file) perror(path), exit(1);
  static char text[1 << 18];
  text[fread(text, 1, sizeof text - 1, file)] = 0;
  fclose(file);
  return text;
}

static void append(const char *folder, const char *migration, int events, int waiting) {
  char path[4096];
  mkdir(folder, 0700);
  snprintf(path, sizeof path, "%s/locks", folder);
  mkdir(path, 0700);
  snprintf(path, sizeof path, "%s/locks/ledger.lock", folder);
  int lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  open_ledger(folder, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN IMMEDIATE");
  execute(contents(migration));
  execute("COMMIT");
  sqlite3_wal_checkpoint_v2(database, 0, SQLITE_CHECKPOINT_PASSIVE, 0, 0);
  sqlite3_stmt *begin = prepare("BEGIN IMMEDIATE"), *commit = prepare("COMMIT");
  sqlite3_stmt *head = prepare("SELECT position, hash FROM events ORDER BY position DESC LIMIT 1");
  sqlite3_stmt *last = prepare("SELECT max(version) FROM events WHERE batch = ?1");
  sqlite3_stmt *insert = prepare("INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)");
  sqlite3_stmt *row = prepare(
    "INSERT INTO batches (folded, batch, version, state, position, time_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6) "
    "ON CONFLICT (folded) DO UPDATE SET version = excluded.version, state = excluded.state, "
    "position = excluded.position, time_ms = excluded.time_ms");
  char payload[300];
  memset(payload, 'a', 300), memcpy(payload, "{\"key\":\"", 8), memcpy(payload + 298, "\"}", 2);
  const char *run_id = "01J9Z3T6M8Q4W2E5R7Y9", *type = "stage.completed", *stage = "extract";
  double started = 0;
  for (int done = -waiting; done < events; done += waiting) {
    if (done == 0) started = now(CLOCK_MONOTONIC);
    flock(lock, LOCK_EX);
    run(begin);
    int64_t position = 0;
    unsigned char previous[32] = {0}, hash[32];
    if (sqlite3_step(head) == SQLITE_ROW) {
      position = sqlite3_column_int64(head, 0);
      memcpy(previous, sqlite3_column_blob(head, 1), 32);
    }
    sqlite3_reset(head);
    for (int writer = 0; writer < waiting; writer++) {
      char batch[32], asset[32];
      int index = done < 0 ? 0 : done / waiting;
      int batch_size = snprintf(batch, sizeof batch, done < 0 ? "warm-%d" : "batch-%d", writer);
      int asset_size = snprintf(asset, sizeof asset, "ASSET-%d", index % 5);
      sqlite3_bind_text(last, 1, batch, batch_size, SQLITE_STATIC);
      check(sqlite3_step(last), SQLITE_ROW, "version");
      int64_t version = sqlite3_column_int64(last, 0) + 1, time_ms = 1700000000000 + index;
      sqlite3_reset(last);
      position++;
      int64_t attempt = 1;
      chain(position, version, time_ms, &attempt, batch, batch_size, run_id, strlen(run_id), asset, asset_size, stage,
        strlen(stage), type, strlen(type), payload, 300, previous, hash);
      sqlite3_bind_int64(insert, 1, position), sqlite3_bind_int64(insert, 2, version);
      sqlite3_bind_int64(insert, 3, time_ms);
      sqlite3_bind_text(insert, 4, batch, batch_size, SQLITE_STATIC);
      sqlite3_bind_text(insert, 5, run_id, -1, SQLITE_STATIC), sqlite3_bind_text(insert, 6, type, -1, SQLITE_STATIC);
      sqlite3_bind_text(insert, 7, asset, asset_size, SQLITE_STATIC);
      sqlite3_bind_text(insert, 8, stage, -1, SQLITE_STATIC), sqlite3_bind_int64(insert, 9, 1);
      sqlite3_bind_blob(insert, 10, payload, 300, SQLITE_STATIC);
      sqlite3_bind_blob(insert, 11, previous, 32, SQLITE_STATIC), sqlite3_bind_blob(insert, 12, hash, 32, SQLITE_STATIC);
      run(insert);
      memcpy(previous, hash, 32);
      sqlite3_bind_text(row, 1, batch, batch_size, SQLITE_STATIC), sqlite3_bind_text(row, 2, batch, batch_size, SQLITE_STATIC);
      sqlite3_bind_int64(row, 3, version), sqlite3_bind_text(row, 4, "open", 4, SQLITE_STATIC);
      sqlite3_bind_int64(row, 5, position), sqlite3_bind_int64(row, 6, time_ms);
      run(row);
    }
    run(commit);
    if (pages_in_log >= 1000) sqlite3_wal_checkpoint_v2(database, 0, SQLITE_CHECKPOINT_PASSIVE, 0, 0);
    flock(lock, LOCK_UN);
  }
  printf("%d\n", (int)(events / (now(CLOCK_MONOTONIC) - started)));
}

static void verify(const char *folder) {
  open_ledger(folder, SQLITE_OPEN_READONLY);
  double started = now(CLOCK_PROCESS_CPUTIME_ID);
  sqlite3_stmt *rows = prepare("SELECT * FROM events ORDER BY position");
  unsigned char previous[32] = {0}, hash[32];
  int64_t count = 0;
#define BYTES(column) sqlite3_column_blob(rows, column), sqlite3_column_bytes(rows, column)
#define TEXT(column) sqlite3_column_text(rows, column), sqlite3_column_bytes(rows, column)
  while (sqlite3_step(rows) == SQLITE_ROW) {
    int64_t attempt = sqlite3_column_int64(rows, 8);
    chain(sqlite3_column_int64(rows, 0), sqlite3_column_int64(rows, 1), sqlite3_column_int64(rows, 2),
      sqlite3_column_type(rows, 8) == SQLITE_NULL ? 0 : &attempt, TEXT(3), TEXT(4), TEXT(6), TEXT(7), TEXT(5), BYTES(9), previous, hash);
    if (memcmp(sqlite3_column_blob(rows, 10), previous, 32) || memcmp(sqlite3_column_blob(rows, 11), hash, 32)) {
      fprintf(stderr, "ledger: position %lld is wrong\n", (long long)sqlite3_column_int64(rows, 0));
      exit(1);
    }
    memcpy(previous, hash, 32);
    count++;
  }
  printf("%d\n", (int)(count / (now(CLOCK_PROCESS_CPUTIME_ID) - started)));
}

int main(int count, char **arguments) {
  algorithm = EVP_MD_fetch(0, "SHA256", 0);
  context = EVP_MD_CTX_new();
  if (count == 6 && !strcmp(arguments[1], "append"))
    append(arguments[2], arguments[3], atoi(arguments[4]), atoi(arguments[5]));
  else if (count == 3 && !strcmp(arguments[1], "verify"))
    verify(arguments[2]);
  else
    return fprintf(stderr, "usage: ledger append FOLDER SQL EVENTS WAITING | verify FOLDER\n"), 64;
  sqlite3_close_v2(database);
}
