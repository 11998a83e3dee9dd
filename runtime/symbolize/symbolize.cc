#include "runtime/symbolize/symbolize.h"

#include <dlfcn.h>
#include <link.h>
#include <unwind.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "runtime/base/internal_allocator.h"
#include "runtime/base/options.h"
#include "runtime/symbolize/function_name.h"
#include "runtime/symbolize/modules.h"
#include "runtime/symbolize/server.h"

namespace gorace::runtime {
namespace {

constexpr size_t kMaxName = 1024;

// Cache of replies, direct-mapped by pc: the stacks of many goroutines share most of their frames, and a reply costs
// two context switches.
struct CachedReply {
  uintptr_t pc = 0;
  char* lines = nullptr;  // each ended by a newline, the last by NUL too
  size_t bytes = 0;
};
constexpr size_t kCacheSlots = 4096;
constinit CachedReply* g_cache = nullptr;

// Buffers, protected by symbolizer_lock(). Not on the stack: reports are printed on goroutines with small ones.
struct Workspace {
  char request[4096 + 64];
  char reply[16 << 10];  // the lines of a reply as they come in
  size_t reply_used = 0;
  char line[4096];
  char name[kMaxName];
};
constinit Workspace* g_work = nullptr;

void collect_line(const char* line, void*) {
  const size_t length = strlen(line);
  if (g_work->reply_used + length + 2 > sizeof g_work->reply) return;
  memcpy(g_work->reply + g_work->reply_used, line, length);
  g_work->reply_used += length;
  g_work->reply[g_work->reply_used++] = '\n';
}

void forget(CachedReply& slot) {
  if (slot.lines != nullptr) internal_free(slot.lines, slot.bytes);
  slot = {};
}

void prepare_tables() {
  if (g_cache == nullptr) {
    g_cache = static_cast<CachedReply*>(internal_alloc(kCacheSlots * sizeof(CachedReply)));
    g_work = internal_new<Workspace>();
  }
  if (!refresh_modules()) return;
  for (size_t i = 0; i < kCacheSlots; ++i) forget(g_cache[i]);
}

// "CODE <path> <offset>\n" in buffer; returns its length, 0 when it does not fit.
size_t format_request(const char* verb, const Module& module, uintptr_t address, char* buffer, size_t bytes) {
  const size_t path_length = strlen(module.path);
  const size_t verb_length = strlen(verb);
  if (verb_length + path_length + 24 > bytes || strchr(module.path, '\n') != nullptr || module.path[0] != '/') return 0;
  char* out = static_cast<char*>(mempcpy(buffer, verb, verb_length));
  *out++ = '\t';
  out = static_cast<char*>(mempcpy(out, module.path, path_length));
  *out++ = '\t';
  const uintptr_t offset = address - module.bias;
  int shift = 60;
  while (shift > 0 && (offset >> shift) == 0) shift -= 4;
  for (; shift >= 0; shift -= 4) *out++ = "0123456789abcdef"[(offset >> shift) & 15];
  *out++ = '\n';
  return static_cast<size_t>(out - buffer);
}

// Asks the server; the reply's lines are in g_work->reply. False: no server, or nothing to ask.
bool ask(const char* verb, const Module& module, uintptr_t address) {
  const size_t length = format_request(verb, module, address, g_work->request, sizeof g_work->request);
  g_work->reply_used = 0;
  if (length == 0 || !server_exchange(g_work->request, length, collect_line, nullptr)) return false;
  g_work->reply[g_work->reply_used] = '\0';
  return true;
}

// The lines for a pc, from the cache or the server; null when there is no server. Valid until the next call.
const char* reply_for(uintptr_t pc, const Module& module) {
  CachedReply& slot = g_cache[(pc ^ (pc >> 12)) % kCacheSlots];
  if (slot.pc == pc && slot.lines != nullptr) return slot.lines;
  if (!ask("CODE", module, pc - 1)) return nullptr;
  forget(slot);
  slot.pc = pc;
  slot.bytes = g_work->reply_used + 1;
  slot.lines = static_cast<char*>(internal_alloc(slot.bytes));
  memcpy(slot.lines, g_work->reply, slot.bytes);
  return slot.lines;
}

// Cuts the next tab-separated field off *rest.
char* next_field(char** rest) {
  char* field = *rest;
  if (field == nullptr) return const_cast<char*>("");
  char* tab = strchr(field, '\t');
  if (tab != nullptr) *tab = '\0';
  *rest = tab == nullptr ? nullptr : tab + 1;
  return field;
}

const char* strip_prefix(const char* file) {
  const char* prefix = options().strip_path_prefix;
  const size_t length = strlen(prefix);
  return length != 0 && strncmp(file, prefix, length) == 0 ? file + length : file;
}

// Where the function that contains pc starts, from its unwind table entry; 0 when it has none.
uintptr_t function_start(uintptr_t pc) {
  return reinterpret_cast<uintptr_t>(_Unwind_FindEnclosingFunction(reinterpret_cast<void*>(pc)));
}

// Visits the frames of a reply. Returns false when the server does not know the address either.
bool visit_reply(const char* lines, uintptr_t pc, void (*visit)(const Frame&, void*), void* argument) {
  if (*lines == '\0' || strncmp(lines, "??", 2) == 0) return false;
  const uintptr_t start = function_start(pc);
  char* const line = g_work->line;
  while (*lines != '\0') {
    const char* end = strchrnul(lines, '\n');
    const size_t whole = static_cast<size_t>(end - lines);
    const size_t length = whole < sizeof g_work->line ? whole : sizeof g_work->line - 1;
    memcpy(line, lines, length);
    line[length] = '\0';
    lines = *end == '\n' ? end + 1 : end;

    char* rest = line;
    Frame frame;
    simplify_function_name(next_field(&rest), g_work->name, kMaxName);
    frame.function = g_work->name[0] != '\0' ? g_work->name : "??";
    frame.file = strip_prefix(next_field(&rest));
    if (strcmp(frame.file, "??") == 0) frame.file = "";
    frame.line = atoi(next_field(&rest));
    frame.pc = pc;
    frame.function_offset = start != 0 ? pc - start : 0;
    frame.inlined = *lines != '\0';
    visit(frame, argument);
  }
  return true;
}

// The symbol of the dynamic symbol table that covers `address`, or null. Allocates nothing.
const ElfW(Sym) * dynamic_symbol(uintptr_t address, Dl_info* info) {
  void* symbol = nullptr;
  if (dladdr1(reinterpret_cast<void*>(address), info, &symbol, RTLD_DL_SYMENT) == 0 || info->dli_sname == nullptr)
    return nullptr;
  return static_cast<const ElfW(Sym)*>(symbol);
}

// What is known without the server: the dynamic symbol table's name, and where the address is in its file (for
// addr2line).
void visit_fallback(uintptr_t pc, const Module* module, void (*visit)(const Frame&, void*), void* argument) {
  Frame frame;
  frame.pc = pc;
  if (module != nullptr) {
    frame.file = module->path;
    frame.function_offset = pc - module->bias;
    Dl_info info{};
    const auto* symbol = dynamic_symbol(pc - 1, &info);
    if (symbol != nullptr && ELF64_ST_TYPE(symbol->st_info) != STT_OBJECT) {
      demangle_plain_name(info.dli_sname, g_work->name, kMaxName);
      frame.function = g_work->name;
      frame.function_offset = pc - reinterpret_cast<uintptr_t>(info.dli_saddr);
    }
  }
  visit(frame, argument);
}

void copy_field(char* out, size_t bytes, const char* text) {
  const size_t length = strnlen(text, bytes - 1);
  memcpy(out, text, length);
  out[length] = '\0';
}

bool fallback_data(uintptr_t address, DataSymbol* out) {
  Dl_info info{};
  const auto* symbol = dynamic_symbol(address, &info);
  if (symbol == nullptr) return false;
  *out = {};
  demangle_plain_name(info.dli_sname, out->name, sizeof out->name);
  out->address = reinterpret_cast<uintptr_t>(info.dli_saddr);
  out->bytes = symbol->st_size;
  return address - out->address < out->bytes;
}

}  // namespace

void symbolize_pc(uintptr_t pc, void (*visit)(const Frame&, void*), void* argument) {
  const int saved_errno = errno;
  const ProcessLockHolder holder(symbolizer_lock());
  prepare_tables();
  const Module* module = find_module(pc - 1);
  const char* lines = module == nullptr ? nullptr : reply_for(pc, *module);
  if (lines == nullptr || !visit_reply(lines, pc, visit, argument)) visit_fallback(pc, module, visit, argument);
  errno = saved_errno;
}

bool symbolize_data(uintptr_t address, DataSymbol* out) {
  const int saved_errno = errno;
  const ProcessLockHolder holder(symbolizer_lock());
  prepare_tables();
  const Module* module = find_module(address);
  bool found = false;
  if (module != nullptr) {
    if (!ask("DATA", *module, address)) {
      found = fallback_data(address, out);
    } else if (g_work->reply_used != 0 && strncmp(g_work->reply, "??", 2) != 0) {
      *strchrnul(g_work->reply, '\n') = '\0';
      char* rest = g_work->reply;
      *out = {};
      copy_field(out->name, sizeof out->name, next_field(&rest));
      out->address = strtoul(next_field(&rest), nullptr, 16) + module->bias;
      out->bytes = strtoul(next_field(&rest), nullptr, 10);
      copy_field(out->file, sizeof out->file, strip_prefix(next_field(&rest)));
      out->line = atoi(next_field(&rest));
      found = true;
    }
  }
  errno = saved_errno;
  return found;
}

bool symbolize_stack(uintptr_t pc, ptrdiff_t offset, size_t frame_bytes, StackVariable* out) {
  const int saved_errno = errno;
  const ProcessLockHolder holder(symbolizer_lock());
  prepare_tables();
  const Module* module = find_module(pc - 1);
  char verb[64];
  snprintf(verb, sizeof verb, "LOCAL\t%td\t%zu", offset, frame_bytes);
  const bool found = module != nullptr && ask(verb, *module, pc - 1) && g_work->reply_used != 0 &&
                     strncmp(g_work->reply, "??", 2) != 0;
  if (found) {
    *strchrnul(g_work->reply, '\n') = '\0';
    char* rest = g_work->reply;
    *out = {};
    copy_field(out->function, sizeof out->function, next_field(&rest));
    copy_field(out->name, sizeof out->name, next_field(&rest));
    out->offset = strtol(next_field(&rest), nullptr, 10);
    out->bytes = strtoul(next_field(&rest), nullptr, 10);
    copy_field(out->file, sizeof out->file, strip_prefix(next_field(&rest)));
    out->line = atoi(next_field(&rest));
  }
  errno = saved_errno;
  return found;
}

bool symbolizer_request(const char* request, size_t bytes, void (*visit)(const char* line, void*), void* argument) {
  const ProcessLockHolder holder(symbolizer_lock());
  return server_exchange(request, bytes, visit, argument);
}

}  // namespace gorace::runtime
