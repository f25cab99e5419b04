/*
 * render_number.c - numbers that are no int, as repr() writes them.
 *
 * A float is written with the fewest digits that read back as the same value, and with an exponent
 * when it is below 1e-4 or not below 1e16 (float_repr_style "short", Python/pystrtod.c).
 */
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "render.h"

enum {
	DIGITS_MAX = 17, /* any double is known by so many */
	DOUBLE_CHARS = 48,
};

/* The digits and their exponent (of the first digit) that %.*e made. */
struct decimal {
	char digits[DIGITS_MAX + 1];
	int count;
	int exponent;
};

static struct decimal decimal_of(double value, int count)
{
	struct decimal decimal = { .count = count };
	char buf[DOUBLE_CHARS];

	snprintf(buf, sizeof(buf), "%.*e", count - 1, fabs(value));
	decimal.digits[0] = buf[0];
	if (count > 1)
		memcpy(decimal.digits + 1, buf + 2, (size_t)count - 1);
	decimal.exponent = atoi(strchr(buf, 'e') + 1);
	return decimal;
}

static bool reads_back(const struct decimal *decimal, double value)
{
	char buf[DOUBLE_CHARS];

	snprintf(buf, sizeof(buf), "%c.%se%d", decimal->digits[0], decimal->digits + 1,
		 decimal->exponent);
	return strtod(buf, NULL) == fabs(value);
}

/* The next decimal of as many digits; false where it would have one more. */
static bool increment(struct decimal *decimal)
{
	int i = decimal->count;

	while (i-- > 0) {
		if (decimal->digits[i] != '9') {
			decimal->digits[i]++;
			return true;
		}
		decimal->digits[i] = '0';
	}
	return false;
}

/*
 * Fewest digits first; of as many digits, the nearest. At powers of two the doubles above are twice
 * as far apart as those below: there the next decimal may read back where the nearest does not.
 */
static struct decimal shortest(double value)
{
	for (int count = 1; count < DIGITS_MAX; count++) {
		struct decimal decimal = decimal_of(value, count);

		if (reads_back(&decimal, value) ||
		    (increment(&decimal) && reads_back(&decimal, value)))
			return decimal;
	}
	return decimal_of(value, DIGITS_MAX);
}

/* As repr() of a float, or of a part of a complex, which has no ".0". */
static void format_double(double value, bool is_part, char buf[DOUBLE_CHARS])
{
	enum { EXPONENT_MIN = -4, EXPONENT_MAX = 16 };
	static const char zeros[] = "0000000000000000";
	const char *sign = signbit(value) ? "-" : "", *tail = is_part ? "" : ".0";
	struct decimal decimal;
	int whole;

	if (isnan(value) || isinf(value)) {
		snprintf(buf, DOUBLE_CHARS, "%s",
			 isnan(value) ? "nan"
			 : value < 0  ? "-inf"
				      : "inf");
		return;
	}
	decimal = shortest(value);
	whole = decimal.exponent + 1; /* digits before the point */
	if (decimal.exponent < EXPONENT_MIN || decimal.exponent >= EXPONENT_MAX)
		snprintf(buf, DOUBLE_CHARS, "%s%c%s%se%c%02d", sign, decimal.digits[0],
			 decimal.count > 1 ? "." : "", decimal.digits + 1,
			 decimal.exponent < 0 ? '-' : '+', abs(decimal.exponent));
	else if (whole <= 0)
		snprintf(buf, DOUBLE_CHARS, "%s0.%.*s%s", sign, -whole, zeros, decimal.digits);
	else if (whole >= decimal.count)
		snprintf(buf, DOUBLE_CHARS, "%s%s%.*s%s", sign, decimal.digits,
			 whole - decimal.count, zeros, tail);
	else
		snprintf(buf, DOUBLE_CHARS, "%s%.*s.%s", sign, whole, decimal.digits,
			 decimal.digits + whole);
}

void render_double(struct render *render, double value)
{
	char buf[DOUBLE_CHARS];

	format_double(value, false, buf);
	render_add(render, buf);
}

struct error *render_float(struct render *render, uint64_t object, const struct py_type *type)
{
	double value;
	struct error *err;

	(void)type;
	if (render->view->layout->float_value < 0)
		return &error_torn;
	err = mem_read(render->view->mem, object + (uint64_t)render->view->layout->float_value,
		       &value, sizeof(value));
	if (!err)
		render_double(render, value);
	return err;
}

struct error *render_complex(struct render *render, uint64_t object, const struct py_type *type)
{
	double value[2];
	char real[DOUBLE_CHARS], imag[DOUBLE_CHARS];
	struct error *err;

	(void)type;
	if (render->view->layout->complex_value < 0)
		return &error_torn;
	err = mem_read(render->view->mem, object + (uint64_t)render->view->layout->complex_value,
		       value, sizeof(value));
	if (err)
		return err;
	format_double(value[0], true, real);
	format_double(value[1], true, imag);
	if (value[0] == 0 && !signbit(value[0]))
		render_addf(render, "%sj", imag);
	else
		render_addf(render, "(%s%s%sj)", real, *imag == '-' ? "" : "+", imag);
	return NULL;
}

/*
 * decimal.Decimal (Modules/_decimal/_decimal.c, 3.3 and later): behind the object header its hash,
 * then mpd_t (mpdecimal.h): a byte of flags, exp, digits, len, alloc, data; words of data hold 19
 * decimal digits each, lowest first.
 */
struct mpd {
	uint8_t flags;
	int64_t exp, digits, len, alloc;
	uint64_t data;
};

enum {
	MPD_NEGATIVE = 1,
	MPD_INFINITE = 2,
	MPD_NAN = 4,
	MPD_SIGNALLING = 8,
	MPD_WORD_DIGITS = 19,
	MPD_WORDS_MAX = 64, /* 1,216 digits: 43 times what a context has by default */
};

/* As Decimal.__str__(): to-scientific-string of the General Decimal Arithmetic specification. */
static void add_scientific(struct text *text, const char *digits, size_t count, int64_t exp)
{
	enum { PLAIN_MIN = -6 };
	int64_t adjusted = exp + (int64_t)count - 1, point = (int64_t)count + exp;

	if (exp > 0 || adjusted < PLAIN_MIN) {
		text_addf(text, "%c%s%sE%+" PRId64, digits[0], count > 1 ? "." : "", digits + 1,
			  adjusted);
	} else if (!exp) {
		text_add(text, digits);
	} else if (point > 0) {
		text_addf(text, "%.*s.%s", (int)point, digits, digits + point);
	} else {
		text_add(text, "0.");
		for (int64_t i = point; i < 0; i++)
			text_add_char(text, '0');
		text_add(text, digits);
	}
}

static struct error *read_mpd(struct render *render, const struct mpd *mpd, struct text *ret)
{
	uint64_t words[MPD_WORDS_MAX];
	CLEANUP(text_deinit)
	struct text digits;
	struct error *err;

	text_init(&digits);
	if (mpd->len < 1 || mpd->len > MPD_WORDS_MAX || mpd->exp > INT64_MAX / 2 ||
	    mpd->exp < -(INT64_MAX / 2))
		return &error_torn;
	err = mem_read(render->view->mem, mpd->data, words, (size_t)mpd->len * sizeof(*words));
	if (err)
		return err;
	text_addf(&digits, "%" PRIu64, words[mpd->len - 1]);
	for (int64_t i = mpd->len - 1; i-- > 0;)
		text_addf(&digits, "%0*" PRIu64, MPD_WORD_DIGITS, words[i]);
	add_scientific(ret, text_chars(&digits), digits.length, mpd->exp);
	return digits.failed ? &error_nomem : NULL;
}

struct error *render_decimal(struct render *render, uint64_t object, const struct py_type *type)
{
	CLEANUP(text_deinit)
	struct text value;
	struct mpd mpd;
	struct error *err;

	(void)type;
	text_init(&value);
	err = mem_read(render->view->mem, object + (uint64_t)render->view->layout->object_size + 8,
		       &mpd, sizeof(mpd));
	if (err)
		return err;
	if (mpd.flags & MPD_NEGATIVE)
		text_add(&value, "-");
	if (mpd.flags & MPD_INFINITE)
		text_add(&value, "Infinity");
	else if (mpd.flags & (MPD_NAN | MPD_SIGNALLING))
		text_add(&value, mpd.flags & MPD_SIGNALLING ? "sNaN" : "NaN");
	else
		err = read_mpd(render, &mpd, &value);
	if (err)
		return err;
	render_add(render, "Decimal('");
	render_add(render, text_chars(&value));
	render_add(render, "')");
	return value.failed ? &error_nomem : NULL;
}

struct error *render_numpy(struct render *render, uint64_t object, const struct py_type *type)
{
	static const struct {
		const char *name;
		char kind; /* of numpy's own: b bool, i int, u unsigned, f float */
		uint8_t size;
	} scalars[] = {
		{ "bool_", 'b', 1 },  { "bool", 'b', 1 },    { "int8", 'i', 1 },
		{ "int16", 'i', 2 },  { "int32", 'i', 4 },   { "int64", 'i', 8 },
		{ "uint8", 'u', 1 },  { "uint16", 'u', 2 },  { "uint32", 'u', 4 },
		{ "uint64", 'u', 8 }, { "float32", 'f', 4 }, { "float64", 'f', 8 },
	};
	size_t i = 0, count = sizeof(scalars) / sizeof(scalars[0]);
	uint64_t word = 0;
	struct error *err;

	if (strncmp(type->name, "numpy.", 6) != 0)
		return &error_torn;
	while (i < count && strcmp(scalars[i].name, type->name + 6) != 0)
		i++;
	if (i == count)
		return &error_torn;
	err = mem_read(render->view->mem, object + (uint64_t)render->view->layout->object_size,
		       &word, scalars[i].size);
	if (err)
		return err;
	render_addf(render, "np.%s(", scalars[i].name);
	if (scalars[i].kind == 'b') {
		render_add(render, word ? "True" : "False");
	} else if (scalars[i].kind == 'u') {
		render_addf(render, "%" PRIu64, word);
	} else if (scalars[i].kind == 'i') {
		unsigned int unused = 64 - 8U * scalars[i].size;

		render_addf(render, "%" PRId64, (int64_t)(word << unused) >> unused);
	} else if (scalars[i].size == 8) {
		double value;

		memcpy(&value, &word, sizeof(value));
		render_double(render, value);
	} else {
		float value;

		memcpy(&value, &word, sizeof(value));
		render_addf(render, "%.9g", (double)value);
	}
	render_add(render, ")");
	return NULL;
}
