/* What the view said at each moment that one can go back to, so that the driver need not be asked again. */
#include "host.h"
#include "journal.h"
#include "log.h"
#include "parts.h"
#include <string.h>

static struct {
	/* Of each moment, how many words there are, and those; where the last begins. */
	unsigned long *words;
	size_t room, used, last;
	/* Words of the view as it is now. */
	size_t now;
} views;

void forget_views(void)
{
	views.used = 0;
}

unsigned long tell_view(void)
{
	mailbox.viewed = 1;
	return views.now = view_driver(mailbox.view);
}

size_t keep_view(void)
{
	const size_t count = mailbox.viewed != 0 ? views.now : 0;

	views.words = room_for(views.words, &views.room, views.used + 1 + count, sizeof(*views.words));
	views.last = views.used;
	views.words[views.last] = count;
	memcpy(views.words + views.last + 1, mailbox.view, count * sizeof(*views.words));
	views.used += 1 + count;
	return views.last;
}

void view_again(size_t at)
{
	const size_t count = views.words[at];

	memcpy(mailbox.view, views.words + at + 1, count * sizeof(*views.words));
	mailbox.viewed = count != 0;
	views.now = count;
	views.used = at;
}

bool view_moved(void)
{
	const unsigned long *last = views.words + views.last;

	/*
	 * Nothing that it says is another now: which threads are alive is no part of what is hashed, nor are stacks, where the operation
	 * of a synchronous bind lies; but that is all written before vm->op_ctx points to it, and what points to its mapping's VMA last,
	 * in a step that changes the heap.
	 */
	if (*last != 0 && !journal_moved() && mailbox.view[VIEW_OF_ALIVE] == threads_alive()) {
		mailbox.viewed = 1;
		return false;
	}
	tell_view();
	return *last != views.now || memcmp(last + 1 + VIEW_OF_DEVICE, mailbox.view + VIEW_OF_DEVICE,
					    (views.now - VIEW_OF_DEVICE) * sizeof(*last)) != 0;
}
