#!/usr/bin/env bash
# http_protocol.sh SERVER: requests, good and bad, against samples/http_server over bash's /dev/tcp.
set -uo pipefail
coproc SERVER_PROCESS { exec "$1" 127.0.0.1:0; }
server=$!
trap 'kill -KILL "$server" 2>/dev/null' EXIT
read -r _ _ address <&"${SERVER_PROCESS[0]}"
exec {rest}<&"${SERVER_PROCESS[0]}"
port=${address##*:}
failures=0

# ask REQUEST: sends it on a new connection and prints all that comes back until the server closes.
ask() {
  exec {conn}<>"/dev/tcp/127.0.0.1/$port"
  printf '%b' "$1" >&"$conn"
  timeout 20 cat <&"$conn"
  exec {conn}>&-
}

# check NAME REQUEST REGEX...: the answer matches each.
check() {
  local name=$1 answer regex
  answer=$(ask "$2" | tr -d '\r')
  shift 2
  for regex in "$@"; do
    grep -Eq -- "$regex" <<<"$answer" && continue
    echo "FAILED: $name: no line matches $regex in:"$'\n'"$answer"
    failures=$((failures + 1))
  done
}

check close 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n' '^HTTP/1.1 200 OK$' '^Connection: close$' '^Hello from goroutine [0-9]+$'
check old 'GET / HTTP/1.0\r\n\r\n' '^HTTP/1.1 200 OK$' '^Connection: close$'
check pipelined 'GET /none HTTP/1.1\r\nHost: x\r\n\r\nPOST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 7\r\nConnection: close\r\n\r\nanswer\n' \
  '^HTTP/1.1 404 Not Found$' '^answer$'
check head 'HEAD / HTTP/1.0\r\n\r\n' '^Content-Length: [1-9][0-9]*$'
check no_host 'GET / HTTP/1.1\r\n\r\n' '^HTTP/1.1 400 Bad Request$'
check nonsense 'nonsense\r\n\r\n' '^HTTP/1.1 400 Bad Request$'
check version 'GET / HTTP/3.0\r\n\r\n' '^HTTP/1.1 505 '
check method 'BREW / HTTP/1.0\r\n\r\n' '^HTTP/1.1 405 '
check length 'POST /echo HTTP/1.0\r\nContent-Length: x\r\n\r\n' '^HTTP/1.1 400 '
check large 'POST /echo HTTP/1.0\r\nContent-Length: 99999999\r\n\r\n' '^HTTP/1.1 413 '
check chunked 'POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n' '^HTTP/1.1 501 '
check endless "GET / HTTP/1.0\r\nX: $(printf 'x%.0s' {1..40000})" '^HTTP/1.1 431 '

# An idle connection does not keep the server from stopping.
exec {idle}<>"/dev/tcp/127.0.0.1/$port"
kill -TERM "$server"
wait "$server" || { echo "FAILED: exit code $? after SIGTERM"; failures=$((failures + 1)); }
read -r last <&"$rest"
[[ $last =~ ^stopped:\ [0-9]+\ requests$ ]] || { echo "FAILED: the server's last words: $last"; failures=$((failures + 1)); }
[ "$failures" = 0 ] && echo ok
exit $((failures != 0))
