/* A module for Node.js: threadTime(), nanoseconds of processor time that the calling thread has used. */
#include <time.h>

#include "napi.h"

static napi_value thread_time(napi_env env, napi_callback_info info)
{
	struct timespec t;
	napi_value result = NULL;

	(void)info;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	napi_create_double(env, (double)t.tv_sec * 1e9 + (double)t.tv_nsec, &result);
	return result;
}

napi_value napi_register_module_v1(napi_env env, napi_value exports);

napi_value napi_register_module_v1(napi_env env, napi_value exports)
{
	napi_value function = NULL;

	napi_create_function(env, "threadTime", 10, thread_time, NULL, &function);
	napi_set_named_property(env, exports, "threadTime", function);
	return exports;
}
