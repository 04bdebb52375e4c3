#!/bin/sh
# Jamf Pro, an extension attribute (data type String, input type Script): "fine", or what the doctor found, such as
# "act: server, backups" or "look: region". A smart group with "like act" lists the tills that need IT.
# Jamf runs it as root. Only the user who runs Tillside can read its key and its password, so the doctor runs as that user.
program=${TILLSIDE_PROGRAM:-/Applications/Tillside.app/Contents/MacOS/Tillside}

answer() { echo "<result>$1</result>"; exit 0; }

[ -x "$program" ] || answer "not installed"
user=$(stat -f %Su /dev/console)
[ "$user" != root ] || answer "nobody is signed in"
report=$(launchctl asuser "$(id -u "$user")" sudo -u "$user" "$program" doctor --json)
severity=$(printf '%s' "$report" | sed -n 's/^{"severity":"\([a-z]*\)".*/\1/p')
case $severity in
  fine) answer fine ;;
  '') answer "the doctor gave no report" ;;
esac
checks=$(printf '%s' "$report" | grep -o "\"check\":\"[a-z]*\",\"severity\":\"$severity\"" | cut -d'"' -f4 | paste -s -d, -)
answer "$severity: $(printf '%s' "$checks" | sed 's/,/, /g')"
