// NOLINT comments.
#include <gorace/gorace.h>

void use(int);

void silenced(int x) {
  gorace::go([&] { use(x); });  // NOLINT
  gorace::go([&] { use(x); });  // NOLINT(gorace-local-capture)
  gorace::go([&] { use(x); });  // NOLINT(other-check, gorace-local-capture)
  gorace::go([&] { use(x); });  // NOLINT(gorace-*)
  // NOLINTNEXTLINE(gorace-local-capture)
  gorace::go([&] { use(x); });
  // NOLINTBEGIN(gorace-local-capture)
  gorace::go([&] { use(x); });
  gorace::go([&] { use(x); });
  // NOLINTEND(gorace-local-capture)
}

void not_silenced(int x) {
  gorace::go([&] { use(x); });  // warn: local-capture
  // NOLINTNEXTLINE(gorace-loop-capture)
  gorace::go([&] { use(x); });  // warn: local-capture
  // NOLINTNEXTLINE

  gorace::go([&] { use(x); });  // warn: local-capture
  const char* text = "NOLINT";
  gorace::go([&] { use(x); }), (void)"NOLINT";  // warn: local-capture
  (void)text;
}
