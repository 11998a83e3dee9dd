// A load that the optimiser hoists out of its loop, through two levels of inlining, still names its own line; LLVM takes the location away.
// RUN: %clangxx -O1 -g -S -emit-llvm %s -o - | %check
// RUN: %clangxx -O2 -g -S -emit-llvm %s -o - | %check
// RUN: %clangxx -O2 -g -flto=thin -S -emit-llvm %s -o - | %check

struct Bank {
  int version;
  int read_version() const {
    return version;
  }
};

int sum_versions(const Bank& bank, int times) {
  int sum = 0;
  for (int i = 0; i < times; ++i) sum += bank.read_version();
  return sum;
}

// CHECK-LABEL: define {{.*}} @_Z7outsideRK4Banki(
// CHECK: @__gorace_read4({{.*}} !dbg ![[LOAD:[0-9]+]]
int outside(const Bank& bank, int times) {
  return sum_versions(bank, times);
}

// The access's own line, in read_version, called from sum_versions, called from outside.
// CHECK-DAG: ![[LOAD]] = !DILocation(line: 9, {{.*}}scope: ![[SCOPE:[0-9]+]], inlinedAt: ![[MIDDLE:[0-9]+]])
// CHECK-DAG: ![[SCOPE]] = distinct !DISubprogram(name: "read_version"
// CHECK-DAG: ![[MIDDLE]] = {{.*}}!DILocation(line: 15, {{.*}}inlinedAt: ![[OUTER:[0-9]+]])
// CHECK-DAG: ![[OUTER]] = {{.*}}!DILocation(line: 22,
