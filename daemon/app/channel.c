#include "app/channel.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/check.h"

struct cchc_channel {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	struct cchc_item *first;
	struct cchc_item *last;
	size_t cells;
	bool closed;
};

enum cchc_rc cchc_channel_new(struct cchc_channel **channel)
{
	struct cchc_channel *made = calloc(1, sizeof(*made));

	if (!made)
		return CCHC_NOMEM;
	cchc_check(pthread_mutex_init(&made->lock, NULL) == 0);
	cchc_check(pthread_cond_init(&made->filled, NULL) == 0);
	*channel = made;
	return CCHC_OK;
}

void cchc_channel_free(struct cchc_channel **channel)
{
	if (!*channel)
		return;
	cchc_check(!(*channel)->first);
	pthread_cond_destroy(&(*channel)->filled);
	pthread_mutex_destroy(&(*channel)->lock);
	free(*channel);
	*channel = NULL;
}

void cchc_channel_put(struct cchc_channel *channel, struct cchc_item *first,
		      struct cchc_item *last, size_t cells)
{
	pthread_mutex_lock(&channel->lock);
	cchc_check(!channel->closed);
	if (channel->last)
		channel->last->next = first;
	else
		channel->first = first;
	channel->last = last;
	channel->cells += cells;
	pthread_cond_signal(&channel->filled);
	pthread_mutex_unlock(&channel->lock);
}

/* Cuts the list behind the item that fills max_cells. */
static struct cchc_item *cut(struct cchc_channel *channel, size_t max_cells)
{
	struct cchc_item *first = channel->first;
	struct cchc_item *last = first;
	size_t cells = first ? first->cells : 0;

	while (last && last->next && cells + last->next->cells <= max_cells) {
		last = last->next;
		cells += last->cells;
	}
	if (!last)
		return NULL;
	channel->first = last->next;
	if (!channel->first)
		channel->last = NULL;
	last->next = NULL;
	channel->cells -= cells;
	return first;
}

struct cchc_item *cchc_channel_take(struct cchc_channel *channel, size_t max_cells)
{
	struct cchc_item *items;

	pthread_mutex_lock(&channel->lock);
	while (!channel->first && !channel->closed)
		pthread_cond_wait(&channel->filled, &channel->lock);
	items = cut(channel, max_cells);
	pthread_mutex_unlock(&channel->lock);
	return items;
}

struct cchc_item *cchc_channel_poll(struct cchc_channel *channel)
{
	struct cchc_item *items;

	pthread_mutex_lock(&channel->lock);
	items = cut(channel, SIZE_MAX);
	pthread_mutex_unlock(&channel->lock);
	return items;
}

size_t cchc_channel_cells(struct cchc_channel *channel)
{
	size_t cells;

	pthread_mutex_lock(&channel->lock);
	cells = channel->cells;
	pthread_mutex_unlock(&channel->lock);
	return cells;
}

void cchc_channel_close(struct cchc_channel *channel)
{
	pthread_mutex_lock(&channel->lock);
	channel->closed = true;
	pthread_cond_signal(&channel->filled);
	pthread_mutex_unlock(&channel->lock);
}
