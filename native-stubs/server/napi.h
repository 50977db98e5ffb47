/*
 * The part of Node-API that the server's helper uses, declared here because its ABI is stable and the headers are not
 * everywhere where Node is.
 */
#ifndef PANTHOR_SHIM_NAPI_H
#define PANTHOR_SHIM_NAPI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef struct napi_callback_info__ *napi_callback_info;
typedef napi_value (*napi_callback)(napi_env env, napi_callback_info info);
typedef void (*napi_finalize)(napi_env env, void *data, void *hint);
typedef int napi_status; /* 0: fine */

napi_status napi_get_cb_info(napi_env env, napi_callback_info info, size_t *argc, napi_value *argv,
			     napi_value *this_arg, void **data);
napi_status napi_create_function(napi_env env, const char *name, size_t length, napi_callback cb, void *data,
				 napi_value *result);
napi_status napi_set_named_property(napi_env env, napi_value object, const char *name, napi_value value);
napi_status napi_create_int32(napi_env env, int32_t value, napi_value *result);
napi_status napi_create_double(napi_env env, double value, napi_value *result);
napi_status napi_create_string_latin1(napi_env env, const char *text, size_t length, napi_value *result);
napi_status napi_create_external_arraybuffer(napi_env env, void *data, size_t length, napi_finalize finalize,
					     void *hint, napi_value *result);
napi_status napi_detach_arraybuffer(napi_env env, napi_value buffer);
napi_status napi_get_arraybuffer_info(napi_env env, napi_value buffer, void **data, size_t *length);
napi_status napi_get_typedarray_info(napi_env env, napi_value array, int *type, size_t *length, void **data,
				     napi_value *buffer, size_t *offset);
napi_status napi_get_value_int32(napi_env env, napi_value value, int32_t *result);
napi_status napi_get_value_double(napi_env env, napi_value value, double *result);
napi_status napi_get_value_string_latin1(napi_env env, napi_value value, char *to, size_t size, size_t *length);
napi_status napi_get_value_string_utf8(napi_env env, napi_value value, char *to, size_t size, size_t *length);
napi_status napi_throw_error(napi_env env, const char *code, const char *message);

#endif
