// Dense matrices multiplied, rows dealt to the threads: unit-stride loops that the vectoriser takes.
#include "kernel.h"

int main() {
  return kernel::run([] {
    const int n = 640;
    std::vector<double> a(n * n), b(n * n), c(n * n);
    for (int i = 0; i < n * n; ++i) {
      a[i] = i % 7;
      b[i] = i % 5;
    }
    kernel::parallel([&](int t) {
      for (int i = t; i < n; i += kernel::kThreads) {
        for (int k = 0; k < n; ++k) {
          const double factor = a[i * n + k];
          for (int j = 0; j < n; ++j) c[i * n + j] += factor * b[k * n + j];
        }
      }
    });
    double expected = 0;
    for (int k = 0; k < n; ++k) expected += a[3 * n + k] * b[k * n + 5];
    kernel::expect(c[3 * n + 5] == expected, "element of the product");
  });
}
