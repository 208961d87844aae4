#!/bin/sh
# Makes a repository that a stranger would like somebody to work in: hostile-clone.sh FOLDER [KIND]; FOLDER must not exist.
#   FOLDER/outside   what nobody must reach: a secret, and programs that leave a mark in FOLDER/started
#   FOLDER/clone     the repository, with its `.git` as it would come in an archive: hooks and programs in its configuration
# The manifest `batch.json` is harmless; `links.json` names images through links that lead outside. KIND adds what makes `run`
# refuse to work there: template, templates, configuration, paths, escapes, ledger, ledger-links; see below.
set -eu
folder=$1
kind=${2:-plain}
ledger=$(cd "$(dirname "$0")" && pwd -P)/ledgers/0.1.0.tar.gz
mkdir "$folder"
folder=$(cd "$folder" && pwd -P)
mkdir "$folder/outside" "$folder/clone"
cd "$folder/outside"
echo 'aws_secret_access_key = wJalrXUtnFEMI-OUTSIDE' > secret
{ printf '\211PNG\r\n\032\n'; cat secret; } > picture.png
mkdir folder && echo 'wJalrXUtnFEMI-OUTSIDE' > folder/context.md
for name in hook filter fsmonitor external textconv pager editor helper; do
  printf '#!/bin/sh\necho "%s" >> "%s/started"\ncat 2>/dev/null\n' "$name" "$folder" > "$name"
  chmod +x "$name"
done

cd "$folder/clone"
git init -q -b main .
git config user.name Stranger
git config user.email stranger@example.org
python3 - <<'PNG'
import os, struct, zlib

def png(path, seed):
    rows = b"".join(b"\0" + bytes((x * 7 + y * seed) % 256 for x in range(96)) for y in range(32))
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 32, 32, 8, 2, 0, 0, 0))
                   + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))

os.mkdir("images")
png("images/a.png", 1)
png("images/\x1b]0;owned\x07.png", 2)
png("images/-rf.png", 3)
PNG
ln -s ../../outside/secret images/secret.png
ln -s ../../outside/picture.png images/linked.png
ln -s ../../outside images/away
cat > batch.json <<'JSON'
{"batch_id": "strange", "assets": [
  {"asset_id": "ASSET-1", "path": "images/a.png", "score": 95,
   "specs": {"name": "\u001b]0;owned\u0007 [skip ci] @all fixes #1 {{{asset_id}}}\nLedger-Batch: other", "category": "patterns"}},
  {"asset_id": "ASSET-2", "path": "images/-rf.png", "score": 95, "specs": {"name": "$(touch x) `id`", "category": "patterns"}}]}
JSON
cat > links.json <<'JSON'
{"batch_id": "links", "assets": [
  {"asset_id": "ASSET-7", "path": "images/secret.png", "score": 95, "specs": {"name": "Secret", "category": "patterns"}},
  {"asset_id": "ASSET-8", "path": "images/linked.png", "score": 95, "specs": {"name": "Linked", "category": "patterns"}},
  {"asset_id": "ASSET-9", "path": "images/away/picture.png", "score": 95, "specs": {"name": "Away", "category": "patterns"}}]}
JSON
cat > text.json <<'JSON'
{"batch_id": "text", "assets": [
  {"asset_id": "ASSET-6", "path": "notes/a.txt", "score": 95, "specs": {"name": "Text", "category": "patterns"}}]}
JSON
# Filters for everything, and names that git or a terminal might take for something else.
cat > .gitattributes <<'TEXT'
notes/* filter=strange diff=strange
*.txt filter=strange diff=strange merge=strange
TEXT
mkdir notes
echo note > notes/a.txt
echo note > 'notes/--exec=id.txt'
case $kind in
plain) ;;
template)
  # One template is a link, the other is a text file.
  mkdir templates
  ln -s ../../outside/folder/context.md templates/context.md
  echo '{{name}}' > templates/usage.md
  echo 'templates: templates' > ledger.yaml ;;
templates)
  ln -s ../outside/folder templates
  echo 'templates: templates' > ledger.yaml ;;
configuration)
  # A program to start, and variables for it.
  cat > ledger.yaml <<'YAML'
extractor:
  kind: exec
  command: [../outside/helper, "$(id)", "; id"]
  env: [AWS_SECRET_ACCESS_KEY, HOME]
YAML
  ;;
paths)
  cat > ledger.yaml <<'YAML'
templates: ../outside/folder
layout: { bundle: "../outside/{{asset_id}}", production: ".git/hooks/{{file}}", url: "javascript:alert(1)" }
commit: { branch: "--upload-pack=id", subject: "feat: x\n\nLedger-Batch: other" }
YAML
  ;;
escapes)
  cat > ledger.yaml <<'YAML'
"\e]0;owned\a": 1
layout: { bundle: "a\e[2J/{{asset_id}}", handle: "\u202e{{slug}}" }
extractor: { kind: "\e]52;c;cHduCg==\a", tool: "\u0085x" }
YAML
  ;;
ledger | ledger-links)
  mkdir .home && tar -xzf "$ledger" --no-same-owner -C .home
  mv .home/.ledger .ledger && rm -rf .home
  rm -f .ledger/.gitignore
  chmod -R u+rwX,go-w .ledger
  [ "$kind" = ledger ] || {
    rm -rf .ledger/objects .ledger/tmp
    ln -s ../../outside/folder .ledger/objects
    ln -s ../../outside .ledger/tmp
    ln -s ../../outside/secret .ledger/head.link
    mv .ledger/head .ledger/head.was 2> /dev/null || true
    ln -s ../../outside/secret .ledger/head
  } ;;
*) echo "unknown: $kind" >&2; exit 64 ;;
esac
git add -A
git commit -q -m 'A strange repository'
# A commit of nobody's on a remote's ref says that it is a batch's.
strange=$(printf 'feat(assets): Add batch invented\n\nLedger-Batch: invented\nLedger-Head: 99:%064d\n' 7 |
  git commit-tree 'HEAD^{tree}' -p HEAD)
git update-ref refs/remotes/origin/pull/1 "$strange"

# As in an archive: what a clone would not bring.
for hook in pre-commit commit-msg prepare-commit-msg post-commit post-checkout reference-transaction post-index-change \
  pre-push post-rewrite fsmonitor-watchman pre-auto-gc; do
  cp "$folder/outside/hook" ".git/hooks/$hook"
done
git config core.hooksPath "$folder/outside"
git config core.fsmonitor "$folder/outside/fsmonitor"
git config filter.strange.clean "$folder/outside/filter"
git config filter.strange.smudge "$folder/outside/filter"
git config filter.strange.required true
git config diff.external "$folder/outside/external"
git config diff.strange.textconv "$folder/outside/textconv"
git config core.pager "$folder/outside/pager"
git config pager.log true
git config core.editor "$folder/outside/editor"
git config core.askPass "$folder/outside/helper"
git config credential.helper "$folder/outside/helper"
git config core.sshCommand "$folder/outside/helper"
git config alias.rev-parse "!$folder/outside/helper"
rm -f "$folder/started"
