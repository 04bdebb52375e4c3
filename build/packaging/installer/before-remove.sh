#!/bin/sh
# deb: "remove", "upgrade" …; rpm: how many versions stay. Data of tills is never removed here: it is the users' own.
case "${1:-}" in
  remove | 0) ;;
  *) exit 0 ;;
esac

for note in "${TILLSIDE_HOMES:-/home}"/*/.local/share/tillside/live/unsent.txt; do
  [ -s "$note" ] || continue
  folder=$(dirname "$note")
  echo "Tillside: $(head -n 1 "$note")" >&2
  echo "  They stay in $folder. Install Tillside again to send them; 'tillside outbox export' moves them to another till." >&2
done
exit 0
