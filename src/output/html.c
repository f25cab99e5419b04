/*
 * html.c - the page of the viewer: its style, its body, the profile, its scripts, in one file.
 */
#include "base/cleanup.h"
#include "base/embed.h"
#include "base/text.h"
#include "base/utf8.h"
#include "html_page.h"
#include "output/output.h"

EMBED(viewer_style_css);
EMBED(viewer_page_html);
EMBED(viewer_data_js);
EMBED(viewer_format_js);
EMBED(viewer_weights_js);
EMBED(viewer_tree_js);
EMBED(viewer_search_js);
EMBED(viewer_colours_js);
EMBED(viewer_tip_js);
EMBED(viewer_flame_js);
EMBED(viewer_timeline_js);
EMBED(viewer_sandwich_js);
EMBED(viewer_source_js);
EMBED(viewer_folded_js);
EMBED(viewer_main_js);

/* Nothing may be loaded, and nothing sent; what the page needs stands in it. */
#define POLICY                                                                                     \
	"default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "              \
	"img-src data:; base-uri 'none'; form-action 'none'"

/* A flame, so that browsers do not ask for one. */
#define ICON                                                                                       \
	"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"      \
	"%3Cpath fill='%23e8743b' d='M1 2h14v3H1z'/%3E%3Cpath fill='%23f0a04b' d='M1 6h10v3H1z'/"  \
	"%3E%3Cpath fill='%23f5c26b' d='M1 10h5v3H1z'/%3E%3C/svg%3E"

static void put_embedded(struct embed embedded, FILE *file)
{
	fwrite(embedded.chars, 1, embedded.length, file);
}

struct error *html_text_put(const char *chars, FILE *file)
{
	CLEANUP(text_deinit)
	struct text text = { 0 };

	text_add_clean(&text, chars);
	if (text.failed)
		return &error_nomem;
	for (const char *p = text_chars(&text); *p; p++) {
		switch (*p) {
		case '<':
			fputs("&lt;", file);
			break;
		case '&':
			fputs("&amp;", file);
			break;
		case '"':
			fputs("&quot;", file);
			break;
		default:
			fputc(*p, file);
		}
	}
	return NULL;
}

struct error *html_head_put(const char *title, struct embed style, FILE *file)
{
	struct error *err;

	fputs("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"" POLICY "\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	      "<meta name=\"generator\" content=\"sonde\">\n"
	      "<link rel=\"icon\" href=\"" ICON "\">\n<title>",
	      file);
	err = html_text_put(title, file);
	fputs("</title>\n<style>\n", file);
	put_embedded(style, file);
	fputs("</style>\n</head>\n", file);
	return err;
}

static void put_scripts(FILE *file)
{
	const struct embed scripts[] = {
		embed(viewer_data_js),     embed(viewer_format_js), embed(viewer_weights_js),
		embed(viewer_tree_js),     embed(viewer_search_js), embed(viewer_colours_js),
		embed(viewer_tip_js),      embed(viewer_flame_js),  embed(viewer_timeline_js),
		embed(viewer_sandwich_js), embed(viewer_source_js), embed(viewer_folded_js),
		embed(viewer_main_js),
	};

	fputs("<script>\n", file);
	for (size_t i = 0; i < sizeof(scripts) / sizeof(*scripts); i++)
		put_embedded(scripts[i], file);
	fputs("</script>\n", file);
}

struct error *html_page_write(const struct html_view *view, FILE *file)
{
	CLEANUP(json_deinit)
	struct json json = { 0 };
	struct error *err = html_head_put(view->title, embed(viewer_style_css), file);

	if (err)
		return err;
	fputs("<body>\n", file);
	put_embedded(embed(viewer_page_html), file);
	fputs("<script type=\"application/json\" id=\"profile\">", file);
	err = json_init(&json, file, NULL);
	if (err)
		return err;
	json.in_page = true;
	err = html_data_put(view, &json);
	if (!err)
		err = json_finish(&json);
	if (err)
		return err;
	fputs("</script>\n", file);
	put_scripts(file);
	fputs("</body>\n</html>\n", file);
	return NULL;
}

static struct error *html_write(const struct profile *profile, const struct output_facts *facts,
				FILE *file)
{
	const char *command = profile->capture.command;
	const struct html_view view = {
		.title = facts->title && facts->title[0] ? facts->title
			 : command && command[0]         ? command
							 : "sonde",
		.profile = profile,
		.capture = &profile->capture,
		.hide_waiting = facts->hide_waiting,
	};

	return html_page_write(&view, file);
}

static const char *const aliases[] = { NULL };
static const char *const suffixes[] = { ".html", ".htm", NULL };

const struct output output_html = {
	.name = "html",
	.aliases = aliases,
	.suffixes = suffixes,
	.summary = "the viewer: flame graph, callers, time line, in one page",
	.write = html_write,
};
