#include "runtime/base/check.h"

#include <cstdlib>

#include "runtime/base/raw_writer.h"

namespace gorace::runtime {

void check_failed(const char* file, int line, const char* expression, uint64_t value) {
  {
    RawWriter out(2);
    out << "gorace: internal error: " << file << ":" << line << ": check failed: " << expression << " (value " << value
        << ", " << Hex{value} << ")\nThis is a bug in gorace, not in the program; please report it.\n";
  }
  abort();
}

}  // namespace gorace::runtime
