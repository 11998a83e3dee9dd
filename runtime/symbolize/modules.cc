#include "runtime/symbolize/modules.h"

#include <elf.h>
#include <fcntl.h>
#include <link.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <climits>
#include <cstring>

#include "runtime/base/internal_allocator.h"
#include "runtime/base/own_process.h"

namespace gorace::runtime {
namespace {

// Never destroyed: reports are printed after the program's static destructors too.
constinit InternalVector<Module>* g_modules = nullptr;
constinit unsigned long long g_loads = 0;
constinit unsigned long long g_unloads = 0;

const char* copy_text(const char* text, size_t length) {
  char* copy = static_cast<char*>(internal_alloc(length + 1));
  memcpy(copy, text, length);
  copy[length] = '\0';
  return copy;
}

void drop_modules() {
  for (const Module& module : *g_modules) internal_free(const_cast<char*>(module.path), strlen(module.path) + 1);
  g_modules->clear();
}

const char* executable_path() {
  char path[PATH_MAX];
  const long length = read_executable_link(path, sizeof path);
  return length > 0 ? copy_text(path, static_cast<size_t>(length)) : copy_text("", 0);
}

const char* absolute_path(const char* name) {
  if (name[0] == '/') return copy_text(name, strlen(name));
  if (strncmp(name, "linux-vdso", 10) == 0) return copy_text("[vdso]", 6);
  // Loaded by a relative name (dlopen("./x.so"), DT_NEEDED with a slash): the server's folder is this process's at its
  // start.
  char path[PATH_MAX];
  const long length = syscall(SYS_getcwd, path, sizeof path);  // counts the ending NUL
  const size_t name_length = strlen(name);
  if (length <= 0 || static_cast<size_t>(length) + name_length + 1 > sizeof path) return copy_text(name, name_length);
  path[length - 1] = '/';
  memcpy(path + length, name, name_length);
  return copy_text(path, static_cast<size_t>(length) + name_length);
}

// Finds NT_GNU_BUILD_ID among the notes of one PT_NOTE segment.
void read_build_id(const char* note, size_t bytes, Module* out) {
  const char* const end = note + bytes;
  while (note + sizeof(ElfW(Nhdr)) <= end) {
    const auto* header = reinterpret_cast<const ElfW(Nhdr)*>(note);
    const char* name = note + sizeof *header;
    const char* description = name + ((header->n_namesz + 3) & ~3u);
    const char* next = description + ((header->n_descsz + 3) & ~3u);
    if (next > end) return;
    if (header->n_type == NT_GNU_BUILD_ID && header->n_namesz == 4 && memcmp(name, "GNU", 4) == 0) {
      const size_t digits = header->n_descsz < 20 ? header->n_descsz : 20;
      for (size_t i = 0; i < digits; ++i) {
        const auto byte = static_cast<unsigned char>(description[i]);
        out->build_id[2 * i] = "0123456789abcdef"[byte >> 4];
        out->build_id[2 * i + 1] = "0123456789abcdef"[byte & 15];
      }
      return;
    }
    note = next;
  }
}

int add_module(dl_phdr_info* info, size_t, void* first) {
  Module module;
  module.bias = info->dlpi_addr;
  module.start = UINTPTR_MAX;
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& segment = info->dlpi_phdr[i];
    const uintptr_t address = info->dlpi_addr + segment.p_vaddr;
    if (segment.p_type == PT_LOAD) {
      if (address < module.start) module.start = address;
      if (address + segment.p_memsz > module.end) module.end = address + segment.p_memsz;
      if ((segment.p_flags & PF_X) != 0 && module.code_end == 0) {
        module.code_start = address;
        module.code_end = address + segment.p_memsz;
        module.code_offset = segment.p_offset;
      }
    } else if (segment.p_type == PT_NOTE && module.build_id[0] == '\0') {
      read_build_id(reinterpret_cast<const char*>(address), segment.p_memsz, &module);
    }
  }
  bool& is_first = *static_cast<bool*>(first);
  if (module.end != 0) {
    module.path = is_first ? executable_path() : absolute_path(info->dlpi_name == nullptr ? "" : info->dlpi_name);
    g_modules->push_back(module);
  }
  is_first = false;
  return 0;
}

struct Counters {
  unsigned long long loads = 0;
  unsigned long long unloads = 0;
};

int read_counters(dl_phdr_info* info, size_t size, void* out) {
  if (size >= offsetof(dl_phdr_info, dlpi_subs) + sizeof info->dlpi_subs) {
    *static_cast<Counters*>(out) = {info->dlpi_adds, info->dlpi_subs};
  }
  return 1;  // the counters are the same in every call: stop
}

}  // namespace

bool refresh_modules() {
  if (g_modules == nullptr) g_modules = internal_new<InternalVector<Module>>();
  Counters now;
  dl_iterate_phdr(read_counters, &now);
  if (!g_modules->empty() && now.loads == g_loads && now.unloads == g_unloads) return false;
  drop_modules();
  bool first = true;
  dl_iterate_phdr(add_module, &first);
  g_loads = now.loads;
  g_unloads = now.unloads;
  return true;
}

const Module* modules(size_t* count) {
  *count = g_modules == nullptr ? 0 : g_modules->size();
  return g_modules == nullptr ? nullptr : g_modules->begin();
}

const Module* find_module(uintptr_t address) {
  if (g_modules == nullptr) return nullptr;
  for (const Module& module : *g_modules) {
    if (address >= module.start && address < module.end) return &module;
  }
  return nullptr;
}

}  // namespace gorace::runtime
