/*
 * locate_verify.h - does a layout fit what stands in the target's memory?
 */
#ifndef PYTHON_LOCATE_VERIFY_H
#define PYTHON_LOCATE_VERIFY_H

#include "base/error.h"
#include "locate.h"

/*
 * Follows each head -> interpreter -> thread state -> back, and sys.modules -> dict -> type ->
 * type; heads that do not lead there are taken out of the location. When none is left:
 * ERROR_NOT_READY when the interpreter is not there yet (or no more), &error_torn when the layout
 * does not fit, &error_gone.
 */
__attribute__((warn_unused_result)) struct error *locate_verify(struct mem *mem,
								struct py_location *location);

/*
 * 3.7 to 3.11: _PyRuntime.gilstate moved between micro versions. tstate_current is taken from where
 * it stands relative to autoInterpreterState, the word that must hold the main interpreter's
 * address.
 */
void locate_calibrate_gilstate(struct mem *mem, struct py_location *location);

#endif
