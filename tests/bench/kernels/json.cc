// A JSON-like text parsed into a tree of values by recursive descent, and added up: bytes, variants, allocation.
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "kernel.h"

namespace {

struct Value;
using Array = std::vector<Value>;
using Object = std::map<std::string, Value>;
struct Value {
  std::variant<std::uint64_t, std::string, Array, Object> data;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Value parse() {
    switch (peek()) {
      case '[':
        return {parse_array()};
      case '{':
        return {parse_object()};
      case '"':
        return {parse_string()};
      default:
        return {parse_number()};
    }
  }

 private:
  char peek() const { return text_[at_]; }
  bool accept(char wanted) {
    if (peek() != wanted) return false;
    ++at_;
    return true;
  }
  std::uint64_t parse_number() {
    std::uint64_t number = 0;
    while (at_ < text_.size() && peek() >= '0' && peek() <= '9') number = number * 10 + (text_[at_++] - '0');
    return number;
  }
  std::string parse_string() {
    std::string string;
    for (++at_; peek() != '"'; ++at_) string += peek();
    ++at_;
    return string;
  }
  Array parse_array() {
    Array array;
    for (++at_; !accept(']'); accept(',')) array.push_back(parse());
    return array;
  }
  Object parse_object() {
    Object object;
    for (++at_; !accept('}'); accept(',')) {
      std::string key = parse_string();
      kernel::expect(accept(':'), "a colon after the key");
      object.emplace(std::move(key), parse());
    }
    return object;
  }

  const std::string_view text_;
  std::size_t at_ = 0;
};

std::uint64_t sum(const Value& value) {
  if (const auto* number = std::get_if<std::uint64_t>(&value.data)) return *number;
  std::uint64_t total = 0;
  if (const auto* array = std::get_if<Array>(&value.data)) {
    for (const Value& element : *array) total += sum(element);
  } else if (const auto* object = std::get_if<Object>(&value.data)) {
    for (const auto& [key, element] : *object) total += sum(element);
  }
  return total;
}

std::string make_text(int records) {
  std::string text = "[";
  for (int i = 0; i < records; ++i) {
    text += R"({"name":"record )" + std::to_string(i) + R"(","size":)" + std::to_string(i) +
            R"(,"parts":[1,2,3,{"deep":4}],"tag":"x"},)";
  }
  text.back() = ']';
  return text;
}

}  // namespace

int main() {
  return kernel::run([] {
    const int records = 10000;
    const std::string text = make_text(records);
    std::vector<std::uint64_t> sums(kernel::kThreads);
    kernel::parallel([&](int t) {
      for (int round = 0; round < 15; ++round) sums[t] = sum(Parser(text).parse());
    });
    for (std::uint64_t total : sums) {
      kernel::expect(total == std::uint64_t{records} * (records - 1) / 2 + 10u * records, "sum of the numbers");
    }
  });
}
