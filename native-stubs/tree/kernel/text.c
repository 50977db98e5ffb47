// SPDX-License-Identifier: MIT
/* What the driver prints, and the warnings, with the tree's own vsnprintf. */
#include <linux/kernel.h>
#include <linux/printk.h>
#include <linux/stdarg.h>
#include <linux/string.h>
#include "../arena.h"
#include "shim.h"

struct device;
struct drm_device;
struct drm_printer;

#define LINE 512

static void told(const char *format, va_list args)
{
	char line[LINE];

	vsnprintf(line, sizeof(line), format, args);
	begin_note(NOTE_PRINT);
	note_text(line);
}

#define PRINTS(name, ...)			\
	void name(__VA_ARGS__, const char *format, ...);	\
	void name(__VA_ARGS__, const char *format, ...)		\
	{					\
		va_list args;			\
						\
		va_start(args, format);		\
		told(format, args);		\
		va_end(args);			\
	}

#undef _dev_err
#undef _dev_warn
#undef _dev_info
PRINTS(_dev_err, const struct device *dev)
PRINTS(_dev_warn, const struct device *dev)
PRINTS(_dev_info, const struct device *dev)
PRINTS(drm_dev_printk, const struct device *dev, const char *level)

#undef _printk
int _printk(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	told(format, args);
	va_end(args);
	return 0;
}

void __drm_err(const char *format, ...);
void __drm_err(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	told(format, args);
	va_end(args);
}

unsigned long __drm_debug;
void __drm_dev_dbg(void *desc, const struct device *dev, int category, const char *format, ...);
void __drm_dev_dbg(void *desc, const struct device *dev, int category, const char *format, ...) {}
void drm_printf(struct drm_printer *p, const char *format, ...);
void drm_printf(struct drm_printer *p, const char *format, ...) {}

/*
 * WARN(), WARN_ON() and what is made of them. The place is enough: src/tree/warnings.ts reads there, in the tree, what
 * was expected. "Once" is every time here: those variables are reset after each warning.
 */
extern char konce_begin[] __asm__("__start_konce"), konce_end[] __asm__("__stop_konce");

static void warned(const char *file, int line)
{
	begin_note(NOTE_WARN);
	note_word(line);
	note_text(file);
	memset(konce_begin, 0, konce_end - konce_begin);
}

void warn_slowpath_fmt(const char *file, const int line, unsigned taint, const char *format, ...);
void warn_slowpath_fmt(const char *file, const int line, unsigned taint, const char *format, ...)
{
	warned(file, line);
}

void __warn_printk(const char *format, ...);
void __warn_printk(const char *format, ...) {}

void broken(const char *what, const void *object)
{
	warned(what, 0);
}

void panic(const char *format, ...)
{
	char line[LINE];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	begin_note(NOTE_PRINT);
	note_text(line);
	stop_at(POINT_BUG, 0, 0, 0);
	unreachable();
}

const char *dev_driver_string(const struct device *dev);
const char *dev_driver_string(const struct device *dev)
{
	return "panthor";
}
