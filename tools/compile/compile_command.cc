#include "tools/compile/compile_command.h"

#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace gorace::tools {
namespace {

using Words = std::vector<std::string>;

void append(Words* to, const Words& more) { to->insert(to->end(), more.begin(), more.end()); }

// The folders that compilers search anyway: naming one as -isystem would move it before the C++ library's own headers,
// whose #include_next then fails.
bool is_default_include_folder(const std::string& folder) {
  return folder == "/usr/include" || folder == "/usr/local/include";
}

// "--" ends the compiler's options, but what gorace adds comes behind the user's arguments. Without it, inputs that
// begin with a dash need another spelling.
Words without_end_of_options(const Words& args) {
  Words result;
  bool only_inputs = false;
  for (const std::string& arg : args) {
    if (!only_inputs && arg == "--") {
      only_inputs = true;
    } else {
      result.push_back(only_inputs && !arg.empty() && arg[0] == '-' ? absl::StrCat("./", arg) : arg);
    }
  }
  return result;
}

// -Wgorace-lock-leak, -Wno-gorace, -Werror=gorace-lock-leak ...: warnings of the plugin. A plugin cannot add flags to
// clang, only take arguments of its own.
bool is_lint_flag(absl::string_view arg) {
  for (absl::string_view prefix : {"-Wgorace", "-Wno-gorace", "-Werror=gorace", "-Wno-error=gorace"}) {
    if (absl::StartsWith(arg, prefix)) return true;
  }
  return false;
}

// with_lint_arguments says those flags so that clang hands them to the plugin, or leaves them out when there is none to
// hear them.
Words with_lint_arguments(const Words& args, bool has_plugin) {
  Words result;
  for (const std::string& arg : args) {
    if (!is_lint_flag(arg)) {
      result.push_back(arg);
    } else if (has_plugin) {
      result.push_back(absl::StrCat("-fplugin-arg-gorace-", absl::string_view(arg).substr(1)));
    }
  }
  return result;
}

Words compile_flags(const std::string& plugin, const Layout& layout, const CompileMode& mode, const CompilerUse& use) {
  Words flags;
  if (mode.race) {
    // The same file as both: LLVM 19 reads plugin options only with -fplugin, and ccache hashes only that one.
    append(&flags, {absl::StrCat("-fplugin=", plugin), absl::StrCat("-fpass-plugin=", plugin)});
    if (mode.sampled_ppm != 0) append(&flags, {"-mllvm", absl::StrCat("-gorace-sample=", mode.sampled_ppm)});
    for (const std::string& model : mode.models) append(&flags, {"-mllvm", absl::StrCat("-gorace-model=", model)});
    for (const std::string& list : mode.ignore_lists)
      append(&flags, {"-mllvm", absl::StrCat("-gorace-ignorelist=", list)});
  }
  if (!use.has_debug_flag) flags.push_back("-g");
  if (use.preprocesses && !is_default_include_folder(layout.include_folder))
    append(&flags, {"-isystem", layout.include_folder});
  return flags;
}

// Parts of the runtime that start by themselves and that no other part names: each has a symbol for the linker to ask
// for. A name that is not in the libraries is no error.
constexpr const char* kSelfStarting[] = {"__gorace_profiles", "__gorace_leak_check"};

Words link_flags(const Layout& layout, const CompileMode& mode, const CompilerUse& use) {
  Words flags;
  if (use.has_language) append(&flags, {"-x", "none"});
  for (const char* symbol : kSelfStarting) flags.push_back(absl::StrCat("-Wl,-u,", symbol));
  if (mode.race) {
    // All of gorace_race: interceptors are found by name at run time, nothing refers to them at link time.
    append(&flags, {"-Wl,--whole-archive", layout.library("gorace_race"), "-Wl,--no-whole-archive",
                    layout.library("gorace_detector")});
  }
  // Not -pthread: where one command compiles and links, it would also be a flag of the language, which precompiled
  // headers must agree on.
  append(&flags, {layout.library("gorace"), "-lpthread", "-ldl", "-Wl,--export-dynamic-symbol=__gorace_*",
                  "-Wl,--export-dynamic-symbol=__tsan_*", "-Wl,--build-id"});
  if (mode.language == Language::kC) append(&flags, {"-lstdc++", "-lm"});  // what the runtime itself is written with
  return flags;
}

}  // namespace

std::vector<std::string> models_of_environment() {
  const char* value = getenv("GORACE_MODELS");
  if (value == nullptr) return {};
  return absl::StrSplit(value, ':', absl::SkipEmpty());
}

std::vector<std::string> take_ignore_lists(const std::vector<std::string>& args, CompileMode* mode) {
  if (!mode->race) return args;
  Words rest;
  for (const std::string& arg : args) {
    absl::string_view value = arg;
    if (absl::ConsumePrefix(&value, "-fsanitize-ignorelist=")) {
      mode->ignore_lists.emplace_back(value);
    } else {
      rest.push_back(arg);
    }
  }
  return rest;
}

absl::Status check_use(const CompileMode& mode, const CompilerUse& use) {
  if (!mode.race && mode.sampled_ppm != 0) {
    return absl::InvalidArgumentError(
        "--sample asks for race detection in a part of the time, --no-race or --race=off for none: drop one of them");
  }
  if (!mode.race) return absl::OkStatus();
  if (!use.sanitizer.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("-fsanitize=", use.sanitizer,
                     " cannot be combined with race detection: both need the same memory for their shadow; "
                     "drop it, or use --no-race"));
  }
  if (use.is_static && use.links_program) {
    return absl::InvalidArgumentError(
        "a static executable cannot be checked for races: libc's functions are intercepted by the dynamic linker; drop "
        "-static, or use "
        "--no-race");
  }
  return absl::OkStatus();
}

bool needs_plugin(const CompileMode& mode, const CompilerUse& use) { return mode.race && use.compiles; }

std::vector<std::string> needed_files(const Layout& layout, const CompileMode& mode, const CompilerUse& use) {
  Words files;
  if (!use.links_program) return files;
  files.push_back(layout.library("gorace"));
  if (mode.race) append(&files, {layout.library("gorace_race"), layout.library("gorace_detector")});
  return files;
}

std::vector<std::string> compile_command(const Compiler& compiler, const Layout& layout, const CompileMode& mode,
                                         const CompilerUse& use, const std::vector<std::string>& args) {
  Words command = compiler.command;
  if (!use.has_input) {
    append(&command, args);
    return command;
  }
  // Without anything to compile, clang warns of flags that it has no use for.
  if (use.compiles) append(&command, compile_flags(layout.plugin(compiler.clang_major), layout, mode, use));
  append(&command, with_lint_arguments(without_end_of_options(args), needs_plugin(mode, use)));
  if (use.compiles) append(&command, {"-fno-omit-frame-pointer", "-mno-omit-leaf-frame-pointer"});
  if (use.links_program) append(&command, link_flags(layout, mode, use));
  return command;
}

}  // namespace gorace::tools
