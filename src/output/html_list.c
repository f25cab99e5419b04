/*
 * html_list.c - a table of profiles, each a link.
 */
#include "output/html_list.h"

#include <inttypes.h>

#include "html_page.h"

EMBED(viewer_list_css);

struct error *html_list_write(const struct html_entry *entries, size_t count, FILE *file)
{
	struct error *err = html_head_put("sonde", embed(viewer_list_css), file);

	fputs("<body>\n<h1>Profiles</h1>\n<table>\n<thead><tr><th>File</th><th>Program</th>"
	      "<th>Samples</th><th>Recorded for</th></tr></thead>\n<tbody>\n",
	      file);
	for (size_t i = 0; !err && i < count; i++) {
		fprintf(file, "<tr><td><a href=\"%zu\">", i + 1);
		err = html_text_put(entries[i].path, file);
		fputs("</a></td><td>", file);
		if (!err)
			err = html_text_put(entries[i].title, file);
		fprintf(file, "</td><td>%" PRIu64 "</td><td>", entries[i].samples);
		if (entries[i].elapsed_ns)
			fprintf(file, "%.1f s", (double)entries[i].elapsed_ns / 1e9);
		fputs("</td></tr>\n", file);
	}
	fputs("</tbody>\n</table>\n</body>\n</html>\n", file);
	return err;
}
