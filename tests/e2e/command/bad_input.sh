#!/usr/bin/env bash
# What gorace run is told wrongly is named, before anything runs.
source "$(dirname "$0")/check.sh"

# Nothing of the program may have run.
refused() {
  code_is 2
  out_is ""
}

t gorace run
refused
err_is "gorace run: which program? \`gorace help run\` tells how it is used"
t gorace run --leaks --
refused

# Flags.
t gorace run --leak "$probe"
refused
err_is "gorace run: unknown flag --leak; did you mean --leaks?"
t gorace run --zzz "$probe"
refused
err_is "gorace run: unknown flag --zzz"
t gorace run --exitcode=1000 "$probe"
refused
err_is "gorace run: bad value '1000' for --exitcode: it is a number from 0 to 255"
t gorace run --race=maybe "$probe"
refused
t gorace run --profile=cpus "$probe"
refused
err_has "there is no profile 'cpus'; the profiles are goroutine, heap"
t gorace run --log
refused
err_is "gorace run: flag --log needs a value: PATH"

# GORACE.
GORACE="exit_code=3" t gorace run "$probe"
refused
err_has "unknown key 'exit_code'.*exitcode"
GORACE="exitcode=many" t gorace run "$probe"
refused
err_has "bad value 'many' for key 'exitcode'"
GORACE="profile=cpus" t gorace run "$probe"
refused
err_has "there is no profile 'cpus'"

# Paths.
t gorace run --log=/dev/null/log "$probe"
refused
err_has '^gorace run: cannot write reports to /dev/null/log\.[0-9]+: Not a directory$'
t gorace run --log=no/such/folder/log "$probe"
refused
err_has "cannot write reports to $PWD/no/such/folder/log.*: No such file or directory"
GORACE="log_path=/dev/null/log" t gorace run "$probe"
refused
t gorace run --profile=heap --profile-dir=/dev/null/p "$probe"
refused
err_is "gorace run: cannot write profiles to /dev/null/p: Not a directory"
t gorace run --profile=heap --profile-dir=/proc/self "$probe"
refused
err_has '^gorace run: cannot write profiles to /proc/self: '
check is_empty .

# Programs.
t gorace run ./none
code_is 127
err_is "gorace run: ./none: there is no such program"
t gorace run none-of-this-name
code_is 127
err_is "gorace run: none-of-this-name: there is no such program in PATH"
cp "$probe" local-probe
t gorace run local-probe
code_is 127
err_is "gorace run: local-probe: there is no such program in PATH; did you mean ./local-probe?"
t gorace run ./local-probe/x
code_is 127
mkdir folder
t gorace run ./folder
code_is 126
err_is "gorace run: ./folder: is a folder, not a program"
echo text >text
t gorace run ./text
code_is 126
err_is "gorace run: ./text: is not executable (chmod +x ./text makes it so)"
chmod +x text
t gorace run --race=off ./text
code_is 126
err_has 'not a program that this machine can run'
printf '#!/no/such/interpreter\n' >script && chmod +x script
t gorace run --race=off ./script
code_is 127
err_is "gorace run: ./script: the interpreter after its #! is not there"
head -c 100 "$probe" >cut && chmod +x cut
t gorace run --race=off ./cut
code_is 126

finish
