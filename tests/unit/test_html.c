/*
 * The page of the viewer: the profile in it, and what a browser makes of the text around.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "output/html_list.h"
#include "output/html_page.h"
#include "support/golden.h"
#include "support/profiles.h"

static struct profile profile;

static void setup(void)
{
	cr_assert_null(profile_init(&profile));
}

static void teardown(void)
{
	profile_deinit(&profile);
}

TestSuite(html, .init = setup, .fini = teardown);

static size_t count_of(const char *text, const char *what)
{
	size_t count = 0;

	for (; (text = strstr(text, what)); text++)
		count++;
	return count;
}

static void check_data(const char *name)
{
	const struct html_view view = {
		.title = profile.capture.command,
		.profile = &profile,
		.capture = &profile.capture,
	};
	CLEANUP(freep)
	char *bytes = NULL;
	size_t length;
	FILE *file = open_memstream(&bytes, &length);
	struct json json;

	cr_assert(file);
	cr_assert_null(json_init(&json, file, NULL));
	json.in_page = true;
	cr_assert_null(html_data_put(&view, &json));
	cr_assert_null(json_finish(&json));
	json_deinit(&json);
	fclose(file);
	golden_check(name, bytes, length);
}

Test(html, data_of_a_report)
{
	profile_deinit(&profile);
	profile_reported(&profile);
	check_data("reported.html.json");
}

Test(html, data_of_hostile_names)
{
	profile_hostile(&profile);
	check_data("hostile.html.json");
}

Test(html, data_of_nothing)
{
	check_data("empty.html.json");
}

/* A page has its style, its data, its script: nothing in the data begins or ends any of them. */
static void check_page(const char *title)
{
	const struct output_facts facts = { .title = title };
	CLEANUP(freep)
	char *page = NULL;
	const char *data, *end;
	size_t length;

	page = written(&output_html, &profile, &facts, &length);
	cr_assert_eq(strlen(page), length);
	cr_assert_eq(strncmp(page, "<!doctype html>\n", 16), 0);
	cr_assert_eq(count_of(page, "</script"), 2);
	cr_assert_eq(count_of(page, "<script"), 2);
	cr_assert_eq(count_of(page, "</title>"), 1);
	cr_assert_eq(count_of(page, "<!--"), 0);
	cr_assert(strstr(page, "default-src 'none'"));
	cr_assert_eq(count_of(page, "<img"), 0);
	data = strstr(page, "id=\"profile\">");
	cr_assert(data);
	end = strchr(data, '<');
	cr_assert(end);
	cr_assert_eq(strncmp(end, "</script>", 9), 0);
}

Test(html, hostile_names_stay_text)
{
	profile_hostile(&profile);
	check_page("</title><script>alert(1)</script> & <!-- \xff");
}

Test(html, a_page_of_nothing)
{
	check_page(NULL);
}

Test(html, the_same_profile_is_the_same_page)
{
	CLEANUP(freep)
	char *one = NULL;
	CLEANUP(freep)
	char *other = NULL;
	size_t length, other_length;

	profile_ordinary(&profile);
	one = written(&output_html, &profile, NULL, &length);
	other = written(&output_html, &profile, NULL, &other_length);
	cr_assert_eq(length, other_length);
	cr_assert_eq(memcmp(one, other, length), 0);
}

Test(html, a_list_of_hostile_names)
{
	const struct html_entry entries[] = {
		{ "a.sonde", "python3 a.py", 12, 1500000000 },
		{ "<b>\n\"&.folded", "</td><script>", 0, 0 },
	};
	CLEANUP(freep)
	char *page = NULL;
	size_t length;
	FILE *file = open_memstream(&page, &length);

	cr_assert(file);
	cr_assert_null(html_list_write(entries, 2, file));
	fclose(file);
	cr_assert(strstr(page, "<tr><td><a href=\"1\">a.sonde</a></td><td>python3 a.py</td>"
			       "<td>12</td><td>1.5 s</td></tr>"));
	cr_assert(strstr(page, "<tr><td><a href=\"2\">&lt;b> &quot;&amp;.folded</a></td>"
			       "<td>&lt;/td>&lt;script></td><td>0</td><td></td></tr>"));
	cr_assert_eq(count_of(page, "<script"), 0);
}
