/*
 * What people write on the command line, and what they get back.
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/command.h"
#include "cmd/destinations.h"
#include "cmd/exit_status.h"
#include "cmd/options.h"
#include "cmd/targets.h"
#include "cmd/units.h"

static void check_rate(const char *text, double expected)
{
	double rate = -1;

	cr_assert(parse_rate(text, &rate), "%s", text);
	cr_assert_float_eq(rate, expected, expected * 1e-9, "%s is %g", text, rate);
}

Test(units, rates)
{
	static const char *const wrong[] = { "",      "0",     "-1",      "k",     "fast", "1e3",
					     "0x10",  "1 k k", "1000001", "2mhz",  "inf",  "nan",
					     "1.2.3", ".",     "100h",    "10 000" };
	double rate = 7;
	size_t i;

	check_rate("250", 250);
	check_rate("250hz", 250);
	check_rate("1k", 1000);
	check_rate("10kHz", 10000);
	check_rate("1.5k", 1500);
	check_rate("0.5", 0.5);
	check_rate(".5", 0.5);
	check_rate("1 k", 1000);
	check_rate("1mhz", 1e6);
	check_rate("MAX", 0);
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		cr_assert_not(parse_rate(wrong[i], &rate), "%s", wrong[i]);
	cr_assert_eq(rate, 7);
}

static void check_duration(const char *text, uint64_t expected_ms)
{
	uint64_t ns = 1;

	cr_assert(parse_duration(text, &ns), "%s", text);
	cr_assert_eq(ns, expected_ms * CLOCK_MS_NS, "%s", text);
}

Test(units, durations)
{
	static const char *const wrong[] = {
		"", "0", "0s", "-3", "s", "5x", "forever", "1e9h", "99999999999999999999h", "1:30"
	};
	uint64_t ns = 7;
	size_t i;

	check_duration("30", 30000);
	check_duration("30s", 30000);
	check_duration("500ms", 500);
	check_duration("500000us", 500);
	check_duration("5m", 300000);
	check_duration("1.5m", 90000);
	check_duration("1h", 3600000);
	check_duration("2 min", 120000);
	check_duration("unlimited", 0);
	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		cr_assert_not(parse_duration(wrong[i], &ns), "%s", wrong[i]);
	cr_assert_eq(ns, 7);
}

Test(units, moments)
{
	uint64_t ns = 7;

	cr_assert(parse_moment("0", &ns));
	cr_assert_eq(ns, 0);
	cr_assert(parse_moment("1.5s", &ns));
	cr_assert_eq(ns, 1500 * (uint64_t)CLOCK_MS_NS);
	cr_assert_not(parse_moment("-1", &ns));
	cr_assert_not(parse_moment("end", &ns));
	cr_assert_eq(ns, 1500 * (uint64_t)CLOCK_MS_NS);
}

Test(options, a_command_stands_behind_two_dashes)
{
	char *argv[] = { "sonde record", "-q", "--", "python3", "--", "x", NULL }, **command;
	char *plain[] = { "sonde record", "-q", "1", NULL };

	cr_assert_eq(options_split(6, argv, &command), 2);
	cr_assert_eq(command, &argv[3]);
	cr_assert_null(argv[2]);
	cr_assert_eq(options_split(3, plain, &command), 3);
	cr_assert_null(command);
}

Test(exit_status, by_kind)
{
	static const struct {
		enum error_kind kind;
		int status;
	} cases[] = { { ERROR_OTHER, 1 },     { ERROR_NOMEM, 1 },      { ERROR_OS, 1 },
		      { ERROR_GONE, 3 },      { ERROR_FAULT, 1 },      { ERROR_TORN, 1 },
		      { ERROR_USAGE, 2 },     { ERROR_NOT_FOUND, 3 },  { ERROR_NOT_PYTHON, 3 },
		      { ERROR_NOT_READY, 3 }, { ERROR_PERMISSION, 4 }, { ERROR_UNSUPPORTED, 5 } };
	size_t i;

	cr_assert_eq(exit_status_of(NULL), 0);
	cr_assert_eq(exit_report(NULL), 0);
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct error err = { .kind = cases[i].kind };

		cr_assert_eq((int)exit_status_of(&err), cases[i].status);
	}
}

Test(commands, by_name_and_by_its_beginning)
{
	bool ambiguous;

	cr_assert_eq(command_find("record", &ambiguous), &cmd_record);
	cr_assert_eq(command_find("rec", &ambiguous), &cmd_record);
	cr_assert_eq(command_find("du", &ambiguous), &cmd_dump);
	cr_assert_null(command_find("r", &ambiguous));
	cr_assert(ambiguous);
	cr_assert_null(command_find("", &ambiguous));
	cr_assert_null(command_find("records", &ambiguous));
	cr_assert_not(ambiguous);
	cr_assert(strstr(command_names(), "record, top, report, "));
}

static void check_pids(const char *text, size_t count, pid_t last)
{
	struct targets targets = { 0 };

	cr_assert_null(targets_find(text, true, &targets));
	cr_assert_eq(targets.count, count);
	cr_assert_eq(targets.pids[count - 1], last);
	targets_deinit(&targets);
}

static void check_no_pids(const char *text, enum error_kind kind)
{
	struct targets targets = { 0 };
	struct error *err = targets_find(text, true, &targets);

	cr_assert(err, "%s", text);
	cr_assert_eq(err->kind, kind, "%s: %s", text, error_message(err));
	cr_assert_null(targets.pids);
	error_destroy(err);
}

Test(targets, pids)
{
	check_pids("1234", 1, 1234);
	check_pids("0x4d2", 1, 1234);
	check_pids("1,2,30", 3, 30);
	check_no_pids("0", ERROR_USAGE);
	check_no_pids("1,,2", ERROR_USAGE);
	check_no_pids("1,", ERROR_USAGE);
	check_no_pids("99999999999", ERROR_USAGE);
	check_no_pids("0x", ERROR_USAGE);
	check_no_pids("12a", ERROR_NOT_FOUND);
	check_no_pids("no such name", ERROR_NOT_FOUND);
}

static void check_name(const char *expected, char *const *argv)
{
	char *name = target_name(argv);

	cr_assert_str_eq(name, expected);
	free(name);
}
#define CHECK_NAME(expected, ...) check_name(expected, (char *[]) { __VA_ARGS__, NULL })

Test(targets, names_for_people)
{
	CHECK_NAME("app", "/usr/bin/python3", "/srv/app.py", "--port=1");
	CHECK_NAME("http.server", "python", "-m", "http.server");
	CHECK_NAME("python3.12", "python3.12", "-c", "pass");
	CHECK_NAME("python3", "python3");
	CHECK_NAME("gunicorn", "/usr/local/bin/gunicorn", "app.py");
	CHECK_NAME("script", "./script.py");
	CHECK_NAME("python", "");
	CHECK_NAME("python", NULL);
	CHECK_NAME("/", "/");
}

static void check_wishes(const struct destination_wishes *wishes, const char *message)
{
	struct destinations outputs;
	struct error *err = destinations_init(&outputs, wishes);

	cr_assert(err);
	cr_assert_eq(err->kind, ERROR_USAGE);
	/* and all that there are */
	cr_assert_eq(strncmp(error_message(err), message, strlen(message)), 0);
	cr_assert(strstr(error_message(err), output_names()));
	error_destroy(err);
}

Test(destinations, formats_that_there_are_not)
{
	struct destination_wishes wishes = { .patterns = { "x.doc" }, .count = 1 };

	check_wishes(&wishes, "the ending of 'x.doc' is that of no format: -f takes ");
	wishes.format = "flame";
	check_wishes(&wishes, "no format is called 'flame': there are ");
}

Test(destinations, what_is_made_of_wishes)
{
	struct destination_wishes wishes = { .keep = true };
	struct destinations outputs;

	cr_assert_null(destinations_init(&outputs, &wishes));
	cr_assert(outputs.table && outputs.kept);
	cr_assert_str_eq(outputs.items[0].pattern, "%n-%p-%t.folded");
	wishes.format = "text";
	cr_assert_null(destinations_init(&outputs, &wishes));
	cr_assert(outputs.table && !outputs.kept);
	cr_assert_eq(outputs.count, 0);
	wishes =
		(struct destination_wishes) { .patterns = { "-", "a.table", "b.txt" }, .count = 3 };
	cr_assert_null(destinations_init(&outputs, &wishes));
	cr_assert(!outputs.table && !outputs.kept);
	cr_assert_eq(outputs.items[0].form, &output_folded);
	cr_assert_eq(outputs.items[1].form, &output_table);
	cr_assert_eq(outputs.items[2].form, &output_folded);
	wishes.format = "table";
	cr_assert_null(destinations_init(&outputs, &wishes));
	cr_assert_eq(outputs.items[2].form, &output_table);
}

Test(destinations, of_a_report_keep_nothing)
{
	struct destination_wishes wishes = { 0 };
	struct destinations outputs;

	cr_assert_null(destinations_init(&outputs, &wishes));
	cr_assert(outputs.table && !outputs.kept);
	cr_assert_eq(outputs.count, 0);
	wishes.format = "folded";
	cr_assert_null(destinations_init(&outputs, &wishes));
	cr_assert_not(outputs.table);
	cr_assert_str_eq(outputs.items[0].pattern, "-");
	cr_assert_eq(outputs.items[0].form, &output_folded);
}

Test(options, shares_of_a_cpu)
{
	static const char *const wrong[] = { "", "0", "-1", "x", "5 cores", "10001", "%" };
	double percent = -1;

	cr_assert(parse_percent("5", &percent));
	cr_expect_float_eq(percent, 5, 1e-9);
	cr_assert(parse_percent("2.5%", &percent));
	cr_expect_float_eq(percent, 2.5, 1e-9);
	cr_assert(parse_percent("unlimited", &percent));
	cr_expect_float_eq(percent, 0, 1e-9);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		cr_assert_not(parse_percent(wrong[i], &percent), "%s", wrong[i]);
}
