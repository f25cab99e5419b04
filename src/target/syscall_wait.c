/*
 * syscall_wait.c - system calls in which threads wait, and what for.
 *
 * The numbers of the target are ours: one architecture, 64-bit (a 32-bit Python cannot be read).
 * The newer architectures (aarch64) lack the older calls; the headers may lack the newest.
 */
#include "syscall_wait.h"

#include <stdbool.h>
#include <sys/syscall.h>

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449 /* Linux 5.16; the same number everywhere */
#endif
#ifndef SYS_futex_wait
#define SYS_futex_wait 455 /* Linux 6.7 */
#endif

static enum lwp_wait wait_of_old_call(int64_t number)
{
	switch (number) {
#ifdef SYS_poll
	case SYS_poll:
#endif
#ifdef SYS_select
	case SYS_select:
#endif
#ifdef SYS_epoll_wait
	case SYS_epoll_wait:
#endif
#ifdef SYS_open
	case SYS_open:
#endif
		return LWP_WAIT_IO;
#ifdef SYS_pause
	case SYS_pause:
		return LWP_WAIT_SLEEP;
#endif
	default:
		return LWP_WAIT_OTHER;
	}
}

/* Without a descriptor to wait for: time.sleep() of Python 3.8 and older (Modules/timemodule.c). */
static bool is_select_of_nothing(int64_t number, uint64_t arg0)
{
#ifdef SYS_select
	if (number == SYS_select)
		return !arg0;
#endif
	return number == SYS_pselect6 && !arg0;
}

enum lwp_wait syscall_wait(int64_t number, uint64_t arg0)
{
	if (is_select_of_nothing(number, arg0))
		return LWP_WAIT_SLEEP;
	switch (number) {
	case SYS_futex:
	case SYS_futex_waitv:
	case SYS_futex_wait:
	case SYS_flock:
	case SYS_semop:
	case SYS_semtimedop:
		return LWP_WAIT_LOCK;
	case SYS_nanosleep:
	case SYS_clock_nanosleep:
		return LWP_WAIT_SLEEP;
	case SYS_read:
	case SYS_readv:
	case SYS_pread64:
	case SYS_preadv:
	case SYS_preadv2:
	case SYS_write:
	case SYS_writev:
	case SYS_pwrite64:
	case SYS_pwritev:
	case SYS_pwritev2:
	case SYS_recvfrom:
	case SYS_recvmsg:
	case SYS_recvmmsg:
	case SYS_sendto:
	case SYS_sendmsg:
	case SYS_sendmmsg:
	case SYS_accept:
	case SYS_accept4:
	case SYS_connect:
	case SYS_ppoll:
	case SYS_pselect6:
	case SYS_epoll_pwait:
	case SYS_epoll_pwait2:
	case SYS_io_uring_enter:
	case SYS_io_getevents:
	case SYS_sendfile:
	case SYS_splice:
	case SYS_copy_file_range:
	case SYS_fsync:
	case SYS_fdatasync:
	case SYS_openat:
	case SYS_msgrcv:
	case SYS_msgsnd:
		return LWP_WAIT_IO;
	default:
		return wait_of_old_call(number);
	}
}

const char *lwp_wait_name(enum lwp_wait wait)
{
	switch (wait) {
	case LWP_WAIT_NONE:
		return "";
	case LWP_WAIT_LOCK:
		return "lock";
	case LWP_WAIT_IO:
		return "I/O";
	case LWP_WAIT_SLEEP:
		return "sleep";
	case LWP_WAIT_OTHER:
		break;
	}
	return "other";
}
