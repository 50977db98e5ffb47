/* SPDX-License-Identifier: MIT */
/*
 * Found before the tree's own header: polling a register is one point at which a thread stands, not ten thousand reads.
 * The machine answers when reading again is worth it, or that the driver has waited for long enough.
 */
#ifndef PANTHOR_SHIM_IOPOLL_H
#define PANTHOR_SHIM_IOPOLL_H

#include_next <linux/iopoll.h>

/* True: read again. False: the time is over. */
bool poll_again(void);

#undef read_poll_timeout
#undef read_poll_timeout_atomic
#define read_poll_timeout_atomic(op, val, cond, delay_us, timeout_us, delay_before_read, args...)	\
({													\
	bool in_time_ = true;										\
													\
	for (;;) {											\
		(val) = op(args);									\
		if ((cond) || !in_time_)								\
			break;										\
		in_time_ = poll_again();								\
	}												\
	(cond) ? 0 : -ETIMEDOUT;									\
})
#define read_poll_timeout(op, val, cond, sleep_us, timeout_us, sleep_before_read, args...)		\
	read_poll_timeout_atomic(op, val, cond, sleep_us, timeout_us, sleep_before_read, args)

#endif
