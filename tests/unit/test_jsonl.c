/*
 * JSON Lines: byte for byte.
 */
#include <criterion/criterion.h>

#include "support/forms.h"

Test(jsonl, goldens)
{
	form_check_goldens(&output_jsonl);
}
