import Runner

/// The skill file: all that a coding agent needs to work the command. Every command line in it is run by a
/// test.
enum SkillText {
  static let text = """
    ---
    name: ledgerctl
    description: Lands a batch of 1 to 5 validated design assets (PNG images with a score and specs) in a \
    git \
    repository as exactly one commit, and continues after a kill, a quota or a full disk. Use it when asked \
    to process, \
    package, land, resume, retry, cancel or audit a batch of design assets.
    ---

    # ledgerctl

    `ledgerctl` takes every asset of a batch through the stages `validate`, `extract`, `render`, \
    `package`, then places
    all files (`place`) and makes one commit (`commit`). Every step is an event in `.ledger/`. Nothing is \
    placed or
    committed before every asset is packaged: if one fails, the working tree stays as it is.

    Rules:
    - Running the same command again is always safe, and continues where the ledger says it stopped.
    - Never edit or delete anything in `.ledger/`, and never commit the placed files yourself.
    - Ask for JSON: `--format json` gives exactly one line on stdout, whatever the exit status.

    ## Land a batch

    1. Draft a manifest from images, then complete `specs` (name, category, mode, purpose, specimens) and \
    the scores.
       Scores are 90 to 100, and a batch has 1 to 5 assets.

       ```sh
       ledgerctl manifest downloads/*.png --category patterns --score 92 --batch batch-one > batch.json
       ```

    2. See what a run would do. It writes nothing; `errors` names everything that is in the way.

       ```sh
       ledgerctl plan batch.json --format json
       ```

    3. Run it.

       ```sh
       ledgerctl run batch.json --format json
       ```

    ## Read the result

    ```json
    {"schema":"ledgerctl/result/v1","batches":[{"batch":"batch-one","state":"committed","assets":[],
     "commit":"1a2b…"}],
     "errors":[],"next":[],"retry_at":"2026-01-01T00:00:00.000Z"}
    ```

    - `batches[].state`: `open`, `packaged`, `placed`, `committed` or `cancelled`. Done means `committed`.
    - `errors[]`: `code`, `message`, often `hint` and `asset`. Tell the user the message; do what the \
    hint says.
    - `next`: commands to continue with, each a list of words. Run the first one, after fixing what \
    `errors` names.
    - `retry_at`: do not continue before that time; wait, or come back later. Only if the user says that \
    there is more quota by now, `resume BATCH --now` tries one call at once.
    - `notes[]`: tell the user; `settings_changed` and `image_taken` say what is different from the last run.

    | exit | meaning | do |
    |---|---|---|
    | 0 | done, or nothing to do | nothing |
    | 1 | some assets failed, nothing was committed | fix them, then run `next` |
    | 64 | usage, or an unknown batch | read `message` and `--help` |
    | 65 | manifest refused as a whole | fix every error, run again |
    | 66 | manifest or image missing | fix the path, run again |
    | 69 | extractor not available | see `ledgerctl doctor` |
    | 70 | a bug | stop and report it |
    | 73 | a target or the branch is in the way | ask the user; `--force PATH` overwrites that path |
    | 74 | ledger or disk error | free space or fix the disk, run again |
    | 75 | stopped, can be resumed | wait until `retry_at` or for the holder, then run `next` |
    | 76 | extractor broke its protocol | see `extractor` in `ledger.yaml` |
    | 78 | configuration, or a repository not to work in | read `hint` |
    | 130, 143 | interrupted | run `next` |

    ## Continue, look, undo

    A batch is named by its id, the beginning of it, or `@last`.

    ```sh
    ledgerctl status --format json
    ledgerctl status @last --format json
    ledgerctl resume @last --format json
    ledgerctl retry @last --format json
    ledgerctl events @last --format jsonl
    ledgerctl explain @last ASSET-1 --format json
    ledgerctl report @last
    ledgerctl show @last
    ledgerctl verify --format json
    ledgerctl doctor --format json
    ```

    - `retry BATCH ASSET` takes the image's present bytes; `--pinned` keeps the registered ones; \
    `--from extract` asks again.
    - `cancel BATCH ASSET --why TEXT` continues without an asset.
    - The extractor and limits come from the present `ledger.yaml` at each run: correct it and run `resume`.
    - `run --until packaged` stops before anything is placed; `resume` continues from there.
    - `run --max-wait 5m` waits that long for a quota before it ends with 75.
    - `cancel BATCH --why TEXT` ends a batch that has not landed and undoes what it placed.
    - `schema NAME` prints a JSON Schema: \(Schema.names.joined(separator: ", ")).
    - `ledgerctl VERB --help` has the rest.

    """
}
