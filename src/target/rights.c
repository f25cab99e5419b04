/*
 * rights.c - why a process may not be read: the sentence for a person.
 *
 * The order is the kernel's own (kernel/ptrace.c: __ptrace_may_access(), then the security
 * modules), so that the first reason found is the one that refused. CAP_SYS_PTRACE lifts the first
 * four.
 */
#include "target/rights.h"

#include <errno.h>
#include <linux/capability.h>
#include <string.h>

#include "base/text.h"

/* By number; linux/capability.h. What is newer is called by its number. */
static const char *const cap_names[] = {
	"chown",
	"dac_override",
	"dac_read_search",
	"fowner",
	"fsetid",
	"kill",
	"setgid",
	"setuid",
	"setpcap",
	"linux_immutable",
	"net_bind_service",
	"net_broadcast",
	"net_admin",
	"net_raw",
	"ipc_lock",
	"ipc_owner",
	"sys_module",
	"sys_rawio",
	"sys_chroot",
	"sys_ptrace",
	"sys_pacct",
	"sys_admin",
	"sys_boot",
	"sys_nice",
	"sys_resource",
	"sys_time",
	"sys_tty_config",
	"mknod",
	"lease",
	"audit_write",
	"audit_control",
	"setfcap",
	"mac_override",
	"mac_admin",
	"syslog",
	"wake_alarm",
	"block_suspend",
	"audit_read",
	"perfmon",
	"bpf",
	"checkpoint_restore",
};

enum { CAP_NAMES = sizeof(cap_names) / sizeof(cap_names[0]) };

bool rights_have_cap(const struct rights_facts *facts, unsigned int cap)
{
	return facts->our_caps >> cap & 1;
}

/* How CAP_SYS_PTRACE is come by. */
static const char *command_for_cap(const struct rights_facts *facts)
{
	return facts->our_uid == 0 ? "root lacks CAP_SYS_PTRACE here: start the container with "
				     "--cap-add=SYS_PTRACE"
				   : "run sonde with sudo";
}

static struct error *refuse(const struct rights_facts *facts, const char *why, const char *command)
{
	return error_create(ERROR_PERMISSION, "cannot read process %d: %s; %s", facts->pid, why,
			    command);
}

static struct error *refuse_other_user(const struct rights_facts *facts)
{
	return error_create(
		ERROR_PERMISSION,
		"cannot read process %d: it belongs to user %u and group %u, sonde runs "
		"as user %u and group %u; %s",
		facts->pid, facts->uids[1], facts->gids[1], facts->our_uid, facts->our_gid,
		command_for_cap(facts));
}

static struct error *refuse_caps(const struct rights_facts *facts)
{
	uint64_t more = facts->caps & ~facts->our_caps;
	struct text names;
	struct error *err;

	text_init(&names);
	for (unsigned int cap = 0; cap < 64; cap++) {
		if (!(more >> cap & 1))
			continue;
		if (cap < CAP_NAMES)
			text_addf(&names, " cap_%s", cap_names[cap]);
		else
			text_addf(&names, " %u", cap);
	}
	err = error_create(ERROR_PERMISSION,
			   "cannot read process %d: it has capabilities that sonde lacks (%s); %s",
			   facts->pid, text_chars(&names) + 1, command_for_cap(facts));
	text_deinit(&names);
	return err;
}

static bool is_same_user(const struct rights_facts *facts)
{
	for (int i = 0; i < 3; i++)
		if (facts->uids[i] != facts->our_uid || facts->gids[i] != facts->our_gid)
			return false;
	return true;
}

/* What CAP_SYS_PTRACE would lift; NULL when it is none of these. */
static struct error *judge_without_cap(const struct rights_facts *facts)
{
	if (facts->seen && !is_same_user(facts))
		return refuse_other_user(facts);
	if (facts->undumpable)
		return refuse(facts, "it has made itself unreadable (PR_SET_DUMPABLE)",
			      command_for_cap(facts));
	if (facts->seen && facts->caps & ~facts->our_caps)
		return refuse_caps(facts);
	if (facts->yama_scope == 1 && !facts->descendant)
		return refuse(facts,
			      "this system lets a process read only those that it started itself "
			      "(kernel.yama.ptrace_scope is 1)",
			      command_for_cap(facts));
	if (facts->yama_scope == 2)
		return refuse(facts,
			      "this system lets only root read processes "
			      "(kernel.yama.ptrace_scope is 2)",
			      command_for_cap(facts));
	return NULL;
}

struct error *rights_judge(const struct rights_facts *facts)
{
	struct error *err = NULL;

	if (facts->yama_scope >= 3)
		return refuse(facts,
			      "this system lets nobody read processes (kernel.yama.ptrace_scope "
			      "is 3)",
			      "only a reboot with another value changes it");
	if (facts->other_user_ns)
		return refuse(facts, "it is in another user namespace",
			      "run sonde as root outside of the container");
	if (!rights_have_cap(facts, CAP_SYS_PTRACE))
		err = judge_without_cap(facts);
	if (err)
		return err;
	if (facts->selinux_deny)
		return refuse(facts, "SELinux forbids it (deny_ptrace)",
			      "sudo setsebool deny_ptrace off");
	if (facts->our_seccomp)
		return refuse(facts, "a seccomp filter on sonde forbids it",
			      "start the container with --cap-add=SYS_PTRACE, or with "
			      "--security-opt seccomp=unconfined");
	return refuse(facts, "the kernel does not permit it", command_for_cap(facts));
}

struct error *rights_explain(pid_t pid)
{
	struct rights_facts facts;

	rights_read(pid, &facts);
	return rights_judge(&facts);
}
