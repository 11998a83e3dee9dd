#!/usr/bin/env bash
# Builds and tests samples/bazel with Bazel, without network, plainly, by gorace as the compiler, and by the toolchain of its own with and without the feature:
# counter_test passes, racy_test is reported with its lines where gorace is on.
# Not part of ctest: Bazel is large (Debian's bazel-bootstrap 4.2.3, bazel-rules-java and bazel-rules-proto: 126 MB). Exit
# code 77: there is no Bazel.
#   usage: bazel.sh PREFIX      where `cmake --install` has put gorace
set -euo pipefail

prefix=$(realpath "$1")
sample=$(realpath "$(dirname "$0")/../../samples/bazel")
command -v bazel >/dev/null || { echo "bazel.sh: no bazel (apt-get install bazel-bootstrap bazel-rules-java bazel-rules-proto)"; exit 77; }

scratch=$(mktemp -d)
bazel_here() { bazel --batch --output_user_root="$scratch/root" --host_jvm_args=-Xmx1g "$@"; }
# Bazel's output is read-only.
trap 'chmod -R u+w "$scratch" && rm -rf "$scratch"' EXIT

cp -r "$sample" "$scratch/sample"
cd "$scratch/sample"
sed -i "s|/opt/gorace|$prefix|" .bazelrc toolchain/BUILD

# What Bazel 4 would fetch: the names by which its own rules are loaded, and coverage, which is not used.
mkdir -p "$scratch/rules_cc/cc" "$scratch/coverage"
touch "$scratch/rules_cc/WORKSPACE" "$scratch/rules_cc/cc/BUILD" "$scratch/coverage/WORKSPACE"
for rule in cc_binary cc_import cc_library cc_proto_library cc_test cc_toolchain cc_toolchain_suite \
  fdo_prefetch_hints fdo_profile objc_import objc_library; do
  echo "$rule = native.$rule"
done >"$scratch/rules_cc/cc/defs.bzl"
for target in coverage_report_generator lcov_merger; do
  echo "filegroup(name = '$target', visibility = ['//visibility:public'])"
done >"$scratch/coverage/BUILD"
offline=(--override_repository=rules_cc="$scratch/rules_cc"
  --override_repository=remote_coverage_tools="$scratch/coverage")
for language in java proto; do
  folder=/usr/share/bazel/rules/$language
  [ ! -d "$folder" ] || offline+=(--override_repository="rules_$language=$folder")
done

# runs STATUS PATTERN OPTION...: bazel test ends with that status, and what it printed has lines that fit all patterns (one a line).
runs() {
  local wanted=$1 patterns=$2 status=0
  shift 2
  bazel_here test --keep_going --test_output=errors "${offline[@]}" "$@" //... >out 2>&1 || status=$?
  while read -r pattern; do
    if [ "$status" -ne "$wanted" ] || ! grep -Eq "$pattern" out; then
      cat out
      echo "bazel.sh: FAILED: bazel test $*: exit code $status, not $wanted, or no line fits $pattern"
      exit 1
    fi
  done <<<"$patterns"
}

report='^//:counter_test +PASSED
^//:racy_test +FAILED
^WARNING: DATA RACE$
counter\.cc:3 
racy_test\.cc:9 '
passes='^//:counter_test +PASSED
^//:racy_test +PASSED'
runs 0 "$passes"
runs 3 "$report" --config=gorace
runs 0 "$passes" --config=toolchain
runs 3 "$report" --config=toolchain --features=gorace
echo "bazel.sh: passed"
