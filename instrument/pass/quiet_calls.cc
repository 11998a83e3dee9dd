#include "instrument/pass/quiet_calls.h"

#include "instrument/pass/atomics.h"
#include "instrument/pass/calls.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/IntrinsicInst.h"

namespace gorace::instrument {

namespace {

// Operators new and delete, in all their forms.
bool is_allocation_operator(llvm::StringRef name) {
  return name.starts_with("_Znw") || name.starts_with("_Zna") || name.starts_with("_Zdl") || name.starts_with("_Zda");
}

bool is_quiet_name(llvm::StringRef name) {
  static const llvm::StringSet<> kNames = {"malloc",
                                           "calloc",
                                           "realloc",
                                           "free",
                                           "aligned_alloc",
                                           "posix_memalign",
                                           "memalign",
                                           "strlen",
                                           "strnlen",
                                           "strcmp",
                                           "strncmp",
                                           "strchr",
                                           "strrchr",
                                           "strstr",
                                           "strspn",
                                           "strcspn",
                                           "strpbrk",
                                           "memchr",
                                           "memrchr",
                                           "memcmp",
                                           "bcmp",
                                           "memcpy",
                                           "memmove",
                                           "memset",
                                           "strcpy",
                                           "stpcpy",
                                           "strncpy",
                                           "stpncpy",
                                           "strcat",
                                           "strncat",
                                           "strdup",
                                           "strndup",
                                           "strcasecmp",
                                           "strtol",
                                           "strtoll",
                                           "strtoul",
                                           "strtoull",
                                           "strtod",
                                           "strtof",
                                           "atoi",
                                           "strncasecmp",
                                           "atol",
                                           "atoll",
                                           "atof",
                                           "abs",
                                           "labs",
                                           "llabs",
                                           "isalpha",
                                           "__cxa_begin_catch",
                                           "__cxa_end_catch",
                                           "__cxa_allocate_exception",
                                           "__cxa_free_exception"};
  // libstdc++'s: basic_string of the present ABI, the red-black tree, lists and hash tables, and the throwers.
  static constexpr const char* kPrefixes[] = {"_ZNSt7__cxx1112basic_string",
                                              "_ZNKSt7__cxx1112basic_string",
                                              "_ZSt18_Rb_tree_increment",
                                              "_ZSt18_Rb_tree_decrement",
                                              "_ZSt29_Rb_tree_insert_and_rebalance",
                                              "_ZSt28_Rb_tree_rebalance_for_erase",
                                              "_ZNSt8__detail15_List_node_base",
                                              "_ZNKSt8__detail20_Prime_rehash_policy",
                                              "_ZSt11_Hash_bytes",
                                              "_ZSt17__throw_bad_alloc",
                                              "_ZSt20__throw_length_error",
                                              "_ZSt19__throw_logic_error",
                                              "_ZSt24__throw_out_of_range_fmt",
                                              "_ZSt28__throw_bad_array_new_length"};
  name.consume_front("__isoc23_");
  return kNames.contains(name) || is_allocation_operator(name) ||
         llvm::any_of(kPrefixes, [name](const char* prefix) { return name.starts_with(prefix); });
}

bool is_quiet_atomic(const llvm::Instruction& instruction) {
  const auto order = strongest_order(instruction);
  return !llvm::isAcquireOrStronger(order) && !llvm::isReleaseOrStronger(order);
}

}  // namespace

QuietCalls::QuietCalls(llvm::Module& module,
                       llvm::function_ref<const llvm::TargetLibraryInfo&(llvm::Function&)> library_of) {
  llvm::SmallVector<llvm::Function*, 32> candidates;
  for (llvm::Function& function : module) {
    if (function.isDeclaration() || function.isInterposable()) continue;
    candidates.push_back(&function);
    quiet_.insert(&function);
  }
  // What calls something that turned out not to be quiet is not either.
  for (bool changed = true; changed;) {
    changed = false;
    llvm::erase_if(candidates, [&](llvm::Function* function) {
      if (!may_synchronise(*function, library_of(*function))) return false;
      quiet_.erase(function);
      changed = true;
      return true;
    });
  }
}

bool QuietCalls::may_synchronise(llvm::Function& function, const llvm::TargetLibraryInfo& library) const {
  return llvm::any_of(llvm::instructions(function), [&](const llvm::Instruction& instruction) {
    if (is_synchronising_atomic(instruction)) return !is_quiet_atomic(instruction);
    const auto* call = llvm::dyn_cast<llvm::CallBase>(&instruction);
    if (call == nullptr) return false;
    return is_detector_call(*call) || (is_program_call(*call, library) && !is_quiet(*call));
  });
}

bool QuietCalls::is_quiet(const llvm::CallBase& call) const {
  const llvm::Function* callee = call.getCalledFunction();
  if (callee == nullptr) return false;
  return callee->isDeclaration() ? is_quiet_name(callee->getName()) : quiet_.contains(callee);
}

}  // namespace gorace::instrument
