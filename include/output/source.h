/*
 * source.h - source text with what each line took, for people: the functions or files of a name.
 */
#ifndef OUTPUT_SOURCE_H
#define OUTPUT_SOURCE_H

#include <stdio.h>

#include "base/error.h"
#include "output/output.h"
#include "profile/profile.h"

enum { SOURCE_LISTINGS_MAX = 10 /* functions of one name; the rest is counted */ };

/*
 * What is called `name`: functions by their qualified name or what stands behind one of its dots,
 * files by their path or what stands behind one of its slashes. The hottest first, each with its
 * lines: own share, total share, text as far as it was recorded. The report must have lines.
 * ERROR_OTHER when nothing is called so; the sentence names what there is.
 */
__attribute__((warn_unused_result)) struct error *source_write(const struct profile *report,
							       const char *name,
							       const struct output_facts *facts,
							       FILE *file);

#endif
