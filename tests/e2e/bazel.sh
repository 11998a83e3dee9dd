#!/usr/bin/env bash
# Builds and tests samples/bazel with Bazel, without network: counter_test passes, racy_test is reported with its lines.
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
sed -i "s|/opt/gorace|$prefix|" .bazelrc

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

status=0
bazel_here test --config=gorace --keep_going --test_output=errors "${offline[@]}" //... >out 2>&1 || status=$?
if [ "$status" -ne 3 ] || ! grep -Eq '^//:counter_test +PASSED' out || ! grep -Eq '^//:racy_test +FAILED' out ||
  ! grep -q '^WARNING: DATA RACE$' out || ! grep -Eq 'counter\.cc:3 ' out || ! grep -Eq 'racy_test\.cc:9 ' out; then
  cat out
  echo "bazel.sh: FAILED (bazel's exit code $status)"
  exit 1
fi
echo "bazel.sh: passed"
