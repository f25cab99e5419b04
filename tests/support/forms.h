/*
 * forms.h - what every form has to do with the canonical profiles.
 */
#ifndef TESTS_SUPPORT_FORMS_H
#define TESTS_SUPPORT_FORMS_H

#include "output/output.h"

/*
 * The goldens reported, hostile and empty, each with the form's first suffix: profile_reported(),
 * profile_hostile() and a profile in which nothing was sampled.
 */
void form_check_goldens(const struct output *form);

#endif
