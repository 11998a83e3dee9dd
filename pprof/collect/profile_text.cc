#include "pprof/collect/profile_text.h"

#include <cstring>
#include <ctime>

#include "runtime/symbolize/modules.h"
#include "runtime/symbolize/server.h"
#include "runtime/symbolize/symbolize.h"

namespace gorace::pprof {
namespace {

// The tool's last refusal. Written under the symbolizer's lock only; kept for the caller, who prints it.
char g_refusal[1024];

struct Answer {
  bool ok = false;
  bool refused = false;
};

void read_answer(const char* line, void* argument) {
  auto* answer = static_cast<Answer*>(argument);
  if (strcmp(line, "ok") == 0) {
    answer->ok = true;
  } else if (strncmp(line, "error\t", 6) == 0) {
    answer->refused = true;
    strncpy(g_refusal, line + 6, sizeof g_refusal - 1);
  }
}

}  // namespace

ProfileText& ProfileText::operator<<(std::string_view text) {
  for (const char c : text) text_.push_back(c);
  return *this;
}

ProfileText& ProfileText::operator<<(int64_t number) {
  char digits[20];
  int count = 0;
  uint64_t left = number < 0 ? 0 - static_cast<uint64_t>(number) : static_cast<uint64_t>(number);
  do {
    digits[count++] = static_cast<char>('0' + left % 10);
    left /= 10;
  } while (left != 0);
  if (number < 0) text_.push_back('-');
  while (count > 0) text_.push_back(digits[--count]);
  return *this;
}

ProfileText& ProfileText::hex(uint64_t number) {
  int shift = 60;
  while (shift > 0 && (number >> shift) == 0) shift -= 4;
  for (; shift >= 0; shift -= 4) text_.push_back("0123456789abcdef"[(number >> shift) & 15]);
  return *this;
}

void ProfileText::begin(const char* name, const char* path) {
  *this << "PROFILE\t" << name << '\t' << path << '\n';
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  *this << "time\t" << int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec << '\n';
  const runtime::ProcessLockHolder holder(runtime::symbolizer_lock());
  runtime::refresh_modules();
  size_t count = 0;
  const runtime::Module* modules = runtime::modules(&count);
  for (size_t i = 0; i < count; ++i) {
    const runtime::Module& module = modules[i];
    // Data-only modules have no code to name; a path with a tab or newline cannot be said in this format.
    if (module.code_end == 0 || module.path[0] == '\0' || strpbrk(module.path, "\t\n") != nullptr) continue;
    *this << "module\t";
    hex(module.code_start) << '\t';
    hex(module.code_end) << '\t';
    hex(module.code_offset) << '\t';
    hex(module.bias) << '\t' << module.path << '\t' << (module.build_id[0] != '\0' ? module.build_id : "-") << '\n';
  }
}

void ProfileText::period(const char* type, const char* unit, int64_t value) {
  *this << "period\t" << type << '\t' << unit << '\t' << value << '\n';
}

void ProfileText::value_type(const char* name, const char* unit) { *this << "type\t" << name << '\t' << unit << '\n'; }

void ProfileText::add_value(int64_t value) {
  if (!first_value_) *this << ',';
  first_value_ = false;
  *this << value;
}

void ProfileText::add_stack(const uintptr_t* pcs, int count) {
  *this << '\t';
  for (int i = 0; i < count; ++i) {
    if (i != 0) *this << ',';
    hex(pcs[i]);
  }
}

// Keys and values may be the program's: what separates fields, or a key from its value, must not occur in them.
void ProfileText::add_label(const char* key, const char* text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20; };
  *this << '\t';
  for (; *key != '\0'; ++key) *this << (is_control(*key) || *key == '=' || *key == ':' ? '_' : *key);
  *this << '=';
  for (; *text != '\0'; ++text) *this << (is_control(*text) ? ' ' : *text);
}

void ProfileText::add_label(const char* key, int64_t number, const char* unit) {
  *this << '\t' << key << ':' << number << ':' << unit;
}

const char* ProfileText::send() {
  *this << '\n';
  Answer answer;
  if (!runtime::symbolizer_request(text_.begin(), text_.size(), read_answer, &answer)) {
    return "the gorace command, which writes it, is not available";
  }
  if (answer.ok) return nullptr;
  return answer.refused ? g_refusal : "the gorace command gave an answer that is not understood";
}

}  // namespace gorace::pprof
