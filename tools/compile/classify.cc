#include "tools/compile/classify.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "tools/base/process.h"

namespace gorace::tools {
namespace {

using Words = std::vector<std::string>;

// Options whose value is the next argument, which therefore is no input file.
constexpr absl::string_view kTakesNext[] = {
    "-o",
    "-x",
    "-I",
    "-D",
    "-U",
    "-L",
    "-l",
    "-include",
    "-imacros",
    "-isystem",
    "-iquote",
    "-idirafter",
    "-iprefix",
    "-isysroot",
    "-iwithprefix",
    "-iwithprefixbefore",
    "-cxx-isystem",
    "-include-pch",
    "-MF",
    "-MT",
    "-MQ",
    "-MJ",
    "-Xclang",
    "-Xlinker",
    "-Xassembler",
    "-Xpreprocessor",
    "-Xanalyzer",
    "-mllvm",
    "-target",
    "--target",
    "-arch",
    "-T",
    "-u",
    "-z",
    "-e",
    "-B",
    "-F",
    "--param",
    "-gcc-toolchain",
    "--sysroot",
    "-rpath",
    "-dumpbase",
    "-dumpdir",
    "-aux-info",
    "-working-directory",
    "-fmodule-name",
    "-ivfsoverlay",
    "--config",
    "-A",
    "-framework",
    "-Xopenmp-target",
    "-Xarch_host",
    "-G",
};

// Options after which there is no executable.
constexpr absl::string_view kNoProgram[] = {
    "-c",
    "-S",
    "-E",
    "-M",
    "-MM",
    "-fsyntax-only",
    "-shared",
    "--shared",
    "-r",
    "-emit-ast",
    "--precompile",
    "--analyze",
    "-extract-api",
    "-verify-pch",
    "-rewrite-objc",
    "--migrate",
    "-dynamiclib",
    "--compile",
    "--assemble",
    "--preprocess",
    "-fmodule-header",
    "-emit-interface-stubs",
};

constexpr absl::string_view kHeaderExtensions[] = {".h", ".hh", ".hpp", ".hxx", ".H", ".h++", ".hp", ".tcc"};
constexpr absl::string_view kRivalSanitizers[] = {"thread", "address",  "hwaddress",      "memory",
                                                  "leak",   "dataflow", "kernel-address", "realtime"};

// Inputs that no compiler pass sees.
constexpr absl::string_view kCompiledExtensions[] = {".o", ".a", ".so", ".lo", ".obj", ".s"};

// Inputs of the compiler behind its preprocessor.
constexpr absl::string_view kPreprocessedExtensions[] = {".pcm", ".ll", ".bc", ".i", ".ii"};

template <class List>
bool contains(const List& list, absl::string_view word) {
  return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

bool has_extension(absl::string_view path, absl::string_view extension) {
  return absl::EndsWith(path, extension) && path.size() > extension.size();
}

bool is_header(absl::string_view path) {
  return std::any_of(std::begin(kHeaderExtensions), std::end(kHeaderExtensions),
                     [path](absl::string_view extension) { return has_extension(path, extension); });
}

bool is_compiled_already(absl::string_view path) {
  if (absl::StartsWith(path, "-l") || absl::StrContains(path, ".so.")) return true;
  return std::any_of(std::begin(kCompiledExtensions), std::end(kCompiledExtensions),
                     [path](absl::string_view extension) { return has_extension(path, extension); });
}

bool is_preprocessed(absl::string_view path) {
  return std::any_of(std::begin(kPreprocessedExtensions), std::end(kPreprocessedExtensions),
                     [path](absl::string_view extension) { return has_extension(path, extension); });
}

// expanded replaces each @FILE by the words in that file. A file that cannot be read stays: the compiler will say so.
Words expanded(const Words& args, int depth = 0) {
  constexpr int kMostNested = 16;
  Words result;
  for (const std::string& arg : args) {
    if (arg.size() < 2 || arg[0] != '@' || depth == kMostNested) {
      result.push_back(arg);
      continue;
    }
    std::ifstream file(arg.substr(1));
    std::stringstream text;
    text << file.rdbuf();
    const absl::StatusOr<Words> words = split_words(text.str());
    if (!file.is_open() || !words.ok()) {
      result.push_back(arg);
      continue;
    }
    for (std::string& word : expanded(*words, depth + 1)) result.push_back(std::move(word));
  }
  return result;
}

bool is_debug_flag(absl::string_view arg) {
  if (arg == "-g" || absl::StartsWith(arg, "-ggdb") || absl::StartsWith(arg, "-gdwarf") ||
      absl::StartsWith(arg, "-gline-")) {
    return true;
  }
  return arg == "-gmlt" || (arg.size() == 3 && absl::StartsWith(arg, "-g") && arg[2] >= '0' && arg[2] <= '9');
}

std::string rival_sanitizer(absl::string_view arg) {
  constexpr absl::string_view kFlag = "-fsanitize=";
  if (!absl::StartsWith(arg, kFlag)) return "";
  for (absl::string_view name : absl::StrSplit(arg.substr(kFlag.size()), ',')) {
    if (contains(kRivalSanitizers, name)) return std::string(name);
  }
  return "";
}

// State while the arguments are read one by one.
struct Reader {
  CompilerUse use;
  bool makes_program = true;
  bool has_object_or_source = false;  // an input that is not a header
  bool language_is_header = false;

  void input(absl::string_view path) {
    use.has_input = true;
    if (!is_compiled_already(path)) use.compiles = true;
    if (!is_compiled_already(path) && !is_preprocessed(path)) use.preprocesses = true;
    if (!is_header(path)) has_object_or_source = true;
  }
  void language(absl::string_view name) {
    use.has_language = true;
    language_is_header = absl::EndsWith(name, "-header") || absl::EndsWith(name, "-header-unit");
  }
  void option(absl::string_view arg) {
    if (contains(kNoProgram, arg)) makes_program = false;
    if (is_debug_flag(arg)) use.has_debug_flag = true;
    if (arg == "-static" || arg == "--static" || arg == "-static-pie") use.is_static = true;
    if (absl::StartsWith(arg, "-x") && arg.size() > 2) language(arg.substr(2));
    if (absl::StartsWith(arg, "-l") && arg.size() > 2) input(arg);
    if (std::string name = rival_sanitizer(arg); !name.empty()) use.sanitizer = std::move(name);
    if (arg == "-fno-sanitize=all") use.sanitizer.clear();
  }
};

}  // namespace

bool takes_next_argument(absl::string_view option) { return contains(kTakesNext, option); }

bool is_cxx_source(absl::string_view path) {
  for (absl::string_view extension : {".cc", ".cpp", ".cxx", ".c++", ".C", ".cp"}) {
    if (has_extension(path, extension)) return true;
  }
  return false;
}

bool is_c_source(absl::string_view path) { return has_extension(path, ".c"); }

CompilerUse classify(const std::vector<std::string>& args) {
  Reader reader;
  bool only_inputs = false;  // after "--"
  const Words words = expanded(args);
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (only_inputs || word == "-" || word.empty() || word[0] != '-') {
      reader.input(word);
    } else if (word == "--") {
      only_inputs = true;
    } else if (contains(kTakesNext, word)) {
      const std::string value = ++i < words.size() ? words[i] : "";
      if (word == "-x") reader.language(value);
      if (word == "-l") reader.input(value);
    } else {
      reader.option(word);
    }
  }
  const bool header_only = reader.language_is_header || !reader.has_object_or_source;
  reader.use.links_program = reader.use.has_input && reader.makes_program && !header_only;
  return reader.use;
}

}  // namespace gorace::tools
