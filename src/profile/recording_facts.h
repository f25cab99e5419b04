/*
 * recording_facts.h - what is known of a recording as a whole: numbered facts, the last ones count.
 */
#ifndef PROFILE_RECORDING_FACTS_H
#define PROFILE_RECORDING_FACTS_H

#include <stdbool.h>

#include "base/error.h"
#include "bytes.h"
#include "profile/profile.h"

void facts_put(const struct capture *capture, struct bytes *out);

/* Into profile->capture. What makes no sense sets *sense to false. */
__attribute__((warn_unused_result)) struct error *facts_read(struct cursor *cursor,
							     struct profile *profile, bool *sense);

#endif
