#include "detector/report/uninstrumented.h"

#include <link.h>

#include <cstring>
#include <mutex>
#include <string_view>
#include <utility>

#include "runtime/base/internal_allocator.h"
#include "runtime/base/spin_lock.h"
#include "runtime/symbolize/symbolize.h"

namespace gorace::detector {
namespace {

using runtime::RawWriter;
using std::string_view;

// One for each module that said that it is instrumented. Those that are unloaded stay: whatever is loaded to the same
// place later counts as instrumented too, and is not named.
struct Registration {
  uintptr_t address;
  const GoraceCode* begin;
  const GoraceCode* end;
};

constexpr int kMostNames = 8;

// A few names, each once, cut where they are too long.
class Names {
 public:
  void add(string_view name, string_view file = {}) {
    char entry[kBytes];
    size_t used = copy(entry, 0, name);
    if (!file.empty()) {
      used = copy(entry, used, " (");
      used = copy(entry, used, file);
      used = copy(entry, used, ")");
    }
    for (int i = 0; i < count_; ++i) {
      if (string_view(names_[i]) == string_view(entry, used)) return;
    }
    if (count_ == kMostNames) {
      has_more_ = true;
      return;
    }
    memcpy(names_[count_], entry, used);
    names_[count_++][used] = '\0';
  }
  bool empty() const { return count_ == 0; }
  void print(RawWriter& out) const {
    for (int i = 0; i < count_; ++i) out << (i == 0 ? "" : ", ") << names_[i];
    if (has_more_) out << " and others";
  }

 private:
  static constexpr size_t kBytes = 200;
  static size_t copy(char* to, size_t used, string_view text) {
    const size_t bytes = text.size() < kBytes - 1 - used ? text.size() : kBytes - 1 - used;
    memcpy(to + used, text.data(), bytes);
    return used + bytes;
  }

  char names_[kMostNames][kBytes] = {};
  int count_ = 0;
  bool has_more_ = false;
};

struct Registry {
  runtime::SpinLock lock;
  runtime::InternalVector<Registration>* all = nullptr;  // never destroyed: reports come after static destructors too
  Names functions;  // of the program itself, that reports have named; under the reporter's lock
};
constinit Registry g_registry;

string_view file_name(string_view path) { return path.substr(path.rfind('/') + 1); }  // npos + 1 == 0

// Libraries whose synchronisation is intercepted, or understood.
bool is_system_library(string_view name) {
  for (const string_view known :
       {"libc.so", "libm.so", "libpthread.so", "libdl.so", "librt.so", "libstdc++.so", "libgcc_s.so", "libc++.so",
        "libc++abi.so", "libunwind.so", "libatomic.so", "ld-linux", "linux-vdso"}) {
    if (name.starts_with(known)) return true;
  }
  return name.empty();
}

// Functions of gorace's archives, of the C and C++ libraries, and of test frameworks, which may be linked statically.
bool is_known_function(const char* function) {
  if (runtime::is_internal_frame(function)) return true;
  const string_view name(function);
  for (const string_view known : {"gorace::", "gorace_", "std::", "__gnu_cxx::", "operator new", "operator delete",
                                  "testing::", "_init", "_fini"}) {
    if (name.starts_with(known)) return true;
  }
  return name == "pthread_once" || name == "call_once";  // interceptors that call the program
}

bool lies_in(const dl_phdr_info& module, uintptr_t address) {
  for (int i = 0; i < module.dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = module.dlpi_phdr[i];
    if (segment.p_type == PT_LOAD && address - (module.dlpi_addr + segment.p_vaddr) < segment.p_memsz) return true;
  }
  return false;
}

bool table_contains(const Registration& registration, uintptr_t pc) {
  for (const GoraceCode* each = registration.begin; each != registration.end; ++each) {
    const uintptr_t start = reinterpret_cast<uintptr_t>(&each->start) + static_cast<intptr_t>(each->start);
    if (pc - start < each->bytes) return true;
  }
  return false;
}

// gcc's constructors jump to __tsan_init(): then its return address is the loader's, and does not tell the module.
int look_for_loader(dl_phdr_info* module, size_t, void* is_first) {
  if (std::exchange(*static_cast<bool*>(is_first), false)) return 0;  // the program
  if (!is_system_library(file_name(module->dlpi_name == nullptr ? "" : module->dlpi_name))) return 0;
  const std::lock_guard guard(g_registry.lock);
  if (g_registry.all == nullptr) return 0;
  for (const Registration& each : *g_registry.all) {
    if (lies_in(*module, each.address)) return 1;
  }
  return 0;
}
bool some_module_is_unknown() {
  bool is_first = true;
  return dl_iterate_phdr(look_for_loader, &is_first) != 0;
}

enum class Coverage { kNone, kOtherFunctions, kThisFunction };

// What the module's registrations say of `pc`; 0: of the module only.
Coverage coverage(const dl_phdr_info& module, uintptr_t pc) {
  const std::lock_guard guard(g_registry.lock);
  if (g_registry.all == nullptr) return Coverage::kNone;
  Coverage found = Coverage::kNone;
  for (const Registration& each : *g_registry.all) {
    if (!lies_in(module, each.address)) continue;
    if (each.begin == nullptr || table_contains(each, pc)) return Coverage::kThisFunction;
    found = Coverage::kOtherFunctions;
  }
  return found;
}

// What is known of one address.
struct Place {
  uintptr_t pc;
  Coverage coverage = Coverage::kThisFunction;  // nobody's code: made at run time
  bool is_program = false;                      // the executable
  char module[128] = {};                        // its file's name
};

struct Search {
  Place place;
  bool is_first = true;
};

void set_name(Place& place, string_view name) {
  const size_t bytes = name.size() < sizeof place.module ? name.size() : sizeof place.module - 1;
  memcpy(place.module, name.data(), bytes);
  place.module[bytes] = '\0';
}

int look_at_module(dl_phdr_info* module, size_t, void* argument) {
  Search& search = *static_cast<Search*>(argument);
  const bool is_program = search.is_first;
  search.is_first = false;
  Place& place = search.place;
  if (!lies_in(*module, place.pc)) return 0;
  place.is_program = is_program;
  set_name(place, file_name(module->dlpi_name == nullptr ? "" : module->dlpi_name));
  place.coverage = coverage(*module, place.pc);
  if (!is_program && is_system_library(place.module)) place.coverage = Coverage::kThisFunction;
  return 1;
}

Place find_place(uintptr_t pc) {
  Search search{.place = {.pc = pc}};
  dl_iterate_phdr(look_at_module, &search);
  return search.place;
}

// The function that the machine code belongs to is the last that is visited; those before it were inlined.
void add_function(const runtime::Frame& frame, void* names) {
  if (frame.inlined || is_known_function(frame.function)) return;
  // Without symbols, it may as well be gorace's own.
  if (string_view(frame.function) == "??") return;
  char name[160];
  const size_t bytes = strnlen(frame.function, sizeof name - 3);
  memcpy(name, frame.function, bytes);
  memcpy(name + bytes, "()", 3);
  static_cast<Names*>(names)->add(name, frame.line != 0 ? file_name(frame.file) : "");
}

void add_stack(OriginId origin, Names& names) {
  const OriginInfo stack = origin_info(origin);
  for (int i = 0; i < stack.frame_count; ++i) {
    const Place place = find_place(stack.frames[i] - 1);  // a return address may be the next function's first byte
    if (place.coverage == Coverage::kThisFunction) continue;
    if (place.is_program) {
      runtime::symbolize_pc(stack.frames[i], add_function, &names);
      runtime::symbolize_pc(stack.frames[i], add_function, &g_registry.functions);
    } else {
      names.add(place.module);
    }
  }
}

struct Listing {
  Names names;
  bool is_first = true;
};

int list_module(dl_phdr_info* module, size_t, void* argument) {
  Listing& listing = *static_cast<Listing*>(argument);
  const bool is_program = listing.is_first;
  listing.is_first = false;
  const string_view name = file_name(module->dlpi_name == nullptr ? "" : module->dlpi_name);
  if (!is_program && !is_system_library(name) && coverage(*module, 0) == Coverage::kNone) listing.names.add(name);
  return 0;
}

}  // namespace

void note_instrumented(uintptr_t address, const GoraceCode* begin, const GoraceCode* end) {
  const std::lock_guard guard(g_registry.lock);
  if (g_registry.all == nullptr) g_registry.all = runtime::internal_new<runtime::InternalVector<Registration>>();
  for (const Registration& each : *g_registry.all) {
    if (each.address == address && each.begin == begin) return;
  }
  g_registry.all->push_back({address, begin, end});
}

bool is_instrumented(uintptr_t pc) {
  return find_place(pc).coverage == Coverage::kThisFunction || some_module_is_unknown();
}

void print_uninstrumented(RawWriter& out, const OriginId* stacks, int count) {
  if (some_module_is_unknown()) return;
  Names names;
  for (int i = 0; i < count; ++i) add_stack(stacks[i], names);
  if (names.empty()) return;
  out << "\nNot instrumented: ";
  names.print(out);
  out << ".\n";
}

void print_uninstrumented_modules(RawWriter& out) {
  if (some_module_is_unknown()) return;
  Listing listing;
  dl_iterate_phdr(list_module, &listing);
  if (listing.names.empty() && g_registry.functions.empty()) return;
  out << "gorace: not instrumented: ";
  listing.names.print(out);
  if (!listing.names.empty() && !g_registry.functions.empty()) out << ", ";
  g_registry.functions.print(out);
  out << ". What is ordered in there is known only from pthread functions and models (docs/models.md); where it is "
         "not, "
         "a race may be reported that is none\n";
}

}  // namespace gorace::detector
