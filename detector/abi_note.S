/* An ELF note in every program that links the race detector: owner "gorace", type 1, the ABI version. `gorace run` reads it to tell
 * whether a binary was built with race detection. */
#include "detector/abi/abi.h"

        .section .note.gorace, "a", @note
        .balign 4
        .long 7                     /* bytes of the owner's name, with its NUL */
        .long 4                     /* bytes of the description */
        .long 1                     /* type: ABI version */
        .asciz "gorace"
        .balign 4
        .long GORACE_ABI_VERSION

        .section .note.GNU-stack, "", @progbits
