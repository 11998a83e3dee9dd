// Words of a text counted in ordered maps: short strings, comparisons, bytes.
#include <map>
#include <string>

#include "kernel.h"

int main() {
  return kernel::run([] {
    const int words = 500000;
    kernel::Random random(7);
    std::string text;
    for (int i = 0; i < words; ++i) {
      for (std::uint64_t length = 2 + random.below(7); length > 0; --length)
        text += static_cast<char>('a' + random.below(6));
      text += ' ';
    }
    std::vector<std::map<std::string, int>> counts(kernel::kThreads);
    kernel::parallel([&](int t) {
      std::string word;
      int index = 0;
      for (const char letter : text) {
        if (letter != ' ') {
          word += letter;
          continue;
        }
        if (index++ % kernel::kThreads == t) ++counts[t][word];
        word.clear();
      }
    });
    int sum = 0;
    for (const auto& map : counts) {
      for (const auto& [word, count] : map) sum += count;
    }
    kernel::expect(sum == words, "number of words");
  });
}
