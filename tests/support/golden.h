/*
 * golden.h - what a writer should write, as files below tests/golden.
 */
#ifndef TESTS_SUPPORT_GOLDEN_H
#define TESTS_SUPPORT_GOLDEN_H

#include <stddef.h>

/*
 * Compares with tests/golden/NAME, byte for byte, and fails the test with the first line that
 * differs. With SONDE_GOLDEN_WRITE set in the environment the file is written instead.
 */
void golden_check(const char *name, const char *bytes, size_t length);

#endif
