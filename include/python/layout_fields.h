/* clang-format off */
/*
 * layout_fields.h - the one list of the fields of CPython's structures that sonde reads.
 *
 * X(owner, field, paths, debug_path)
 *   owner, field  together the name of the offset in struct py_layout: tstate_next
 *   paths	   where it is in C: "STRUCT:member.member", alternatives separated by "|", the first
 *		   that exists counts; STRUCT is a struct tag or typedef. "STRUCT:" is its size.
 *   debug_path	   its path in struct _Py_DebugOffsets (3.13 and later), "" where that lacks it.
 *
 * The struct, the generated tables, the DWARF reader, the checks and `sonde -vv` come from it.
 * Structures private to CPython's .c files (dict keys to 3.10, modules) are declared for the
 * generator in scripts/layout-extra.h, each with its source.
 */
#ifndef PYTHON_LAYOUT_FIELDS_H
#define PYTHON_LAYOUT_FIELDS_H

#define PY_LAYOUT_FIELDS(X)									\
	/* _PyRuntimeState, 3.7 and later */							\
	X(runtime, size, "pyruntimestate:|_PyRuntimeState:", "runtime_state.size")		\
	X(runtime, interpreters_head, "pyruntimestate:interpreters.head", "runtime_state.interpreters_head") \
	X(runtime, interpreters_main, "pyruntimestate:interpreters.main", "")			\
	X(runtime, finalizing, "pyruntimestate:_finalizing|pyruntimestate:finalizing", "runtime_state.finalizing") \
	X(runtime, tstate_current, "pyruntimestate:gilstate.tstate_current", "")		\
	X(runtime, auto_interp, "pyruntimestate:gilstate.autoInterpreterState", "")		\
	X(runtime, gil, "pyruntimestate:ceval.gil", "")						\
	X(runtime, gc, "pyruntimestate:gc", "")							\
	/* PyInterpreterState */								\
	X(interp, size, "_is:", "interpreter_state.size")					\
	X(interp, next, "_is:next", "interpreter_state.next")					\
	X(interp, id, "_is:id", "interpreter_state.id")						\
	X(interp, threads_head, "_is:threads.head|_is:tstate_head", "interpreter_state.threads_head") \
	X(interp, modules, "_is:imports.modules|_is:modules", "interpreter_state.imports_modules") \
	X(interp, ceval_gil, "_is:ceval.gil", "interpreter_state.ceval_gil")			\
	X(interp, own_gil, "_is:_gil", "interpreter_state.gil_runtime_state")			\
	X(interp, gc, "_is:gc", "interpreter_state.gc")						\
	X(interp, stop_requester, "_is:stoptheworld.requester", "")				\
	X(interp, code_object_generation, "_is:_code_object_generation", "interpreter_state.code_object_generation") \
	X(interp, tlbc_generation, "_is:tlbc_indices.tlbc_generation", "interpreter_state.tlbc_generation") \
	/* struct _gil_runtime_state */								\
	X(gil, size, "_gil_runtime_state:", "")							\
	X(gil, last_holder, "_gil_runtime_state:last_holder", "")				\
	X(gil, locked, "_gil_runtime_state:locked", "")						\
	X(gil, enabled, "_gil_runtime_state:enabled", "")					\
	/* struct _gc_runtime_state, 3.7 and later */						\
	X(gc, collecting, "_gc_runtime_state:collecting", "gc.collecting")			\
	X(gc, frame, "_gc_runtime_state:frame", "gc.frame")					\
	/* PyThreadState */									\
	X(tstate, size, "_ts:", "thread_state.size")						\
	X(tstate, prev, "_ts:prev", "thread_state.prev")					\
	X(tstate, next, "_ts:next", "thread_state.next")					\
	X(tstate, interp, "_ts:interp", "thread_state.interp")					\
	X(tstate, frame, "_ts:frame", "")							\
	X(tstate, cframe, "_ts:cframe", "")							\
	X(tstate, current_frame, "_ts:current_frame", "thread_state.current_frame")		\
	X(tstate, base_frame, "_ts:base_frame", "thread_state.base_frame")			\
	X(tstate, thread_id, "_ts:thread_id", "thread_state.thread_id")				\
	X(tstate, native_thread_id, "_ts:native_thread_id", "thread_state.native_thread_id")	\
	X(tstate, datastack_chunk, "_ts:datastack_chunk", "thread_state.datastack_chunk")	\
	X(tstate, datastack_top, "_ts:datastack_top", "")					\
	X(tstate, exc_info, "_ts:exc_info", "")							\
	X(tstate, status, "_ts:_status", "thread_state.status")					\
	X(tstate, state, "_ts:state", "")							\
	X(tstate, holds_gil, "_ts:holds_gil", "thread_state.holds_gil")				\
	X(tstate, recursion_remaining, "_ts:py_recursion_remaining|_ts:recursion_remaining", "") \
	X(tstate, recursion_limit, "_ts:py_recursion_limit|_ts:recursion_limit", "")		\
	/* _PyCFrame */										\
	X(cframe, current_frame, "_PyCFrame:current_frame", "")					\
	X(cframe, previous, "_PyCFrame:previous", "")						\
	/* _PyStackChunk */									\
	X(chunk, previous, "_stack_chunk:previous", "")						\
	X(chunk, size, "_stack_chunk:size", "")							\
	X(chunk, top, "_stack_chunk:top", "")							\
	X(chunk, data, "_stack_chunk:data", "")							\
	/* _PyInterpreterFrame; PyFrameObject until 3.10 */					\
	X(frame, size, "_PyInterpreterFrame:|_frame:", "interpreter_frame.size")		\
	X(frame, previous, "_PyInterpreterFrame:previous|_frame:f_back", "interpreter_frame.previous") \
	X(frame, code, "_PyInterpreterFrame:f_executable|_PyInterpreterFrame:f_code|_frame:f_code", "interpreter_frame.executable") \
	X(frame, instr, "_PyInterpreterFrame:instr_ptr|_PyInterpreterFrame:prev_instr|_frame:f_lasti", "interpreter_frame.instr_ptr") \
	X(frame, owner, "_PyInterpreterFrame:owner", "interpreter_frame.owner")			\
	X(frame, localsplus, "_PyInterpreterFrame:localsplus|_frame:f_localsplus", "interpreter_frame.localsplus") \
	X(frame, func, "_PyInterpreterFrame:f_funcobj|_PyInterpreterFrame:f_func", "")		\
	X(frame, stacktop, "_PyInterpreterFrame:stacktop", "")					\
	X(frame, stackpointer, "_PyInterpreterFrame:stackpointer", "interpreter_frame.stackpointer") \
	X(frame, is_entry, "_PyInterpreterFrame:is_entry", "")					\
	X(gen, iframe, "PyGenObject:gi_iframe", "gen_object.gi_iframe")				\
	X(gen, exc_state, "PyGenObject:gi_exc_state", "")					\
	X(function, code, "PyFunctionObject:func_code", "")					\
	X(frame, tlbc_index, "_PyInterpreterFrame:tlbc_index", "interpreter_frame.tlbc_index")	\
	/* PyCodeObject */									\
	X(code, size, "PyCodeObject:", "code_object.size")					\
	X(code, argcount, "PyCodeObject:co_argcount", "code_object.argcount")			\
	X(code, posonlyargcount, "PyCodeObject:co_posonlyargcount", "")				\
	X(code, kwonlyargcount, "PyCodeObject:co_kwonlyargcount", "")				\
	X(code, flags, "PyCodeObject:co_flags", "")						\
	X(code, nlocals, "PyCodeObject:co_nlocals", "")						\
	X(code, nlocalsplus, "PyCodeObject:co_nlocalsplus", "")					\
	X(code, stacksize, "PyCodeObject:co_stacksize", "")					\
	X(code, framesize, "PyCodeObject:co_framesize", "")					\
	X(code, firstlineno, "PyCodeObject:co_firstlineno", "code_object.firstlineno")		\
	X(code, filename, "PyCodeObject:co_filename", "code_object.filename")			\
	X(code, name, "PyCodeObject:co_name", "code_object.name")				\
	X(code, qualname, "PyCodeObject:co_qualname", "code_object.qualname")			\
	X(code, linetable, "PyCodeObject:co_linetable|PyCodeObject:co_lnotab", "code_object.linetable") \
	X(code, varnames, "PyCodeObject:co_varnames", "")					\
	X(code, cellvars, "PyCodeObject:co_cellvars", "")					\
	X(code, freevars, "PyCodeObject:co_freevars", "")					\
	X(code, localsplusnames, "PyCodeObject:co_localsplusnames", "code_object.localsplusnames") \
	X(code, localspluskinds, "PyCodeObject:co_localspluskinds", "code_object.localspluskinds") \
	X(code, version, "PyCodeObject:co_version", "")						\
	X(code, code, "PyCodeObject:co_code", "")						\
	X(code, code_adaptive, "PyCodeObject:co_code_adaptive", "code_object.co_code_adaptive")	\
	X(code, tlbc, "PyCodeObject:co_tlbc", "code_object.co_tlbc")				\
	/* opcodes: numbers, not offsets */							\
	X(opcode, return_value, "layout_opcode_return_value:", "")				\
	X(opcode, return_const, "layout_opcode_return_const:", "")				\
	X(opcode, yield_value, "layout_opcode_yield_value:", "")				\
	X(opcode, instrumented_return_value, "layout_opcode_instrumented_return_value:", "")	\
	X(opcode, instrumented_return_const, "layout_opcode_instrumented_return_const:", "")	\
	X(opcode, instrumented_yield_value, "layout_opcode_instrumented_yield_value:", "")	\
	/* objects */										\
	X(object, size, "PyObject:", "pyobject.size")						\
	X(object, type, "PyObject:ob_type", "pyobject.ob_type")					\
	X(var, size, "PyVarObject:ob_size", "")							\
	X(type, size, "PyTypeObject:", "type_object.size")					\
	X(type, name, "PyTypeObject:tp_name", "type_object.tp_name")				\
	X(type, flags, "PyTypeObject:tp_flags", "type_object.tp_flags")				\
	X(type, basicsize, "PyTypeObject:tp_basicsize", "type_object.tp_basicsize")		\
	X(type, itemsize, "PyTypeObject:tp_itemsize", "")					\
	X(type, base, "PyTypeObject:tp_base", "")						\
	X(type, dict, "PyTypeObject:tp_dict", "")						\
	X(type, dictoffset, "PyTypeObject:tp_dictoffset", "type_object.tp_dictoffset")		\
	X(heaptype, cached_keys, "PyHeapTypeObject:ht_cached_keys", "heap_type_object.ht_cached_keys") \
	X(tuple, items, "PyTupleObject:ob_item", "tuple_object.ob_item")			\
	X(list, items, "PyListObject:ob_item", "list_object.ob_item")				\
	X(dict, used, "PyDictObject:ma_used", "")						\
	X(dict, keys, "PyDictObject:ma_keys", "dict_object.ma_keys")				\
	X(dict, values, "PyDictObject:ma_values", "dict_object.ma_values")			\
	X(dict, mask, "PyDictObject:ma_mask", "")						\
	X(dict, table, "PyDictObject:ma_table", "")						\
	X(dictkeys, size, "_dictkeysobject:dk_size", "")					\
	X(dictkeys, log2_size, "_dictkeysobject:dk_log2_size", "")				\
	X(dictkeys, log2_index_bytes, "_dictkeysobject:dk_log2_index_bytes", "")		\
	X(dictkeys, kind, "_dictkeysobject:dk_kind", "")					\
	X(dictkeys, usable, "_dictkeysobject:dk_usable", "")					\
	X(dictkeys, nentries, "_dictkeysobject:dk_nentries", "")				\
	X(dictkeys, indices, "_dictkeysobject:dk_indices", "")					\
	X(dictvalues, values, "_dictvalues:values", "")						\
	X(set, used, "PySetObject:used", "set_object.used")					\
	X(set, mask, "PySetObject:mask", "set_object.mask")					\
	X(set, table, "PySetObject:table", "set_object.table")					\
	X(float, value, "PyFloatObject:ob_fval", "float_object.ob_fval")			\
	X(int2, value, "PyIntObject:ob_ival", "")						\
	X(long, tag, "_longobject:long_value.lv_tag", "long_object.lv_tag")			\
	X(long, digits, "_longobject:long_value.ob_digit|_longobject:ob_digit", "long_object.ob_digit") \
	X(bytes, value, "PyBytesObject:ob_sval|PyStringObject:ob_sval", "bytes_object.ob_sval")	\
	X(unicode, length, "PyASCIIObject:length|PyUnicodeObject:length", "unicode_object.length") \
	X(unicode, state, "PyASCIIObject:state", "unicode_object.state")			\
	X(unicode, ascii_size, "PyASCIIObject:", "unicode_object.asciiobject_size")		\
	X(unicode, compact_size, "PyCompactUnicodeObject:", "unicode_object.compactunicodeobject_size") \
	X(unicode, data, "PyUnicodeObject:data|PyUnicodeObject:str", "")			\
	X(cell, ref, "PyCellObject:ob_ref", "")							\
	X(module, dict, "PyModuleObject:md_dict", "")				\
	/* objects that only their repr() is made of */						\
	X(setentry, key, "setentry:key", "")							\
	X(unicode, wstr, "PyASCIIObject:wstr", "")						\
	X(unicode, wstr_length, "PyCompactUnicodeObject:wstr_length", "")			\
	X(complex, value, "PyComplexObject:cval", "")						\
	X(bytearray, start, "PyByteArrayObject:ob_start|PyByteArrayObject:ob_bytes", "")	\
	X(exception, args, "PyBaseExceptionObject:args", "")					\
	X(function, qualname, "PyFunctionObject:func_qualname|PyFunctionObject:func_name", "")	\
	X(cfunction, method, "PyCFunctionObject:m_ml", "")					\
	X(cfunction, self, "PyCFunctionObject:m_self", "")					\
	X(method, function, "PyMethodObject:im_func", "")					\
	X(method, self, "PyMethodObject:im_self", "")						\
	X(gen, qualname, "PyGenObject:gi_qualname", "")						\
	X(heaptype, qualname, "PyHeapTypeObject:ht_qualname|PyHeapTypeObject:ht_name", "")	\
	X(instance2, class, "PyInstanceObject:in_class", "")					\
	X(instance2, dict, "PyInstanceObject:in_dict", "")					\
	X(class2, name, "PyClassObject:cl_name", "")
/* clang-format on */

#endif
