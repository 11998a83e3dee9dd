#!/usr/bin/env bash
# Installs the Debian 12 packages that gorace is built and tested with, as root or by sudo, only those that are missing.
# usage: tools/setup.sh [--build-only | --aarch64]
#   --build-only leaves out what only the tests need
#   --aarch64    adds the cross compiler and emulator that the test aarch64.goroutines needs
set -euo pipefail

build_packages=(
  ca-certificates git cmake ninja-build ccache
  g++ clang-19 llvm-19-dev libclang-19-dev
  libabsl-dev libprotobuf-dev protobuf-compiler zlib1g-dev libzstd-dev
)
test_packages=(
  libgtest-dev libgmock-dev libbenchmark-dev libclang-rt-19-dev llvm-19-tools lld-19 make golang-go gdb
  libglib2.0-dev
  clang-16 llvm-16-dev libclang-16-dev llvm-16-tools
)

packages=("${build_packages[@]}")
[ "${1:-}" = "--build-only" ] || packages+=("${test_packages[@]}")
[ "${1:-}" != "--aarch64" ] || packages+=(g++-aarch64-linux-gnu qemu-user)

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "tools/setup.sh: these packages are missing, and this is neither root nor is there sudo: ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi
echo "== Installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
