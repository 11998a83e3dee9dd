#include "instrument/frontend/lint/nolint.h"

#include <cctype>

#include "clang/Basic/SourceManager.h"
#include "llvm/ADT/SmallVector.h"

namespace gorace::instrument::lint {
namespace {

constexpr llvm::StringRef kPrefix = "gorace-";

bool names(llvm::StringRef pattern, llvm::StringRef lint) {
  pattern = pattern.trim();
  if (pattern == "*") return true;
  if (!pattern.consume_front(kPrefix)) return false;
  return pattern == "*" || pattern == lint;
}

// What follows the keyword: nothing means all lints, "(a, b)" those.
bool covers(llvm::StringRef rest, llvm::StringRef lint) {
  if (!rest.consume_front("(")) return true;
  llvm::SmallVector<llvm::StringRef, 4> patterns;
  rest.take_until([](char c) { return c == ')'; }).split(patterns, ',');
  for (const llvm::StringRef pattern : patterns) {
    if (names(pattern, lint)) return true;
  }
  return false;
}

// Does the line have this very keyword, and not a longer one that begins with it, in a comment?
bool has(llvm::StringRef line, llvm::StringRef keyword, llvm::StringRef lint) {
  const size_t comment = std::min(line.find("//"), line.find("/*"));
  if (comment == llvm::StringRef::npos) return false;
  line = line.substr(comment);
  for (size_t at = line.find(keyword); at != llvm::StringRef::npos; at = line.find(keyword, at + 1)) {
    const llvm::StringRef rest = line.substr(at + keyword.size());
    const bool whole =
        rest.empty() || !(std::isalnum(static_cast<unsigned char>(rest.front())) != 0 || rest.front() == '_');
    if (whole && covers(rest, lint)) return true;
  }
  return false;
}

}  // namespace

bool is_silenced_in(llvm::StringRef text, size_t offset, llvm::StringRef lint) {
  const size_t end = text.find('\n', offset);
  text = text.take_front(end);
  if (!text.contains("NOLINT")) return false;
  bool within = false;
  bool by_line_before = false;
  while (!text.empty()) {
    const auto [line, rest] = text.split('\n');
    const bool last = rest.empty() && !text.ends_with("\n");
    if (last && (within || by_line_before || has(line, "NOLINT", lint))) return true;
    if (has(line, "NOLINTBEGIN", lint)) within = true;
    if (has(line, "NOLINTEND", lint)) within = false;
    by_line_before = has(line, "NOLINTNEXTLINE", lint);
    text = rest;
  }
  return within || by_line_before;
}

bool is_silenced(const clang::SourceManager& sources, clang::SourceLocation location, llvm::StringRef lint) {
  const auto [file, offset] = sources.getDecomposedLoc(location);
  bool invalid = false;
  const llvm::StringRef text = sources.getBufferData(file, &invalid);
  return !invalid && is_silenced_in(text, offset, lint);
}

}  // namespace gorace::instrument::lint
