// A buffered channel: sends do not wait while there is room; a closed channel gives what is left, then nothing.
//
// Run:    gorace run samples/buffered_channel.cc
// Exit:   0
// Stdout: ^3 of 3 waiting$
// Stdout: ^a b c$
// Stdout: ^closed$
#include <gorace/gorace.h>

#include <cstdio>
#include <string>

int main() {
  auto letters = gorace::make_chan<std::string>(3);
  letters.send("a");
  letters.send("b");
  letters << "c";
  std::printf("%zu of %zu waiting\n", letters.len(), letters.cap());
  letters.close();

  std::string line;
  for (const std::string& letter : letters) line += (line.empty() ? "" : " ") + letter;
  std::puts(line.c_str());
  if (!letters.recv()) std::puts("closed");
}
