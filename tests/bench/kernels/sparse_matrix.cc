// A sparse matrix in compressed rows times a vector, again and again, with a barrier between the rounds.
#include <barrier>
#include <cmath>

#include "kernel.h"

namespace {

struct SparseMatrix {
  std::vector<std::uint32_t> first, column;
  std::vector<double> value;
};

SparseMatrix make_matrix(std::uint32_t rows, std::uint32_t row_length) {
  kernel::Random random(5);
  SparseMatrix matrix;
  for (std::uint32_t row = 0; row <= rows; ++row) matrix.first.push_back(row * row_length);
  for (std::uint32_t i = 0; i < rows * row_length; ++i) {
    matrix.column.push_back(static_cast<std::uint32_t>(random.below(rows)));
    matrix.value.push_back(1.0 / row_length);
  }
  return matrix;
}

void multiply_row(const SparseMatrix& matrix, const std::vector<double>& in, std::vector<double>& out,
                  std::size_t row) {
  double sum = 0;
  for (std::uint32_t i = matrix.first[row]; i < matrix.first[row + 1]; ++i)
    sum += matrix.value[i] * in[matrix.column[i]];
  out[row] = sum;
}

}  // namespace

int main() {
  return kernel::run([] {
    const std::uint32_t rows = 40000;
    const SparseMatrix matrix = make_matrix(rows, 16);
    std::vector<double> vectors[2] = {std::vector<double>(rows, 1.0), std::vector<double>(rows, 0.0)};
    std::barrier round_done(kernel::kThreads);
    kernel::parallel([&](int t) {
      for (int round = 0; round < 120; ++round) {
        for (std::size_t row = t; row < rows; row += kernel::kThreads) {
          multiply_row(matrix, vectors[round % 2], vectors[1 - round % 2], row);
        }
        round_done.arrive_and_wait();
      }
    });
    for (double value : vectors[0])
      kernel::expect(std::fabs(value - 1.0) < 1e-9, "rows that add up to one keep a vector of ones");
  });
}
