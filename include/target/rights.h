/*
 * rights.h - why a process may not be read, and the one command that mends it.
 *
 * The facts are those that the kernel decides by (kernel/ptrace.c: __ptrace_may_access(), Yama,
 * SELinux, the container's seccomp filter), as far as they can be seen from outside.
 */
#ifndef TARGET_RIGHTS_H
#define TARGET_RIGHTS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

struct rights_facts {
	/* ours */
	uid_t our_uid;
	gid_t our_gid;
	uint64_t our_caps; /* effective ones, a bit each */
	bool our_seccomp;  /* a filter is on us */

	/* the process's; valid when seen */
	pid_t pid;
	bool seen;     /* its status could be read */
	uid_t uids[3]; /* real, effective, saved */
	gid_t gids[3];
	uint64_t caps;      /* permitted ones */
	bool undumpable;    /* prctl(PR_SET_DUMPABLE, 0), or it changed its user, or cannot be read
			       itself */
	bool other_user_ns; /* certain only when true */
	bool descendant;    /* of ours */
	pid_t tracer;       /* a debugger that traces it, 0: none */

	/* the machine's */
	int yama_scope;    /* kernel.yama.ptrace_scope, 0 without Yama */
	bool selinux_deny; /* the boolean deny_ptrace */
};

/* Reads what can be read; what cannot is left at what does not explain a refusal. */
void rights_read(pid_t pid, struct rights_facts *ret);

/*
 * An ERROR_PERMISSION whose sentence says which right is missing by these facts, and the command
 * that gives it. Never NULL.
 */
struct error *rights_judge(const struct rights_facts *facts);

/* Both: why process pid may not be read. Never NULL. */
struct error *rights_explain(pid_t pid);

/* Whether that capability (a number of linux/capability.h) is in effect for us. */
bool rights_have_cap(const struct rights_facts *facts, unsigned int cap);

#endif
