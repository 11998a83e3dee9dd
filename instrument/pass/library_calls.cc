#include "instrument/pass/library_calls.h"

#include "instrument/pass/emission.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"

namespace gorace::instrument {
namespace {

// Comparisons up to this length are expanded by the code generator when the length is constant: cheaper than a call.
constexpr uint64_t kInlineCompareBytes = 16;

// The names of _FORTIFY_SOURCE, of which LLVM knows some only.
bool is_fortified(llvm::StringRef name) {
  static const llvm::StringSet<> kNames = {
      "memcpy",  "memmove",  "mempcpy",  "memset",    "strcpy",   "stpcpy",    "strncpy",  "stpncpy",
      "strcat",  "strncat",  "sprintf",  "snprintf",  "vsprintf", "vsnprintf", "printf",   "fprintf",
      "vprintf", "vfprintf", "fgets",    "fread",     "wcscpy",   "wcpcpy",    "wcsncpy",  "wcpncpy",
      "wcscat",  "wcsncat",  "wmemcpy",  "wmemmove",  "wmempcpy", "wmemset",   "swprintf", "vswprintf",
      "wprintf", "fwprintf", "vwprintf", "vfwprintf", "fgetws"};
  return name.starts_with("__") && name.ends_with("_chk") && kNames.contains(name.drop_front(2).drop_back(4));
}

// type_code: a letter for the types that functions of the C library have.
char type_code(const llvm::Type& type) {
  if (type.isPointerTy()) return 'p';
  if (type.isIntegerTy(32)) return 'i';
  if (type.isIntegerTy(64)) return 'l';
  if (type.isFloatTy()) return 'f';
  if (type.isDoubleTy()) return 'd';
  if (type.isX86_FP80Ty() || type.isFP128Ty()) return 'e';
  return type.isVoidTy() ? 'v' : '?';
}

// signature_of: the result's and the parameters' letters; a dot at the end for variable arguments.
llvm::SmallString<8> signature_of(const llvm::FunctionType& type) {
  llvm::SmallString<8> signature;
  signature += type_code(*type.getReturnType());
  for (const llvm::Type* parameter : type.params()) signature += type_code(*parameter);
  if (type.isVarArg()) signature += '.';
  return signature;
}

// Functions that LLVM's list of the library lacks. By it, or else by the types, a function of the program with such a
// name is told from the library's.
bool has_library_signature(llvm::StringRef name, const llvm::FunctionType& type) {
  static const llvm::StringMap<llvm::StringRef> kSignatures = {// wide strings
                                                               {"wcslen", "lp"},
                                                               {"wcsnlen", "lpl"},
                                                               {"wcscmp", "ipp"},
                                                               {"wcsncmp", "ippl"},
                                                               {"wcschr", "ppi"},
                                                               {"wcsrchr", "ppi"},
                                                               {"wcsstr", "ppp"},
                                                               {"wmemchr", "ppil"},
                                                               {"wmemcmp", "ippl"},
                                                               {"wcscpy", "ppp"},
                                                               {"wcpcpy", "ppp"},
                                                               {"wcsncpy", "pppl"},
                                                               {"wcpncpy", "pppl"},
                                                               {"wcscat", "ppp"},
                                                               {"wcsncat", "pppl"},
                                                               {"wcsdup", "pp"},
                                                               {"wmemcpy", "pppl"},
                                                               {"wmemmove", "pppl"},
                                                               {"wmempcpy", "pppl"},
                                                               {"wmemset", "ppil"},
                                                               {"wcstol", "lppi"},
                                                               {"wcstoul", "lppi"},
                                                               {"wcstoll", "lppi"},
                                                               {"wcstoull", "lppi"},
                                                               {"wcstod", "dpp"},
                                                               {"wcstof", "fpp"},
                                                               {"fgetws", "ppip"},
                                                               {"fputws", "ipp"},
                                                               {"vswprintf", "iplpp"},
                                                               {"vfwprintf", "ippp"},
                                                               {"vwprintf", "ipp"},
                                                               {"swprintf", "iplp."},
                                                               {"fwprintf", "ipp."},
                                                               {"wprintf", "ip."},
                                                               {"vswscanf", "ippp"},
                                                               {"vfwscanf", "ippp"},
                                                               {"vwscanf", "ipp"},
                                                               {"swscanf", "ipp."},
                                                               {"fwscanf", "ipp."},
                                                               {"wscanf", "ip."},
                                                               // detector/abi/argument_checks.h
                                                               {"strtok_r", "pppp"},
                                                               {"strsep", "ppp"},
                                                               {"memmem", "pplpl"},
                                                               {"memccpy", "pppil"},
                                                               {"strchrnul", "ppi"},
                                                               {"strcasestr", "ppp"},
                                                               {"asprintf", "ipp."},
                                                               {"vasprintf", "ippp"},
                                                               {"dprintf", "iip."},
                                                               {"vdprintf", "iipp"},
                                                               {"getdelim", "lppip"},
                                                               {"__getdelim", "lppip"},
                                                               {"getline", "lppp"},
                                                               {"strtold", "epp"},
                                                               {"rand_r", "ip"},
                                                               {"time", "lp"},
                                                               {"localtime_r", "ppp"},
                                                               {"gmtime_r", "ppp"},
                                                               {"mktime", "lp"},
                                                               {"asctime_r", "ppp"},
                                                               {"ctime_r", "ppp"},
                                                               {"strftime", "lplpp"},
                                                               {"stat", "ipp"},
                                                               {"lstat", "ipp"},
                                                               {"fstat", "iip"},
                                                               {"getcwd", "ppl"},
                                                               {"readlink", "lppl"},
                                                               {"qsort", "vpllp"}};
  const auto found = kSignatures.find(name);
  return found != kSignatures.end() && found->second == signature_of(type);
}

bool is_scan(llvm::StringRef name) {
  static const llvm::StringSet<> kNames = {"scanf", "fscanf", "sscanf", "vscanf", "vfscanf", "vsscanf"};
  return kNames.contains(name);
}

// What the headers have C99 call in place of the scanf family, and C23, of which glibc 2.38 and later make GNU C++ a
// part, in place of that and the strtol family too.
bool is_of_standard(llvm::StringRef name) {
  static const llvm::StringSet<> kScans = {"wscanf", "fwscanf", "swscanf", "vwscanf", "vfwscanf", "vswscanf"};
  static const llvm::StringSet<> kNumbers = {"strtol", "strtoll", "strtoul", "strtoull", "strtoimax", "strtoumax",
                                             "wcstol", "wcstoll", "wcstoul", "wcstoull", "wcstoimax", "wcstoumax"};
  const bool is_new = name.consume_front("__isoc23_");
  if (!is_new && !name.consume_front("__isoc99_")) return false;
  return is_scan(name) || kScans.contains(name) || (is_new && kNumbers.contains(name));
}

// Names that no program may define.
bool is_reserved(llvm::StringRef name) { return is_fortified(name) || is_of_standard(name); }

bool is_checked_function(llvm::StringRef name) {
  static const llvm::StringSet<> kNames = {
      "strlen",   "strnlen",  "strcmp",   "strncmp",   "strcasecmp", "strncasecmp", "strchr",  "strrchr",
      "strstr",   "strspn",   "strcspn",  "strpbrk",   "memchr",     "memrchr",     "memcmp",  "bcmp",
      "strcpy",   "stpcpy",   "strncpy",  "stpncpy",   "strcat",     "strncat",     "strdup",  "strndup",
      "sprintf",  "snprintf", "vsprintf", "vsnprintf", "printf",     "fprintf",     "vprintf", "vfprintf",
      "fread",    "fwrite",   "fgets",    "fputs",     "puts",       "strtol",      "strtoll", "strtoul",
      "strtoull", "strtod",   "strtof",   "atoi",      "atol",       "atoll",       "atof"};
  return kNames.contains(name) || is_scan(name) || is_reserved(name);
}

// A short comparison stays what it is, behind two range checks.
bool check_short_compare(llvm::CallInst& call, llvm::StringRef name, RuntimeFunctions& runtime,
                         SamplingGuard& sampling) {
  if (name != "memcmp" && name != "bcmp") return false;
  const auto* bytes = llvm::dyn_cast<llvm::ConstantInt>(call.getArgOperand(2));
  if (bytes == nullptr || bytes->getZExtValue() > kInlineCompareBytes) return false;
  Emitter builder(&call);
  for (unsigned i : {0u, 1u}) {
    if (!llvm::isa<llvm::Constant>(call.getArgOperand(i))) {
      sampling.add(runtime.call_range(builder, call.getArgOperand(i), call.getArgOperand(2), /*is_write=*/false));
    }
  }
  return true;
}

}  // namespace

void redirect_library_call(llvm::CallInst& call) {
  const llvm::StringRef name = call.getCalledFunction()->getName();
  llvm::Module& module = *call.getModule();
  const llvm::FunctionCallee checked = module.getOrInsertFunction(("__gorace_" + name).str(), call.getFunctionType());
  call.setCalledFunction(checked);
  // It does more than the original: what is known of that does not hold.
  call.removeFnAttr(llvm::Attribute::Memory);
  call.removeFnAttr(llvm::Attribute::Speculatable);
  call.setTailCallKind(llvm::CallInst::TCK_NoTail);  // the caller's frame and line must be there
}

void check_library_calls(llvm::Function& function, const llvm::TargetLibraryInfo& library, RuntimeFunctions& runtime,
                         SamplingGuard& sampling) {
  llvm::SmallVector<llvm::CallInst*, 16> calls;
  for (llvm::Instruction& instruction : llvm::instructions(function)) {
    if (auto* call = llvm::dyn_cast<llvm::CallInst>(&instruction)) calls.push_back(call);
  }
  for (llvm::CallInst* call : calls) {
    const llvm::Function* callee = call->getCalledFunction();
    llvm::LibFunc known;
    if (callee == nullptr || !callee->isDeclaration()) continue;
    const llvm::StringRef name = callee->getName();
    if (!has_library_signature(name, *callee->getFunctionType())) {
      if (!is_checked_function(name)) continue;
      if (!is_reserved(name) && !library.getLibFunc(*callee, known)) continue;  // the program's own
    }
    if (check_short_compare(*call, name, runtime, sampling)) continue;
    if (sampling.is_on()) {
      sampling.add_program_call(call);
    } else {
      redirect_library_call(*call);
    }
  }
}

}  // namespace gorace::instrument
