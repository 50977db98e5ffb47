/* Arguments and results of the helper's functions. A wrong argument reads as 0 or NULL and fails as a system call does. */
#ifndef PANTHOR_SHIM_ARGS_H
#define PANTHOR_SHIM_ARGS_H

#include "napi.h"

#define MAX_ARGS 6

struct args {
	napi_env env;
	napi_value value[MAX_ARGS];
};

static inline struct args take_args(napi_env env, napi_callback_info info)
{
	struct args a = {.env = env};
	size_t count = MAX_ARGS;

	napi_get_cb_info(env, info, &count, a.value, NULL, NULL);
	return a;
}

static inline int int_arg(const struct args *a, int i)
{
	int32_t value = -1;

	napi_get_value_int32(a->env, a->value[i], &value);
	return value;
}

static inline double number_arg(const struct args *a, int i)
{
	double value = 0;

	napi_get_value_double(a->env, a->value[i], &value);
	return value;
}

/* The memory of a typed array and its size in bytes for elements of `element` bytes; NULL if it is none. */
static inline void *array_arg(const struct args *a, int i, size_t element, size_t *bytes)
{
	void *data = NULL;
	size_t length = 0;

	napi_get_typedarray_info(a->env, a->value[i], NULL, &length, &data, NULL, NULL);
	*bytes = data == NULL ? 0 : length * element;
	return data;
}

static inline napi_value int_result(napi_env env, int value)
{
	napi_value result = NULL;

	napi_create_int32(env, value, &result);
	return result;
}

#endif
