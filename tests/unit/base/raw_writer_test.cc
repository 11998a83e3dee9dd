#include "runtime/base/raw_writer.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <climits>
#include <cstdint>
#include <string>

namespace gorace::runtime {
namespace {

// What `write` puts into a pipe.
template <class Write>
std::string written(Write write) {
  int ends[2];
  EXPECT_EQ(pipe(ends), 0);
  {
    RawWriter out(ends[1]);
    write(out);
  }
  close(ends[1]);
  std::string text;
  char buffer[4096];
  for (ssize_t n; (n = read(ends[0], buffer, sizeof buffer)) > 0;) text.append(buffer, static_cast<size_t>(n));
  close(ends[0]);
  return text;
}

TEST(RawWriter, WritesNumbersOfEverySignAndSize) {
  EXPECT_EQ(written([](RawWriter& out) { out << 0 << ' ' << -1 << ' ' << INT64_MIN << ' ' << UINT64_MAX; }),
            "0 -1 -9223372036854775808 18446744073709551615");
}

TEST(RawWriter, WritesHexPadded) {
  EXPECT_EQ(written([](RawWriter& out) { out << Hex{0xc0000a4028, 12} << ' ' << Hex{0} << ' ' << Hex{0x1f, 1}; }),
            "0x00c0000a4028 0x0 0x1f");
}

TEST(RawWriter, WritesTextLongerThanItsBuffer) {
  const std::string text(10'000, 'x');
  EXPECT_EQ(written([&](RawWriter& out) { out << "a" << text << "b"; }), "a" + text + "b");
}

TEST(RawWriter, NullTextIsNamed) {
  EXPECT_EQ(written([](RawWriter& out) { out << static_cast<const char*>(nullptr); }), "(null)");
}

TEST(RawWriter, KeepsErrno) {
  errno = EDOM;
  { RawWriter(-1) << "nowhere"; }
  EXPECT_EQ(errno, EDOM);
}

}  // namespace
}  // namespace gorace::runtime
