/* Everything that module.c exports. Functions return 0 or more, or -errno, unless they say otherwise. */
#ifndef PANTHOR_SHIM_FUNCTIONS_H
#define PANTHOR_SHIM_FUNCTIONS_H

#include "napi.h"

/* socket.c */
napi_value fn_listen(napi_env env, napi_callback_info info);
napi_value fn_connect(napi_env env, napi_callback_info info);
napi_value fn_accept(napi_env env, napi_callback_info info);
napi_value fn_peer_uid(napi_env env, napi_callback_info info);
napi_value fn_peer_pid(napi_env env, napi_callback_info info);
napi_value fn_cookie(napi_env env, napi_callback_info info);
napi_value fn_has_ended(napi_env env, napi_callback_info info);
napi_value fn_file_pair(napi_env env, napi_callback_info info);
/* transfer.c */
napi_value fn_receive(napi_env env, napi_callback_info info);
napi_value fn_send(napi_env env, napi_callback_info info);
/* never-wait.c */
napi_value fn_get_ready(napi_env env, napi_callback_info info);
napi_value fn_eventfd_signal(napi_env env, napi_callback_info info);
napi_value fn_close_elsewhere(napi_env env, napi_callback_info info);
napi_value fn_tell(napi_env env, napi_callback_info info);
/* munmap(2) in another thread; -errno where that has too much to do. */
int unmap_elsewhere(void *at, size_t size);
/* poll.c */
napi_value fn_poll_create(napi_env env, napi_callback_info info);
napi_value fn_poll_set(napi_env env, napi_callback_info info);
napi_value fn_poll_wait(napi_env env, napi_callback_info info);
napi_value fn_pipe(napi_env env, napi_callback_info info);
/* memory.c */
napi_value fn_memory_create(napi_env env, napi_callback_info info);
napi_value fn_memory_open(napi_env env, napi_callback_info info);
napi_value fn_memory_fix(napi_env env, napi_callback_info info);
napi_value fn_memory_map(napi_env env, napi_callback_info info);
napi_value fn_memory_unmap(napi_env env, napi_callback_info info);
napi_value fn_memory_writers(napi_env env, napi_callback_info info);

#endif
