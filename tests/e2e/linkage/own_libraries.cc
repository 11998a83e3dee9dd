// A program that brings its own Abseil and Protobuf, uses both from goroutines and threads, and ends as it wants to.
#include <absl/strings/str_cat.h>
#include <absl/synchronization/mutex.h>
#include <google/protobuf/timestamp.pb.h>
#include <gorace/gorace.h>

#include <cstdio>
#include <string>

int main() {
  GOOGLE_PROTOBUF_VERIFY_VERSION;
  auto texts = gorace::make_chan<std::string>(2);
  gorace::WaitGroup wg;
  wg.go([=] {
    google::protobuf::Timestamp timestamp;
    timestamp.set_seconds(7);
    texts.send(timestamp.SerializeAsString());
  });
  wg.go([=] { texts.send(absl::StrCat("abseil ", 1)); });
  wg.wait();
  absl::Mutex mutex;
  absl::MutexLock lock(&mutex);
  std::size_t bytes = 0;
  texts.close();
  for (const std::string& text : texts) bytes += text.size();
  std::printf("%zu bytes\n", bytes);
  return bytes == 10 ? 0 : 1;
}
