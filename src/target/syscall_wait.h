/*
 * syscall_wait.h - what a thread waits for, by the system call that it waits in.
 */
#ifndef TARGET_SYSCALL_WAIT_H
#define TARGET_SYSCALL_WAIT_H

#include <stdint.h>

#include "target/lwp.h"

/* By number on the architecture that we are compiled for; LWP_WAIT_OTHER for all that is neither.
 */
enum lwp_wait syscall_wait(int64_t number, uint64_t arg0);

#endif
