/*
 * top_batch.c - lines of a table.
 */
#include "top_batch.h"

#include <errno.h>
#include <langinfo.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "terminal.h"
#include "ui/view.h"

enum { COLS = 120 /* where it is no terminal that has a width */ };

struct error *top_batch_table(struct live *live, const struct top_options *options, FILE *file)
{
	CLEANUP(text_deinit)
	struct text text = { 0 };
	int cols = terminal_width(fileno(file));
	struct error *err;

	err = view_table(live, cols ? cols : COLS, options->rows,
			 !strcmp(nl_langinfo(CODESET), "UTF-8"), &text);
	if (err)
		return err;
	fprintf(file, "%s\n", text_chars(&text));
	if (fflush(file))
		return error_os(errno, "cannot write to standard output");
	return NULL;
}
