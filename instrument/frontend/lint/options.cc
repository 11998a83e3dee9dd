#include "instrument/frontend/lint/options.h"

#include "instrument/frontend/lint/lints.h"

namespace gorace::instrument::lint {
namespace {

// The most specific spelling first.
constexpr struct {
  const char* prefix;
  Severity severity;
} kSpellings[] = {
    {"Wno-error=gorace", Severity::kWarning},
    {"Werror=gorace", Severity::kError},
    {"Wno-gorace", Severity::kOff},
    {"Wgorace", Severity::kWarning},
};

}  // namespace

bool Options::take(llvm::StringRef argument, std::string* error) {
  error->clear();
  for (const auto& [prefix, severity] : kSpellings) {
    llvm::StringRef rest = argument;
    if (!rest.consume_front(prefix)) continue;
    if (rest.empty()) {
      for (const Lint& lint : all_lints()) severities_[lint.name] = severity;
      return true;
    }
    for (const Lint& lint : all_lints()) {
      if (rest == std::string("-") + lint.name) {
        severities_[lint.name] = severity;
        return true;
      }
    }
    *error = "unknown lint '" + rest.ltrim('-').str() + "'; there are";
    const char* separator = " ";
    for (const Lint& lint : all_lints()) {
      *error += std::string(separator) + lint.name;
      separator = ", ";
    }
    return true;
  }
  return false;
}

Severity Options::severity(llvm::StringRef lint) const {
  const auto found = severities_.find(lint);
  return found == severities_.end() ? Severity::kWarning : found->second;
}

bool Options::any() const {
  for (const Lint& lint : all_lints()) {
    if (severity(lint.name) != Severity::kOff) return true;
  }
  return false;
}

}  // namespace gorace::instrument::lint
