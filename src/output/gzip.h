/*
 * gzip.h - a stream that is compressed while it is written (zlib).
 */
#ifndef OUTPUT_GZIP_H
#define OUTPUT_GZIP_H

#include <stdio.h>

#include "base/error.h"

/*
 * What is written to *ret comes to `file` (borrowed) as gzip, once *ret is closed with fclose(). No
 * time stands in it: the same bytes give the same bytes. &error_nomem. What file could not take is
 * for its owner to ask it.
 */
__attribute__((warn_unused_result)) struct error *gzip_open(FILE *file, FILE **ret);

#endif
