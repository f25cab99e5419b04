/*
 * report_sources.h - the source text that a report needs.
 */
#ifndef PROFILE_REPORT_SOURCES_H
#define PROFILE_REPORT_SOURCES_H

#include "base/error.h"
#include "profile/profile.h"

/* The lines of files that have a function on a stack of the report, in their order. &error_nomem.
 */
__attribute__((warn_unused_result)) struct error *report_sources(const struct profile *raw,
								 struct profile *report);

#endif
