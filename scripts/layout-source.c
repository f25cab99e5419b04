/*
 * layout-source.c - every header whose structures sonde reads, for scripts/gen-layouts.
 *
 * Compiled once per version and flavour against that version's own headers with -g; only its
 * debug information is used.
 */
#define Py_BUILD_CORE 1

/* The build is what gen-layouts asks for, whatever the headers were installed with. */
#include <pyconfig.h>
#undef Py_DEBUG
#undef Py_GIL_DISABLED
#undef Py_TRACE_REFS
#ifdef LAYOUT_DEBUG
#define Py_DEBUG 1
#endif
#ifdef LAYOUT_FREE_THREADED
#define Py_GIL_DISABLED 1
#endif

#include <Python.h>
#include <frameobject.h>

#if PY_VERSION_HEX < 0x03000000
#include <longintrepr.h>
#endif
#if PY_VERSION_HEX >= 0x03070000 && PY_VERSION_HEX < 0x03080000
#include <internal/gil.h>
#include <internal/pystate.h>
#endif
#if PY_VERSION_HEX >= 0x03080000
#include <internal/pycore_gil.h>
#include <internal/pycore_pystate.h>
#endif
#if PY_VERSION_HEX >= 0x03090000
#include <internal/pycore_interp.h>
#include <internal/pycore_runtime.h>
#endif
#if PY_VERSION_HEX >= 0x030A0000
#include <internal/pycore_moduleobject.h>
#endif
#if PY_VERSION_HEX >= 0x030B0000
#include <internal/pycore_code.h>
#include <internal/pycore_dict.h>
#include <internal/pycore_frame.h>
#endif
#if PY_VERSION_HEX >= 0x030E0000
#include <internal/pycore_debug_offsets.h>
#include <internal/pycore_interpframe.h>
#include <internal/pycore_tstate.h>
#endif

#include "layout-extra.h"
