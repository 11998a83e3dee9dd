// However the plugin is loaded, a module is instrumented once, and mistakes are named.
// RUN: %clangxx -O2 -S -emit-llvm %s -o - | %check
// RUN: %clangxx -fplugin=%plug -fpass-plugin=%plug -O2 -S -emit-llvm %s -o - | %check
// RUN: %clangxx -fpass-plugin=%pass -O2 -S -emit-llvm %s -o - | %check
// RUN: %clangxx -Xclang -load -Xclang %pass -fpass-plugin=%pass -O2 -S -emit-llvm %s -o - | %check
// RUN: %plain -fpass-plugin=%plug -O2 -S -emit-llvm %s -o - | %check
// RUN: %clangxx -O2 -mllvm -gorace-verbose -c %s -o /dev/null 2>&1 | %bin/FileCheck %s --check-prefix=VERBOSE
// RUN: %not %clangxx -fplugin-arg-gorace-colour=red -c %s -o /dev/null 2>&1 | %bin/FileCheck %s --check-prefix=UNKNOWN
// RUN: %not %clangxx -fsanitize=thread -c %s -o /dev/null 2>&1 | %bin/FileCheck %s --check-prefix=TSAN
// RUN: %clangxx -fsyntax-only %s
// RUN: %clangxx -E %s -o /dev/null

// CHECK-LABEL: define {{.*}} @_Z1fPl(
// CHECK-COUNT-1: call {{.*}}@__gorace_{{(check_)?}}write8(
// CHECK-NOT: call {{.*}}@__gorace
// CHECK: ret void
// VERBOSE: gorace: _Z1fPl: checks 1, {{.*}}; eliminated: covered 0, overwritten 1, loop 0, neighbour 0; {{.*}}; context none
// UNKNOWN: error: gorace: unknown plugin argument 'colour=red' (given as -fplugin-arg-gorace-colour=red)
// TSAN: error: gorace: -fsanitize=thread cannot be combined with gorace's plugin
void f(long* p) { ++*p; }
