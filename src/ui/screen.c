/*
 * screen.c - ncurses.
 *
 * Keys are read raw: Ctrl-C and Ctrl-Z are keys like others, so that nothing ends or stops us while
 * the terminal is not as it was. Colours are those of the terminal, on its own background, so that
 * light and dark ones both do.
 */
#include "ui/screen.h"

#include <langinfo.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
/* ncurses calls many things by words that others use: only what is needed here */
#define NCURSES_NOMACROS
#define NCURSES_WIDECHAR 1
#include <curses.h>

#include "base/clock.h"
#include "ui/live.h"

enum {
	ESCAPE_MS = 25, /* for the rest of a key's sequence */
	TWICE_NS = 500 * CLOCK_MS_NS,
};

struct screen {
	SCREEN *terminal;
	bool colour, utf8;
	attr_t attributes[STYLE_COUNT];
	short pairs[STYLE_COUNT];
	uint64_t clicked_ns; /* the last click */
	int clicked_row, clicked_col;
};

static void set_style(struct screen *screen, enum style style, attr_t attributes, short colour)
{
	screen->attributes[style] = attributes;
	if (screen->colour && colour >= 0) {
		init_pair((short)(style + 1), colour, -1);
		screen->pairs[style] = (short)(style + 1);
	}
}

static void set_styles(struct screen *screen)
{
	set_style(screen, STYLE_DIM, screen->colour ? A_NORMAL : A_DIM, COLORS > 8 ? 8 : -1);
	if (screen->colour && COLORS <= 8)
		screen->attributes[STYLE_DIM] = A_DIM;
	set_style(screen, STYLE_STRONG, A_BOLD, -1);
	set_style(screen, STYLE_HEADING, A_REVERSE, -1);
	set_style(screen, STYLE_KEY, A_BOLD, COLOR_CYAN);
	set_style(screen, STYLE_LABEL, A_NORMAL, COLORS > 8 ? 8 : -1);
	set_style(screen, STYLE_ALERT, A_BOLD, COLOR_RED);
	set_style(screen, STYLE_GOOD, A_NORMAL, COLOR_GREEN);
	set_style(screen, STYLE_WAIT, A_NORMAL, COLOR_YELLOW);
	set_style(screen, STYLE_CURVE, A_NORMAL, COLOR_CYAN);
	set_style(screen, STYLE_BAR, A_NORMAL, COLOR_CYAN);
	set_style(screen, STYLE_MINE, A_NORMAL, COLOR_GREEN);
	set_style(screen, STYLE_STDLIB, A_NORMAL, COLOR_BLUE);
	set_style(screen, STYLE_PACKAGE_1, A_NORMAL, COLOR_MAGENTA);
	set_style(screen, STYLE_PACKAGE_2, A_NORMAL, COLOR_YELLOW);
	set_style(screen, STYLE_PACKAGE_3, A_NORMAL, COLOR_CYAN);
}

static void set_modes(void)
{
	raw();
	noecho();
	nonl();
	keypad(stdscr, TRUE);
	curs_set(0);
	set_escdelay(ESCAPE_MS);
	mouseinterval(0); /* a click comes at once; whether it is the second is found out here */
	mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
}

struct error *screen_create(bool colour, struct screen **ret)
{
	struct screen *screen = calloc(1, sizeof(*screen));
	const char *term = getenv("TERM");

	if (!screen)
		return &error_nomem;
	screen->terminal = newterm(NULL, stdout, stdin);
	if (!screen->terminal) {
		free(screen);
		return error_create(ERROR_OS,
				    "terminal '%.60s' cannot show a screen (--batch 1 prints a "
				    "table)",
				    term ? term : "");
	}
	set_term(screen->terminal);
	screen->utf8 = !strcmp(nl_langinfo(CODESET), "UTF-8");
	screen->colour =
		colour && has_colors() && start_color() == OK && use_default_colors() == OK;
	set_styles(screen);
	set_modes();
	*ret = screen;
	return NULL;
}

void screen_destroy(struct screen *screen)
{
	if (!screen)
		return;
	endwin();
	delscreen(screen->terminal);
	free(screen);
}

struct error *screen_grid(struct screen *screen, struct grid *ret)
{
	return grid_init(ret, LINES, COLS, screen->utf8);
}

static void show_cell(const struct screen *screen, const struct cell *cell, int row, int col)
{
	wchar_t chars[2] = { (wchar_t)cell->c, L'\0' };
	attr_t attributes = screen->attributes[cell->style];
	short pair = screen->pairs[cell->style];
	cchar_t shown;

	if (cell->selected) { /* of one colour, the opposite of all else */
		attributes = A_REVERSE | (attributes & A_BOLD);
		pair = 0;
	}
	if (setcchar(&shown, chars, attributes, pair, NULL) == OK)
		mvadd_wch(row, col, &shown);
}

void screen_show(struct screen *screen, const struct grid *grid)
{
	for (int row = 0; row < grid->rows; row++)
		for (int col = 0; col < grid->cols; col++) {
			const struct cell *cell = grid_cell(grid, row, col);

			if (cell->c) /* else it is the right half of the one before */
				show_cell(screen, cell, row, col);
		}
	refresh();
}

void screen_forget(struct screen *screen)
{
	(void)screen;
	clearok(curscr, TRUE);
}

/* Keys that have a name. */
static unsigned int key_of(wint_t c)
{
	switch (c) {
	case KEY_UP:
		return LIVE_KEY_UP;
	case KEY_DOWN:
		return LIVE_KEY_DOWN;
	case KEY_LEFT:
		return LIVE_KEY_LEFT;
	case KEY_RIGHT:
		return LIVE_KEY_RIGHT;
	case KEY_PPAGE:
		return LIVE_KEY_PAGE_UP;
	case KEY_NPAGE:
		return LIVE_KEY_PAGE_DOWN;
	case KEY_HOME:
		return LIVE_KEY_HOME;
	case KEY_END:
		return LIVE_KEY_END;
	case KEY_BACKSPACE:
		return LIVE_KEY_BACKSPACE;
	case KEY_ENTER:
		return LIVE_KEY_ENTER;
	case KEY_F(1):
		return LIVE_KEY_HELP;
	case KEY_F(10):
		return LIVE_KEY_QUIT;
	default:
		return 0;
	}
}

static unsigned int character_of(wint_t c)
{
	switch (c) {
	case '\r':
	case '\n':
		return LIVE_KEY_ENTER;
	case '\t':
		return LIVE_KEY_TAB;
	case 0x1B:
		return LIVE_KEY_ESCAPE;
	case 0x7F:
	case '\b':
		return LIVE_KEY_BACKSPACE;
	default:
		return (unsigned int)c;
	}
}

static struct screen_event mouse_event(struct screen *screen)
{
	struct screen_event event = { .kind = SCREEN_NOTHING };
	uint64_t now_ns = clock_now_ns();
	MEVENT mouse;

	if (getmouse(&mouse) != OK)
		return event;
	if (mouse.bstate & (BUTTON4_PRESSED | BUTTON5_PRESSED)) { /* the wheel */
		event.kind = SCREEN_KEY;
		event.key = mouse.bstate & BUTTON4_PRESSED ? LIVE_KEY_UP : LIVE_KEY_DOWN;
		return event;
	}
	if (!(mouse.bstate & BUTTON1_PRESSED))
		return event;
	event.kind = SCREEN_CLICK;
	event.row = mouse.y;
	event.col = mouse.x;
	event.twice = mouse.y == screen->clicked_row && mouse.x == screen->clicked_col &&
		      screen->clicked_ns && now_ns - screen->clicked_ns < TWICE_NS;
	screen->clicked_row = mouse.y;
	screen->clicked_col = mouse.x;
	screen->clicked_ns = event.twice ? 0 : now_ns;
	return event;
}

struct screen_event screen_read(struct screen *screen, int wait_ms)
{
	struct screen_event event = { .kind = SCREEN_NOTHING };
	wint_t c;
	int kind;

	timeout(wait_ms);
	kind = get_wch(&c);
	if (kind == ERR)
		return event;
	if (kind == KEY_CODE_YES && c == KEY_RESIZE) {
		event.kind = SCREEN_RESIZE;
		return event;
	}
	if (kind == KEY_CODE_YES && c == KEY_MOUSE)
		return mouse_event(screen);
	event.key = kind == KEY_CODE_YES ? key_of(c) : character_of(c);
	if (event.key)
		event.kind = SCREEN_KEY;
	return event;
}

void screen_leave(struct screen *screen)
{
	(void)screen;
	endwin();
}

void screen_return(struct screen *screen)
{
	struct winsize size;

	/* it may have another size by now */
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row && size.ws_col)
		resizeterm(size.ws_row, size.ws_col);
	screen_forget(screen);
	refresh();
}
