// A program that uses much of the standard library prints the same with checks as without, however it is compiled.
// RUN: %plain -O1 %s -o %t.plain -pthread && %t.plain > %t.expected
// RUN: %clangxx -O0 -g %s %stub -o %t.0 -pthread && %t.0 | diff - %t.expected
// RUN: %clangxx -O1 -g %s %stub -o %t.1 -pthread && %t.1 | diff - %t.expected
// RUN: %clangxx -O2 -g %s %stub -o %t.2 -pthread && %t.2 | diff - %t.expected
// RUN: %clangxx -O3 -g -march=native %s %stub -o %t.3 -pthread && %t.3 | diff - %t.expected
// RUN: %clangxx -O2 -fno-pie -no-pie -mcmodel=medium %s %stub -o %t.nopie -pthread && %t.nopie | diff - %t.expected
// RUN: %clangxx -O2 -flto=thin -fuse-ld=lld %s %stub -o %t.thin -pthread && %t.thin | diff - %t.expected
// RUN: %clangxx -O2 -flto=thin -fuse-ld=lld -Wl,--load-pass-plugin=%pass %s %stub -o %t.thin2 -pthread && %t.thin2 | diff - %t.expected
// RUN: %clangxx -O2 -flto=full -fuse-ld=lld %s %stub -o %t.full -pthread && %t.full | diff - %t.expected
// RUN: %clangxx -O2 -pthread -x c++-header %S/program.h -o %t.pch
// RUN: %clangxx -O2 -include-pch %t.pch %s %stub -o %t.pched -pthread && %t.pched | diff - %t.expected
#include "program.h"

namespace {

struct Shape {
  virtual ~Shape() = default;
  virtual double area() const = 0;
};
struct Square : virtual Shape {
  explicit Square(double s) : side(s) {}
  double area() const override { return side * side; }
  double side;
};
struct Circle : virtual Shape {
  explicit Circle(double r) : radius(r) {}
  double area() const override { return 3 * radius * radius; }
  double radius;
};

int checked_at(const std::vector<int>& v, size_t i) {
  try {
    return v.at(i);
  } catch (const std::out_of_range&) {
    return -1;
  }
}

long threads() {
  std::atomic<long> total{0};
  std::mutex mutex;
  std::map<int, std::string> names;
  std::vector<std::thread> workers;
  for (int t = 0; t < 4; ++t) {
    workers.emplace_back([&, t] {
      for (int i = 0; i < 100; ++i) {
        total.fetch_add(i, std::memory_order_relaxed);
        std::lock_guard lock(mutex);
        names[i] += char('a' + t);
      }
    });
  }
  for (auto& worker : workers) worker.join();
  long sum = total;
  for (auto& [key, name] : names) sum += key * long(name.size());
  return sum;
}

double shapes() {
  std::vector<std::unique_ptr<Shape>> all;
  for (int i = 0; i < 10; ++i) {
    if (i % 2 == 0) {
      all.push_back(std::make_unique<Square>(i));
    } else {
      all.push_back(std::make_unique<Circle>(i));
    }
  }
  return std::accumulate(all.begin(), all.end(), 0.0, [](double sum, const auto& shape) { return sum + shape->area(); });
}

long words() {
  std::istringstream text("the quick brown fox jumps over the lazy dog and the quick cat");
  std::unordered_map<std::string, int> counts;
  for (std::string word; text >> word;) ++counts[word];
  long sum = 0;
  for (const auto& [word, count] : counts) sum += count * long(word.find_first_of("aeiou") + word.size());
  return sum;
}

long numbers() {
  std::mt19937 random(7);
  std::vector<int> values(5000);
  for (int& value : values) value = int(random() % 1000);
  std::sort(values.begin(), values.end());
  std::set<int> unique(values.begin(), values.end());
  std::deque<std::variant<int, std::string>> mixed;
  for (int value : unique) {
    if (value % 3 == 0) {
      mixed.emplace_back(value);
    } else {
      mixed.emplace_front(std::to_string(value));
    }
  }
  long sum = 0;
  for (auto& item : mixed) {
    sum += std::visit(
        [](auto& v) -> long {
          if constexpr (std::is_same_v<std::decay_t<decltype(v)>, int>) {
            return v;
          } else {
            return long(v.size());
          }
        },
        item);
  }
  return sum + checked_at(values, 1) + checked_at(values, 1u << 20);
}

}  // namespace

int main() {
  std::cout << threads() << ' ' << shapes() << ' ' << words() << ' ' << numbers() << '\n';
  long double wide[3] = {1.5L, 2.5L, 3.5L};
  std::function<long double(long double)> twice = [&](long double x) { return x + wide[1]; };
  std::cout << double(twice(wide[2])) << '\n';
}
