// Blocks, stacks and thread-local storage are recycled between unordered threads: no block's past is its next owner's.
// expect: clean
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

thread_local int local = 0;

void churn(int id) {
  int on_stack[64] = {};
  for (int i = 0; i < 300; ++i) {
    auto block = std::make_unique<char[]>(static_cast<size_t>(16 + i * 7));
    block[0] = static_cast<char>(id);
    std::string text(static_cast<size_t>(i), 'x');
    std::vector<int> grown;
    for (int k = 0; k < 50; ++k) grown.push_back(k);
    void* raw = malloc(8);
    raw = realloc(raw, 5000);
    memset(raw, id, 5000);
    free(raw);
    on_stack[i % 64] += ++local;
  }
}

int main() {
  std::vector<std::thread> threads;
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 4; ++i) threads.emplace_back(churn, i);
    // Detached in between: the next thread may get the stack of one that nobody joined.
    std::thread(churn, 9).detach();
    for (std::thread& thread : threads) thread.join();
    threads.clear();
  }
}
