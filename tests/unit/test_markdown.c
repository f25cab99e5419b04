/*
 * Markdown: byte for byte.
 */
#include <criterion/criterion.h>

#include "support/forms.h"

Test(markdown, goldens)
{
	form_check_goldens(&output_markdown);
}
