/*
 * budget.h - how often may be looked, so that looking costs no more CPU than it may, and does not
 * add to the trouble of a target whose memory map is fought over.
 *
 * Pure: the caller brings the times. There is some CPU time in credit, so that a short run is as
 * fast as was asked; when it is used up the period grows to what a look costs divided by what it
 * may cost, and falls back when looks are cheap again.
 */
#ifndef PROFILE_BUDGET_H
#define PROFILE_BUDGET_H

#include <stdbool.h>
#include <stdint.h>

struct budget {
	double share;        /* of a CPU that may be used; 0: there is no limit */
	uint64_t asked_ns;   /* period; 0: as often as can be */
	uint64_t period_ns;  /* in force now */
	double credit_ns;    /* CPU time that may be used yet; negative: used too much */
	double cost_ns;      /* CPU time of a look, of late; 0: unknown */
	bool is_slowed;      /* by the limit */
	unsigned int waited; /* the period is doubled so often as looks had to wait */
	uint64_t slowed_ns;  /* for how long the limit slowed it down, in all */
	uint64_t waited_ns;  /* the same, for looks that had to wait */
	/* since the last review */
	uint64_t since_ns, since_cpu_ns;
	uint64_t looks;
	uint64_t sleeps; /* looks in which we slept */
};

enum {
	BUDGET_CREDIT_NS = 20 * 1000 * 1000, /* attaching and the first looks take 5 to 15 ms */
	BUDGET_REVIEW_NS = 50 * 1000 * 1000,
	BUDGET_REVIEW_MAX_NS = 1000 * 1000 * 1000, /* then with fewer looks, too */
	BUDGET_REVIEW_LOOKS = 8,                   /* fewer say little of what a look costs */
	BUDGET_WAITED_PART = 4,   /* where each so many'th look sleeps, a lock is fought over */
	BUDGET_WAITED_MAX = 4,    /* doublings: a sixteenth of what was asked */
	BUDGET_PERIOD_MAX_S = 10, /* slower than that nobody can tell from hanging */
};

/* asked_ns: the period that was asked for. cpu_ns: CPU time that we have used until now. */
void budget_init(struct budget *budget, uint64_t asked_ns, double share, uint64_t now_ns,
		 uint64_t cpu_ns);

/*
 * A look was had. slept: in it we gave up the CPU of our own accord, as one does for a lock that
 * another has; whom others keep from a CPU does not.
 */
void budget_look(struct budget *budget, bool slept);

/* Is it time for a review? */
bool budget_is_due(const struct budget *budget, uint64_t now_ns);

/* Adds up what was used. True when period_ns is another one now. */
bool budget_review(struct budget *budget, uint64_t now_ns, uint64_t cpu_ns);

#endif
