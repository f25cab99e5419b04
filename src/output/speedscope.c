/*
 * speedscope.c - the file format of https://www.speedscope.app, of its version of 2018 on.
 *
 * A profile a thread, of the kind "sampled": stacks in the order of time, each with the nanoseconds
 * that it was seen for. All begin at the same moment; where nothing is known of a thread stands an
 * empty stack, which speedscope shows as a gap and leaves out of its shares.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/json.h"
#include "frame_text.h"
#include "output/output.h"
#include "tracks.h"

#define SCHEMA "https://www.speedscope.app/file-format-schema.json"

/* Stacks repeat: what they look like is kept, up to so much, and made anew past it. */
enum { STACK_TEXT_BYTES_MAX = 64 << 20 };

struct writing {
	const struct profile *profile;
	struct tracks tracks;
	struct json json;
	char **stacks; /* by node: "[1,2,3]", NULL where it is not kept */
	size_t kept_bytes;
	ARRAY(uint32_t) frames; /* of one stack, leaf first */
	struct text text;
};

static void writing_deinit(struct writing *writing)
{
	for (size_t i = 0; writing->stacks && i < writing->profile->node_count; i++)
		free(writing->stacks[i]);
	free(writing->stacks);
	tracks_deinit(&writing->tracks);
	json_deinit(&writing->json);
	array_deinit(&writing->frames);
	text_deinit(&writing->text);
}

static void put_frame(struct json *json, const struct func *func, int32_t line)
{
	json_open(json, NULL);
	json_clean(json, "name", func->name);
	if (func->file[0])
		json_clean(json, "file", func->file);
	if (line > 0)
		json_integer(json, "line", line);
	json_close(json);
	json_line_end(json);
}

/* Their numbers are those of the profile; behind them the one for stacks without a frame. */
static void put_frames(struct writing *writing)
{
	static const struct func empty = { .name = FRAME_TEXT_EMPTY, .file = "" };
	const struct profile *profile = writing->profile;
	struct json *json = &writing->json;

	json_open(json, "shared");
	json_open_array(json, "frames");
	for (size_t i = 0; i < profile->frame_count; i++)
		put_frame(json, &profile->funcs[profile->frames[i].func], profile->frames[i].line);
	if (writing->tracks.has_empty)
		put_frame(json, &empty, 0);
	json_close_array(json);
	json_close(json);
}

/* The stack that ends at the node, into text. */
static struct error *make_stack(struct writing *writing, uint32_t node)
{
	const struct profile *profile = writing->profile;
	struct text *text = &writing->text;

	writing->frames.count = 0;
	for (; !is_above_frames(profile, node); node = profile->nodes[node].parent)
		if (!array_push(&writing->frames, profile->nodes[node].frame))
			return &error_nomem;
	if (!writing->frames.count && !array_push(&writing->frames, (uint32_t)profile->frame_count))
		return &error_nomem;
	text_clear(text);
	for (size_t i = writing->frames.count; i--;)
		text_addf(text, "%c%u", i + 1 == writing->frames.count ? '[' : ',',
			  writing->frames.items[i]);
	text_add_char(text, ']');
	return text->failed ? &error_nomem : NULL;
}

static struct error *put_stack(struct writing *writing, uint32_t node)
{
	char **kept = &writing->stacks[node];
	struct text *text = &writing->text;
	struct error *err;

	if (*kept) {
		json_raw(&writing->json, NULL, *kept, strlen(*kept));
		return NULL;
	}
	err = make_stack(writing, node);
	if (err)
		return err;
	json_raw(&writing->json, NULL, text_chars(text), text->length);
	if (writing->kept_bytes + text->length > STACK_TEXT_BYTES_MAX)
		return NULL;
	writing->kept_bytes += text->length;
	*kept = strdup(text_chars(text));
	return *kept ? NULL : &error_nomem;
}

static struct error *put_stacks(struct writing *writing, const struct track *track)
{
	uint64_t now_ns = writing->tracks.start_ns;
	struct error *err = NULL;

	json_open_array(&writing->json, "samples");
	for (size_t i = 0; !err && i < track->count; i++) {
		const struct run *run = &track->runs[i];

		if (run->start_ns > now_ns)
			json_raw(&writing->json, NULL, "[]", 2);
		err = put_stack(writing, run->node);
		now_ns = run->start_ns + run->time_ns;
	}
	json_close_array(&writing->json);
	return err;
}

static void put_weights(struct writing *writing, const struct track *track)
{
	uint64_t now_ns = writing->tracks.start_ns;

	json_open_array(&writing->json, "weights");
	for (size_t i = 0; i < track->count; i++) {
		const struct run *run = &track->runs[i];

		if (run->start_ns > now_ns)
			json_unsigned(&writing->json, NULL, run->start_ns - now_ns);
		json_unsigned(&writing->json, NULL, run->time_ns);
		now_ns = run->start_ns + run->time_ns;
	}
	json_close_array(&writing->json);
}

static struct error *put_profile(struct writing *writing, const char *name,
				 const struct track *track)
{
	struct json *json = &writing->json;
	struct error *err;

	json_open(json, NULL);
	json_string(json, "type", "sampled");
	json_string(json, "name", name);
	json_string(json, "unit", "nanoseconds");
	json_unsigned(json, "startValue", writing->tracks.start_ns);
	json_unsigned(json, "endValue", writing->tracks.end_ns);
	err = put_stacks(writing, track);
	put_weights(writing, track);
	json_close(json);
	json_line_end(json);
	return err;
}

static struct error *put_profiles(struct writing *writing)
{
	static const struct track none;
	struct error *err = NULL;
	CLEANUP(text_deinit)
	struct text name = { 0 };

	json_open_array(&writing->json, "profiles");
	for (size_t i = 0; !err && i < writing->tracks.count; i++) {
		text_clear(&name);
		track_add_name(&writing->tracks, &writing->tracks.items[i], &name);
		err = name.failed
			      ? &error_nomem
			      : put_profile(writing, text_chars(&name), &writing->tracks.items[i]);
	}
	/* speedscope refuses a file without any */
	if (!writing->tracks.count)
		err = put_profile(writing, "no samples", &none);
	json_close_array(&writing->json);
	return err;
}

static struct error *speedscope_write(const struct profile *profile,
				      const struct output_facts *facts, FILE *file)
{
	CLEANUP(writing_deinit)
	struct writing writing = { .profile = profile };
	struct json *json = &writing.json;
	struct error *err = tracks_init(&writing.tracks, profile);

	if (!err)
		err = json_init(json, file, NULL);
	if (err)
		return err;
	writing.stacks = calloc(profile->node_count, sizeof(*writing.stacks));
	if (!writing.stacks)
		return &error_nomem;
	json_open(json, NULL);
	json_string(json, "$schema", SCHEMA);
	text_addf(&writing.text, "%s%s", tracks_title(&writing.tracks, facts),
		  writing.tracks.count ? "" : ": no samples");
	json_clean(json, "name", text_chars(&writing.text));
	text_clear(&writing.text);
	text_add(&writing.text, "sonde");
	if (profile->capture.version[0])
		text_addf(&writing.text, "@%s", profile->capture.version);
	json_clean(json, "exporter", text_chars(&writing.text));
	json_unsigned(json, "activeProfileIndex", writing.tracks.busiest);
	put_frames(&writing);
	err = put_profiles(&writing);
	json_close(json);
	json_line_end(json);
	return err ? err : json_finish(json);
}

static const char *const aliases[] = { NULL };
static const char *const suffixes[] = { ".speedscope.json", ".speedscope", ".json", NULL };

const struct output output_speedscope = {
	.name = "speedscope",
	.aliases = aliases,
	.suffixes = suffixes,
	.summary = "what each thread did when, for speedscope.app",
	.no_roots = true,
	.write = speedscope_write,
};
