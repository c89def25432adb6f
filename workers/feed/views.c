/* SPDX-License-Identifier: BSD-2-Clause */
/* The views there are. */
#include "feed.h"

#include <stdlib.h>
#include <string.h>

struct feed_view *views_add(struct feed *feed, const struct seal *seal, const char *name, enum view_tier tier,
                            const char *agency)
{
    struct feed_view *view = calloc(1, sizeof *view);
    struct feed_view **views = reallocarray(feed->views, feed->view_count + 1, sizeof(struct feed_view *));
    if (!view || !views)
        abort();
    view_init(&view->view, name, tier, agency, seal);
    feed->views = views;
    views[feed->view_count++] = view;
    return view;
}

struct feed_view *views_of(struct feed *feed, const struct feed_end *end, zmq_msg_t *message)
{
    if (end == &feed->ipc)
        return feed->views[0];
    const char *user = zmq_msg_gets(message, "User-Id");
    for (size_t i = 1; user && i < feed->view_count; i++) {
        if (strcmp(feed->views[i]->user, user) == 0)
            return feed->views[i];
    }
    return NULL;
}

/* The public sees less of every event of a ticket whose text asks for silence. */
unsigned views_opens(const struct feed_view *view)
{
    switch (view->view.tier) {
    case VIEW_FULL:
        return STORE_FEED_NUMBERS;
    case VIEW_AGENCY:
        return 0;
    default:
        return STORE_FEED_TEXTS;
    }
}

bool views_count_request(struct feed_view *view, uint64_t mono_ms)
{
    if (mono_ms - view->rate_ms >= 1000) {
        view->rate_ms = mono_ms;
        view->rate_count = 0;
    }
    return view->rate == 0 || view->rate_count++ < view->rate;
}

void views_done(struct feed *feed)
{
    for (size_t i = 0; i < feed->view_count; i++) {
        before_free(feed->views[i]->before);
        free(feed->views[i]);
    }
    free(feed->views);
}
