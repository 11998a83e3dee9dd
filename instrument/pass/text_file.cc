#include "instrument/pass/text_file.h"

#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"

namespace gorace::instrument {
namespace {

using llvm::StringRef;

// Far more than the longest mangled name; what is longer is not a list of names, and would make an endless message.
constexpr size_t kLongestLine = 65536;

bool is_control(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < 0x20 && c != '\t' && c != '\r' && c != '\f' && c != '\v') || byte == 0x7f;
}

std::string wrong_with(StringRef line) {
  if (line.size() > kLongestLine) return "longer than " + std::to_string(kLongestLine) + " bytes";
  const StringRef from = line.drop_until(is_control);
  if (from.empty()) return "";
  std::string text = "is not text: it has a byte ";
  llvm::raw_string_ostream(text) << llvm::format("0x%02x",
                                                 static_cast<unsigned>(static_cast<unsigned char>(from.front())));
  return text;
}

}  // namespace

llvm::Error mistake(const llvm::Twine& what) { return llvm::createStringError(llvm::inconvertibleErrorCode(), what); }

llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> read_text_file(StringRef path) {
  llvm::sys::fs::file_status status;
  if (const std::error_code error = llvm::sys::fs::status(path, status)) return mistake(": " + error.message());
  if (llvm::sys::fs::is_directory(status)) return mistake(": Is a directory");
  if (!llvm::sys::fs::is_regular_file(status)) return mistake(": is not a regular file");
  auto buffer = llvm::MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!buffer) return mistake(": " + buffer.getError().message());
  StringRef text = (*buffer)->getBuffer();
  unsigned number = 0;
  for (StringRef rest = text; !rest.empty();) {
    StringRef line;
    std::tie(line, rest) = rest.split('\n');
    ++number;
    if (const std::string wrong = wrong_with(line); !wrong.empty()) {
      return mistake(", line " + llvm::Twine(number) + ": " + wrong);
    }
  }
  if (!text.consume_front("\xef\xbb\xbf")) return std::move(*buffer);
  return llvm::MemoryBuffer::getMemBufferCopy(text, path);
}

}  // namespace gorace::instrument
