#!/usr/bin/env bash
# gorace symbolize, by hand and as the runtime's server.
source "$(dirname "$0")/check.sh"

cat >code.cc <<'END'
namespace app {
template <class T>
__attribute__((noinline)) T twice(T value) { return value + value; }
}
int main(int argc, char**) { return app::twice(argc); }
END
t "$clangxx" -O2 -g code.cc -o code
address=$(nm code | awk '$3 == "_ZN3app5twiceIiEET_S1_" {print $1}')
t gorace symbolize code "$address" 0x"$address"
code_is 0
out_has "^0x[0-9a-f]+: app::twice<int> at $PWD/code.cc:3:"
check [ "$(sort -u "$out" | wc -l)" = 1 ]
t gorace symbolize code ffffffff0000
code_is 0
out_is "0xffffffff0000: ??"

t gorace symbolize none 1000
code_is 1
err_is "gorace symbolize: none: there is no such file, or it cannot be read"
t gorace symbolize code xyz
code_is 2
err_is "gorace symbolize: 'xyz' is not a hexadecimal address"
t gorace symbolize
code_is 2
t gorace symbolize --serve
code_is 2

# The server answers whatever it is sent, and ends with its input.
{
  printf 'CODE\t%s\t%s\n' "$PWD/code" "$address"
  printf 'garbage\n\n\0\377\t\n'
  printf 'CODE\t%s\t%s' "$PWD/code" "$address" # the last line is cut: no request
} | "$gorace" symbolize --server >"$out" 2>"$err"
code=$?
code_is 0
err_is ""
out_is "app::twice<int>	$PWD/code.cc	3	$(sed -n '1s/.*\t\([0-9]*\)\t[0-9]*$/\1/p' "$out")	3

??

??"

# A line without end does not fill the memory.
{
  head -c 200000000 /dev/zero | tr '\0' x
  printf '\nCODE\t%s\t%s\n' "$PWD/code" "$address"
} | (ulimit -v 600000 && exec "$gorace" symbolize --server) >"$out" 2>"$err"
out_has '^app::twice<int>'

finish
