/*
 * Why a process may not be read: one reason, and one command.
 */
#include <criterion/criterion.h>
#include <linux/capability.h>
#include <string.h>

#include "support/child.h"
#include "target/rights.h"

#define CAP(number) (UINT64_C(1) << (number))

/* A process of ours that we may read. */
static const struct rights_facts sound = {
	.our_uid = 1000,
	.our_gid = 100,
	.pid = 42,
	.seen = true,
	.uids = { 1000, 1000, 1000 },
	.gids = { 100, 100, 100 },
};

static void expect(const struct rights_facts *facts, const char *why, const char *command)
{
	struct error *err = rights_judge(facts);

	cr_assert(err);
	cr_expect_eq(err->kind, ERROR_PERMISSION);
	cr_expect(strstr(error_message(err), "process 42"), "%s", error_message(err));
	cr_expect(strstr(error_message(err), why), "%s in: %s", why, error_message(err));
	cr_expect(strstr(error_message(err), command), "%s in: %s", command, error_message(err));
	cr_expect_null(strchr(error_message(err), '\n'), "one line");
	error_destroy(err);
}

Test(rights, of_another_user)
{
	struct rights_facts facts = sound;

	facts.uids[1] = 0;
	expect(&facts, "user 0", "sudo");
	facts = sound;
	facts.uids[2] = 0;
	facts.yama_scope = 1;
	expect(&facts, "belongs to user 1000", "sudo");
	facts = sound;
	facts.gids[0] = 5;
	expect(&facts, "group", "sudo");
}

Test(rights, what_the_process_did)
{
	struct rights_facts facts = sound;

	facts.undumpable = true;
	expect(&facts, "unreadable", "sudo");
	facts = sound;
	facts.caps = CAP(CAP_NET_BIND_SERVICE) | CAP(CAP_SYS_NICE) | CAP(63);
	facts.our_caps = CAP(CAP_SYS_NICE);
	expect(&facts, "(cap_net_bind_service 63)", "sudo");
}

Test(rights, what_the_system_allows)
{
	struct rights_facts facts = sound;

	facts.yama_scope = 1;
	expect(&facts, "ptrace_scope is 1", "sudo");
	facts.descendant = true;
	expect(&facts, "does not permit", "sudo");
	facts.yama_scope = 2;
	expect(&facts, "ptrace_scope is 2", "sudo");
	facts.yama_scope = 3;
	facts.our_caps = CAP(CAP_SYS_PTRACE);
	expect(&facts, "ptrace_scope is 3", "reboot");
	facts.yama_scope = 0;
	facts.selinux_deny = true;
	expect(&facts, "SELinux", "setsebool deny_ptrace off");
	facts.selinux_deny = false;
	facts.our_seccomp = true;
	expect(&facts, "seccomp", "seccomp=unconfined");
	facts.other_user_ns = true;
	expect(&facts, "user namespace", "outside");
}

Test(rights, root_in_a_container)
{
	struct rights_facts facts = sound;

	facts.our_uid = 0;
	facts.our_gid = 0;
	expect(&facts, "belongs to user 1000", "--cap-add=SYS_PTRACE");
	facts.our_caps = CAP(CAP_SYS_PTRACE);
	facts.our_seccomp = true;
	expect(&facts, "seccomp", "--cap-add=SYS_PTRACE");
}

Test(rights, a_process_that_cannot_be_seen)
{
	struct rights_facts facts = { .our_uid = 1000, .pid = 42 };

	expect(&facts, "does not permit", "sudo");
}

Test(rights, facts_of_a_real_process)
{
	struct rights_facts facts;
	struct child child;

	child_start(&child, child_waits);
	rights_read(child.pid, &facts);
	cr_expect(facts.seen && facts.descendant && !facts.other_user_ns);
	cr_expect_eq(facts.pid, child.pid);
	cr_expect_eq(facts.uids[1], geteuid());
	cr_expect_eq(facts.gids[1], getegid());
	cr_expect_eq(facts.our_uid, geteuid());
	cr_expect_eq(facts.caps & ~facts.our_caps, 0);
	cr_expect_eq(facts.tracer, 0);
	child_end(&child);
	rights_read(child.pid, &facts);
	cr_expect_not(facts.seen);
	error_destroy(rights_explain(child.pid));
}

static void is_undumpable(struct child *child)
{
	prctl(PR_SET_DUMPABLE, 0);
	child_waits(child);
}

Test(rights, a_process_that_made_itself_unreadable)
{
	struct rights_facts facts;
	struct child child;

	if (!getuid())
		cr_assert_eq(setresgid(65534, 65534, 65534) | setresuid(65534, 65534, 65534), 0);
	child_start(&child, is_undumpable);
	rights_read(child.pid, &facts);
	cr_expect(facts.undumpable);
	facts.pid = 42;
	expect(&facts, "unreadable", "sudo");
	child_end(&child);
}

Test(rights, a_process_of_root_seen_by_another)
{
	struct rights_facts facts;
	pid_t pid = getuid() ? 1 : getppid();

	if (!getuid())
		cr_assert_eq(setresgid(65534, 65534, 65534) | setresuid(65534, 65534, 65534), 0);
	rights_read(pid, &facts);
	facts.pid = 42;
	expect(&facts, "belongs to user 0", "sudo");
}
