/*
 * folded.h - folded lines of something else than counts of one profile.
 */
#ifndef OUTPUT_FOLDED_H
#define OUTPUT_FOLDED_H

#include <stdio.h>

#include "base/error.h"
#include "profile/profile.h"

/* `stack COUNT TIME`: what difffolded.pl writes, where nodes have those as old and new count. */
__attribute__((warn_unused_result)) struct error *
folded_write_two_columns(const struct profile *profile, FILE *file);

#endif
