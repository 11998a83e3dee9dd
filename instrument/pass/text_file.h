// Files that the user names: models and ignore lists.
#ifndef GORACE_INSTRUMENT_PASS_TEXT_FILE_H_
#define GORACE_INSTRUMENT_PASS_TEXT_FILE_H_

#include <memory>

#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"

namespace gorace::instrument {

// read_text_file returns the file's text, without a byte order mark. The error's text stands behind the file's name:
// ": No such file or directory", ", line 3: is not text: it has a byte 0x00". Only regular files: they are read by both
// halves of the plugin, and a pipe has its text once; a device may have no end.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> read_text_file(llvm::StringRef path);

// mistake is the error that says what is wrong with such a file.
llvm::Error mistake(const llvm::Twine& what);

}  // namespace gorace::instrument

#endif  // GORACE_INSTRUMENT_PASS_TEXT_FILE_H_
