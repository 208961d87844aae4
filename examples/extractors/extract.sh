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
{ "schema": "idf/v1",
  "background": "#101820",
  "palette": { "primary": ["#2f6b4f", "#c9a227"], "accents": ["#e4572e"] },
  "density_zones": { "upper_left": { "coverage": 0.12 }, "central": { "coverage": 0.61 }, "lower_right": { "coverage": 0.34 } } }
IDF
