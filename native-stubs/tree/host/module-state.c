/* States as the addon exports them: moments, undoing, hashes; copies and comparisons for the tests of the journal. */
#include "host.h"
#include "journal.h"
#include "module.h"
#include "parts.h"
#include <string.h>

/* What is asked after every step. Where nothing is journalled, only who can go on. */
void tell_state(void)
{
	mailbox.ready = ready_threads();
	mailbox.viewed = 0;
	mailbox.moved = 1;
	if (!journaling)
		return;
	mailbox.moment = moment_now();
	mailbox.hash = hash_kept();
	if (moment_now() == 0)
		tell_view();
	else
		mailbox.moved = view_moved();
}

/* view(): the driver's state, in mailbox.view; how many words. */
napi_value fn_view(napi_env env, napi_callback_info info)
{
	(void)info;
	return int_result(env, (int)tell_view());
}

/* begin(): the state now is moment 0; each start and each step from here on is one more. */
napi_value fn_begin(napi_env env, napi_callback_info info)
{
	(void)info;
	begin_journal();
	tell_state();
	return int_result(env, 0);
}

/* moment(): how many starts and steps there have been since. */
napi_value fn_moment(napi_env env, napi_callback_info info)
{
	(void)info;
	return int_result(env, (int)moment_now());
}

/* undo(): everything as it was at mailbox.target; mailbox.moment is that, unless there was no such moment. */
napi_value fn_undo(napi_env env, napi_callback_info info)
{
	(void)env, (void)info;
	mailbox.noted = 0;
	undo_to(mailbox.target);
	mailbox.moment = moment_now();
	return NULL;
}

/* hash(scratch): the state's hash, as it was kept or, where `scratch` is 1, computed anew; in the first word of the results. */
napi_value fn_hash(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);

	mailbox.results[0] = int_arg(&a, 0) != 0 ? hash_from_scratch() : hash_kept();
	return int_result(env, 0);
}

/* save(), differs(): a copy of the whole state; the part that is another now, in the text, and whether there is one. */
napi_value fn_save(napi_env env, napi_callback_info info)
{
	(void)info;
	save_state();
	return int_result(env, 0);
}

napi_value fn_differs(napi_env env, napi_callback_info info)
{
	const char *part = differing_part();

	(void)info;
	strcpy(mailbox.text, part == NULL ? "" : part);
	return int_result(env, part != NULL);
}

/* leaveOut(sources): bits of the stores that the journal is not told of from now on (enum source); for its tests. */
napi_value fn_leave_out(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);

	left_out = (unsigned int)int_arg(&a, 0);
	return int_result(env, 0);
}
