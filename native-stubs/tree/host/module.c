/*
 * What the addon exports to src/tree/native.ts. One copy of the addon is one kernel: a caller that wants two loads two copies
 * of the file. Functions that take a thread's number take what JavaScript counts, so it is checked here.
 */
#include "../../server/args.h"
#include "host.h"
#include "journal.h"
#include "module.h"
#include "parts.h"
#include "threads.h"
#include <string.h>

#define EXPORT __attribute__((visibility("default")))

static char *first_data;

static void restore_variables(void)
{
	size_t size = (size_t)(kdata_end - kdata_begin);

	if (first_data == NULL) {
		first_data = reserved(size);
		memcpy(first_data, kdata_begin, size);
	}
	memcpy(kdata_begin, first_data, size);
	/* These begin as zeroes. */
	memset(kkept_begin, 0, (size_t)(kkept_end - kkept_begin));
	kernel_start((unsigned long)arena.physical_zero, arena.page_structs);
}

static napi_value buffer_of(napi_env env, void *at, size_t bytes)
{
	napi_value result = NULL;

	napi_create_external_arraybuffer(env, at, bytes, NULL, NULL, &result);
	return result;
}

/* open(): 0, or an errno. */
static napi_value fn_open(napi_env env, napi_callback_info info)
{
	int error = open_arena();

	(void)info;
	if (error == 0)
		reset_heap();
	return int_result(env, error);
}

/* mailbox(): the mailbox as an ArrayBuffer. */
static napi_value fn_mailbox(napi_env env, napi_callback_info info)
{
	(void)info;
	return buffer_of(env, &mailbox, sizeof(mailbox));
}

/* user(): memory of clients, struct user_memory. */
static napi_value fn_user(napi_env env, napi_callback_info info)
{
	(void)info;
	return buffer_of(env, user_memory, USER_BYTES);
}

/* registers(): those of the machine that answers at once, as words. */
static napi_value fn_registers(napi_env env, napi_callback_info info)
{
	(void)info;
	return buffer_of(env, immediate_words, sizeof(immediate_words));
}

/* heap(bytes): the first bytes of the heap. */
static napi_value fn_heap(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);

	return buffer_of(env, arena.heap, (size_t)number_arg(&a, 0));
}

/* allocate(bytes): offset in the heap, -1 where there is no room. */
static napi_value fn_allocate(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);
	size_t size = (size_t)number_arg(&a, 0);
	uint8_t *at = arena_alloc(size, 0);
	napi_value result = NULL;

	napi_create_double(env, at == NULL ? -1 : (double)(at - arena.heap), &result);
	return result;
}

/* setBacking(offset, runs): where the pages of the next object are. */
static napi_value fn_set_backing(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);

	set_backing((struct run *)(arena.heap + (size_t)number_arg(&a, 0)), (unsigned long)number_arg(&a, 1));
	return int_result(env, 0);
}

/* tables(bytes): memory from physical address ROOT_PHYS on. */
static napi_value fn_tables(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);

	return buffer_of(env, arena.tables, (size_t)number_arg(&a, 0));
}

/* reset(): a machine that was just switched on. */
static napi_value fn_reset(napi_env env, napi_callback_info info)
{
	(void)info;
	end_journal();
	reset_threads();
	reset_heap();
	reset_page_structs();
	restore_variables();
	mailbox.noted = 0;
	return int_result(env, 0);
}

static napi_value fn_start(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);
	int index = int_arg(&a, 0);

	if (index < 0 || index >= MAX_THREADS)
		return int_result(env, -1);
	start_thread(index, (unsigned long)int_arg(&a, 1));
	tell_state();
	return int_result(env, 0);
}

/* step(): mailbox.thread to the point mailbox.kind, -1 where it has ended. */
static napi_value fn_step(napi_env env, napi_callback_info info)
{
	(void)env, (void)info;
	if (mailbox.thread >= MAX_THREADS || thread_ended((int)mailbox.thread)) {
		mailbox.kind = (unsigned long)-1;
		return NULL;
	}
	step_thread((int)mailbox.thread);
	tell_state();
	return NULL;
}

/* run(): the same for a thread that begins in mailbox.call; -1 where there is no such thread. */
static napi_value fn_run(napi_env env, napi_callback_info info)
{
	(void)env, (void)info;
	if (mailbox.thread >= MAX_THREADS) {
		mailbox.kind = (unsigned long)-1;
		return NULL;
	}
	run_thread((int)mailbox.thread, mailbox.call);
	tell_state();
	return NULL;
}

/* threads(): where they stand, an array of struct thread. */
static napi_value fn_threads(napi_env env, napi_callback_info info)
{
	(void)info;
	return buffer_of(env, threads, sizeof(threads));
}

static napi_value fn_ready(napi_env env, napi_callback_info info)
{
	(void)info;
	return int_result(env, (int)ready_threads());
}

static napi_value fn_live(napi_env env, napi_callback_info info)
{
	(void)info;
	return int_result(env, (int)tables_live());
}

/* leaks(): objects that nothing refers to any more, told as notes; how many. */
static napi_value fn_leaks(napi_env env, napi_callback_info info)
{
	(void)info;
	return int_result(env, (int)find_leaks());
}

/* nameOf(): the name of mailbox.object, in mailbox.text. */
static napi_value fn_name_of(napi_env env, napi_callback_info info)
{
	(void)info;
	name_of(mailbox.object, mailbox.text, sizeof(mailbox.text));
	return int_result(env, 0);
}

static napi_value fn_count_tables(napi_env env, napi_callback_info info)
{
	struct args a = take_args(env, info);

	return int_result(env, (int)count_tables((unsigned long)int_arg(&a, 0)));
}

static const struct {
	const char *name;
	napi_callback function;
} exported[] = {
	{"open", fn_open},
	{"mailbox", fn_mailbox},
	{"user", fn_user},
	{"registers", fn_registers},
	{"heap", fn_heap},
	{"allocate", fn_allocate},
	{"setBacking", fn_set_backing},
	{"tables", fn_tables},
	{"reset", fn_reset},
	{"start", fn_start},
	{"step", fn_step},
	{"run", fn_run},
	{"threads", fn_threads},
	{"ready", fn_ready},
	{"tablesLive", fn_live},
	{"begin", fn_begin},
	{"moment", fn_moment},
	{"undo", fn_undo},
	{"hash", fn_hash},
	{"save", fn_save},
	{"differs", fn_differs},
	{"leaveOut", fn_leave_out},
	{"leaks", fn_leaks},
	{"view", fn_view},
	{"nameOf", fn_name_of},
	{"countTables", fn_count_tables},
};

EXPORT napi_value napi_register_module_v1(napi_env env, napi_value exports);
EXPORT int32_t node_api_module_get_api_version_v1(void);

int32_t node_api_module_get_api_version_v1(void)
{
	return 8;
}

napi_value napi_register_module_v1(napi_env env, napi_value exports)
{
	for (unsigned i = 0; i < sizeof(exported) / sizeof(exported[0]); i++) {
		napi_value function;

		if (napi_create_function(env, exported[i].name, (size_t)-1, exported[i].function, NULL, &function) == 0)
			napi_set_named_property(env, exports, exported[i].name, function);
	}
	return exports;
}
