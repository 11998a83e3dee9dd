#!/usr/bin/env bash
# Signals sent to `gorace run` are the program's, once each.
source "$(dirname "$0")/check.sh"

mkfifo output
"$gorace" run --race=off "$probe" signals >output 2>"$err" &
child=$!
exec 3<output
read -r line <&3
last="gorace run probe signals"
check [ "$line" = ready ]
for signal in HUP INT QUIT USR1 USR2 CONT WINCH TSTP; do
  kill -$signal "$child"
  read -r line <&3
  check [ "$line" = "signal $(kill -l $signal)" ]
done
kill -TERM "$child"
read -r line <&3
check [ "$line" = "signal 15" ]
wait "$child"
code=$?
code_is 5
cat <&3 >"$out"
out_is ""

# An ignored signal stays ignored, as nohup wants it.
(trap '' HUP; exec "$gorace" run --race=off /bin/sh -c 'kill -HUP $$; echo alive') >"$out" 2>"$err"
out_is alive

# Stopping and going on, as a shell's job control does.
mkfifo second
"$gorace" run --race=off "$probe" signals >second 2>"$err" &
child=$!
exec 4<second
read -r line <&4
kill -STOP "$child"
while ! grep -q '^State:.*T' "/proc/$child/status"; do :; done
kill -CONT "$child"
read -r line <&4
check [ "$line" = "signal 18" ]
kill -KILL "$child"
{ wait "$child"; } 2>/dev/null
code=$?
code_is 137

finish
