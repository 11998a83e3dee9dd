#include "runtime/net/error.h"

#include <cctype>
#include <cerrno>

#include "runtime/base/no_destructor.h"

namespace gorace::net {
namespace {

class NetCategory : public std::error_category {
 public:
  const char* name() const noexcept override { return "gorace.net"; }

  std::string message(int value) const override {
    switch (static_cast<Errc>(value)) {
      case Errc::kClosed:
        return "use of closed network connection";
      case Errc::kDeadlineExceeded:
        return "i/o timeout";
      case Errc::kCanceled:
        return "operation was canceled";
      case Errc::kUnknownNetwork:
        return "unknown network";
      case Errc::kBadAddress:
        return "bad address";
      case Errc::kNoSuchHost:
        return "no such host";
      case Errc::kLookupFailed:
        return "lookup failed";
    }
    return "unknown error";
  }

  std::error_condition default_error_condition(int value) const noexcept override {
    switch (static_cast<Errc>(value)) {
      case Errc::kClosed:
        return std::errc::bad_file_descriptor;
      case Errc::kDeadlineExceeded:
        return std::errc::timed_out;
      case Errc::kCanceled:
        return std::errc::operation_canceled;
      case Errc::kBadAddress:
        return std::errc::invalid_argument;
      default:
        return {value, *this};
    }
  }
};

// Go's texts begin in lower case; the C library's are the same but for that.
std::string lower_first(std::string text) {
  const bool acronym = text.size() > 1 && std::isupper(static_cast<unsigned char>(text[1])) != 0;
  if (!text.empty() && !acronym) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

}  // namespace

const std::error_category& net_category() noexcept {
  static const runtime::NoDestructor<NetCategory> category;  // also for errors in static destructors
  return category.value;
}

std::error_code make_error_code(Errc error) noexcept { return {static_cast<int>(error), net_category()}; }

std::string Error::message() const { return detail_ == nullptr ? std::string() : detail_->text; }

std::error_code Error::code() const noexcept { return detail_ == nullptr ? std::error_code() : detail_->code; }

bool Error::timeout() const noexcept { return code() == std::errc::timed_out; }

namespace internal {

Cause system_cause(const char* call, int error) {
  const std::error_code code(error, std::system_category());
  return {code, std::string(call) + ": " + lower_first(code.message())};
}

Cause cause(Errc code) { return {code, net_category().message(static_cast<int>(code))}; }

Cause cause(Errc code, std::string text) { return {code, std::move(text)}; }

Error op_error(std::string_view op, std::string_view network, std::string_view where, const Cause& cause) {
  std::string text;
  for (const std::string_view part : {op, network, where}) {
    if (part.empty()) continue;
    if (!text.empty()) text += ' ';
    text += part;
  }
  text += ": ";
  text += cause.text;
  return Error(std::make_shared<const Error::Detail>(Error::Detail{cause.code, std::move(text)}));
}

}  // namespace internal
}  // namespace gorace::net
