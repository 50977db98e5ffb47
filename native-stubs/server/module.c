/* The table of what the helper exports to src/live/native.ts. It keeps no state, so any thread may load it. */
#include "functions.h"

static const struct {
	const char *name;
	napi_callback function;
} exported[] = {
	{"listen", fn_listen},
	{"connect", fn_connect},
	{"accept", fn_accept},
	{"peerUid", fn_peer_uid},
	{"peerPid", fn_peer_pid},
	{"cookie", fn_cookie},
	{"hasEnded", fn_has_ended},
	{"filePair", fn_file_pair},
	{"receive", fn_receive},
	{"send", fn_send},
	{"getReady", fn_get_ready},
	{"eventfdSignal", fn_eventfd_signal},
	{"closeElsewhere", fn_close_elsewhere},
	{"tell", fn_tell},
	{"pollCreate", fn_poll_create},
	{"pollSet", fn_poll_set},
	{"pollWait", fn_poll_wait},
	{"pipe", fn_pipe},
	{"memoryCreate", fn_memory_create},
	{"memoryOpen", fn_memory_open},
	{"memoryFix", fn_memory_fix},
	{"memoryMap", fn_memory_map},
	{"memoryUnmap", fn_memory_unmap},
	{"memoryWriters", fn_memory_writers},
};

__attribute__((visibility("default"))) napi_value napi_register_module_v1(napi_env env, napi_value exports);
__attribute__((visibility("default"))) int32_t node_api_module_get_api_version_v1(void);

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
