/*
 * diff_forms.h - the forms of a difference, and what those that show rows share.
 */
#ifndef OUTPUT_DIFF_FORMS_H
#define OUTPUT_DIFF_FORMS_H

#include "base/text.h"
#include "output/diff.h"

extern const struct diff_output diff_output_table, diff_output_markdown, diff_output_folded;
extern const struct diff_output diff_output_html, diff_output_svg;

/* What the tables show: the rows [0, slower) and [faster, count), and what is not shown. */
struct diff_choice {
	struct diff_rows rows;
	size_t slower, faster;
	size_t left_out;  /* by the limit, of those that differ */
	size_t unchanged; /* differ by less than is shown, or by what may be chance */
};

__attribute__((warn_unused_result)) struct error *
diff_choose(const struct diff *diff, const struct diff_facts *facts, struct diff_choice *ret);
void diff_choice_deinit(struct diff_choice *choice);

/* "9,812 samples in 10.0 s, 0.98 threads busy" */
void diff_side_text(const struct diff *diff, enum diff_side side, struct text *text);

/* "OLD → NEW" */
void diff_title_text(const char *const titles[DIFF_SIDES], struct text *text);

/* The function, or the stack with semicolons, of a row. */
void diff_row_text(const struct diff *diff, const struct diff_row *row, struct text *text);

#endif
