#!/bin/sh
# deb passes "remove", "upgrade" …; rpm the number of versions that stay. Till data is never removed: it is the users' own.
case "${1:-}" in
  remove | 0) ;;
  *) exit 0 ;;
esac

# This runs as root in folders that others write to, so it follows no link and prints only Tillside's own sentence.
own_folder() {
  place=$1
  for part in .local share tillside live; do
    place=$place/$part
    [ -d "$place" ] && [ ! -L "$place" ] || return 1
  done
}

for home in "${TILLSIDE_HOMES:-/home}"/*; do
  [ -L "$home" ] && continue
  own_folder "$home" || continue
  note=$place/unsent.txt
  [ -f "$note" ] && [ ! -L "$note" ] || continue
  sentence=$(LC_ALL=C grep -E -m 1 '^[0-9]{1,9} [a-z ]+ not reached head office[0-9A-Za-z:.; -]*$' "$note") || continue
  echo "Tillside: $sentence" >&2
  case $sentence in
    *": only in rescue files"*) echo "  Keep $place/rescue until another till has imported its files." >&2 ;;
    *) echo "  They stay in $place. Install Tillside again to send them; 'tillside outbox export' moves them to another till." >&2 ;;
  esac
done
exit 0
