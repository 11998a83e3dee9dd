// arguments: -Werror -fplugin-arg-gorace-Wno-gorace -fplugin-arg-gorace-Wgorace-local-capture
// All lints off, one on again; -Werror does not reach a plugin's warnings.
#include <gorace/gorace.h>

void use(int);

void both() {
  int x = 0;
  int y = 0;
  int* p = &y;
  gorace::go([&x] { use(x); });  // warn: local-capture
  gorace::go([p] { use(*p); });
}
