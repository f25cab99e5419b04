/* A host program that runs a Python script: as an application server does. */
#include <Python.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	FILE *script = fopen(argv[1], "r");
	PyObject *main_module, *scope;

	(void)argc;
	if (!script)
		return 1;
	Py_Initialize();
#if PY_MAJOR_VERSION < 3
	PySys_SetArgvEx(1, (char *[]) { argv[1] }, 1);
#else
	PySys_SetArgvEx(1, (wchar_t *[]) { Py_DecodeLocale(argv[1], NULL) }, 1);
#endif
	main_module = PyImport_AddModule("__main__");
	scope = PyModule_GetDict(main_module);
	if (!PyRun_FileExFlags(script, argv[1], Py_file_input, scope, scope, 1, NULL)) {
		PyErr_Print();
		return 1;
	}
	Py_Finalize();
	return 0;
}
