/* What the addon exports about states (module-state.c); module.c names it. */
#ifndef PANTHOR_SHIM_TREE_MODULE_H
#define PANTHOR_SHIM_TREE_MODULE_H

#include "../../server/args.h"

/* Puts into the mailbox what a caller asks after every step. */
void tell_state(void);

napi_value fn_view(napi_env env, napi_callback_info info);
napi_value fn_begin(napi_env env, napi_callback_info info);
napi_value fn_moment(napi_env env, napi_callback_info info);
napi_value fn_undo(napi_env env, napi_callback_info info);
napi_value fn_hash(napi_env env, napi_callback_info info);
napi_value fn_save(napi_env env, napi_callback_info info);
napi_value fn_differs(napi_env env, napi_callback_info info);
napi_value fn_leave_out(napi_env env, napi_callback_info info);

#endif
