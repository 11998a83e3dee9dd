#include "instrument/pass/options.h"

#include "llvm/Support/CommandLine.h"

namespace gorace::instrument {
namespace {

constexpr const char kVerbose[] = "gorace-verbose";
constexpr const char kSample[] = "gorace-sample";
constexpr const char kInline[] = "gorace-inline";
constexpr const char kModel[] = "gorace-model";
constexpr const char kIgnoreList[] = "gorace-ignorelist";

// LLVM ends the process when an option is registered twice, which happens when gorace-plug.so and gorace-pass.so are
// both loaded: the second one uses the first one's option. The object lives for ever: LLVM's registry keeps a pointer
// to it.
llvm::cl::opt<bool>* find_or_register_verbose() {
  auto& known = llvm::cl::getRegisteredOptions();
  if (auto found = known.find(kVerbose); found != known.end()) return static_cast<llvm::cl::opt<bool>*>(found->second);
  return new llvm::cl::opt<bool>(kVerbose, llvm::cl::desc("Print what gorace's pass emits for each function"),
                                 llvm::cl::init(false));
}

struct RateParser : llvm::cl::parser<unsigned> {
  using parser::parser;

  bool parse(llvm::cl::Option& option, llvm::StringRef name, llvm::StringRef text, unsigned& rate) {
    if (parser::parse(option, name, text, rate)) return true;
    return rate > 1'000'000 && option.error("'" + text + "' is more than 1000000, which is all of the time");
  }
};
using RateOption = llvm::cl::opt<unsigned, /*ExternalStorage=*/false, RateParser>;

RateOption* find_or_register_sample() {
  auto& known = llvm::cl::getRegisteredOptions();
  if (auto found = known.find(kSample); found != known.end()) return static_cast<RateOption*>(found->second);
  return new RateOption(kSample, llvm::cl::desc("Check in windows of so many millionths of the time"),
                        llvm::cl::init(0));
}

llvm::cl::list<std::string>* find_or_register_files(llvm::StringRef name, llvm::StringRef description) {
  auto& known = llvm::cl::getRegisteredOptions();
  if (auto found = known.find(name); found != known.end())
    return static_cast<llvm::cl::list<std::string>*>(found->second);
  return new llvm::cl::list<std::string>(name, llvm::cl::desc(description), llvm::cl::value_desc("file"));
}

llvm::cl::opt<InlineChecks>* find_or_register_inline() {
  auto& known = llvm::cl::getRegisteredOptions();
  if (auto found = known.find(kInline); found != known.end())
    return static_cast<llvm::cl::opt<InlineChecks>*>(found->second);
  return new llvm::cl::opt<InlineChecks>(
      kInline, llvm::cl::desc("Which checks are inline; the others are calls"), llvm::cl::init(InlineChecks::kHot),
      llvm::cl::values(clEnumValN(InlineChecks::kNever, "never", "none: the smallest code"),
                       clEnumValN(InlineChecks::kHot, "hot", "those in code that runs often"),
                       clEnumValN(InlineChecks::kAlways, "always", "all")));
}

llvm::cl::opt<bool>* const g_verbose = find_or_register_verbose();
RateOption* const g_sample = find_or_register_sample();
llvm::cl::opt<InlineChecks>* const g_inline = find_or_register_inline();
llvm::cl::list<std::string>* const g_model =
    find_or_register_files(kModel, "Models of synchronisation in libraries (docs/models.md)");
llvm::cl::list<std::string>* const g_ignore_list =
    find_or_register_files(kIgnoreList, "Functions, files and variables that are not checked (docs/exclusions.md)");

}  // namespace

bool verbose() { return *g_verbose; }
unsigned sampled_parts_per_million() { return *g_sample; }
InlineChecks inline_checks() { return *g_inline; }
std::vector<std::string> model_files() { return {g_model->begin(), g_model->end()}; }

std::vector<std::string> ignore_lists() { return {g_ignore_list->begin(), g_ignore_list->end()}; }

}  // namespace gorace::instrument
