#!/bin/sh
# Describes an image: one JSON object on stdin, the design facts on stdout.
asset=$(cat)
path=$(printf '%s' "$asset" | sed 's/.*"path":"\([^"]*\)".*/\1/')
if ! head -c 4 "$path" | grep -q PNG; then
  echo "not a PNG" >&2 # the last line on stderr is the reason that ledgerctl shows
  exit 1
fi
# Stands for your model. One that is out of quota: echo "retry after 38 seconds" >&2; exit 75
cat <<'IDF'
{ "narrative": "What your model sees in the image.",
  "motifs": [{ "name": "leaf", "rationale": "Why it is there." }],
  "alt": "What a reader who can not see the image is told." }
IDF
