/* SPDX-License-Identifier: BSD-2-Clause */
/* Citizens who send the same again, and a desk that may leave a text unread: for the tests of resends and peaks. */
#ifndef ADUAN_TESTS_SUPPORT_STORM_H
#define ADUAN_TESTS_SUPPORT_STORM_H

#include "support_ingest.h"

enum { WINDOW_S = 86400, REMINDER_S = 3600 };

static const struct store_joining no_joining;

static inline int storm_decides(void *ctx, const struct desk_sms *sms, struct verdict *out)
{
    int err = desk_decides(ctx, sms, out);
    out->joinable = same_text(sms->text->utf8, sms->text->len, out->same);
    return err;
}

static inline void storm_receives(void *ctx, const struct desk_sms *sms, struct verdict *out)
{
    (void)ctx;
    *out = (struct verdict){.language = "id", .type = "", .category = "", .agency = "", .urgency = ""};
    out->open_ticket = out->unread = !sms->text->empty;
    out->reason = sms->text->empty ? "empty" : NULL;
    out->reply_template = "received_unread";
    out->joinable = same_text(sms->text->utf8, sms->text->len, out->same);
}

static inline struct store_policy storm_policy(struct desk *desk)
{
    struct store_policy policy = desk_policy(desk);
    policy.decide = storm_decides;
    policy.receive = storm_receives;
    policy.resend_window_us = WINDOW_S * 1000000ull;
    policy.reminder_us = REMINDER_S * 1000000ull;
    return policy;
}

/* One SMS in a batch of its own; later: it is only received. */
static inline struct store_outcome storm_sms(struct support *s, struct desk *desk, const struct mo *mo, bool later)
{
    struct wire wire;
    struct store_outcome out = {0};
    struct fault fault = {0};
    struct store_policy policy = storm_policy(desk);
    struct text text;
    struct verdict verdict;
    wire_init(&wire, mo);
    struct store_item item = {.sms = &wire.sms};
    assert_int_equal(text_decode(TEXT_CODING_7BIT, "UTF-8", 5, mo->body, strlen(mo->body), &text), OK);
    const struct desk_sms sms = {.text = &text};
    storm_receives(NULL, &sms, &verdict);
    policy.later = later;
    if (!mo->total) {
        item.text = &text;
        item.verdict = &verdict;
        item.later = later;
    }
    if (store_ingest(s->store, &policy, &item, 1, s->now_us, &out, &fault) != OK)
        fail_msg("%s", fault.text);
    text_done(&text);
    return out;
}

static inline void storm_wait(struct support *s, uint64_t seconds)
{
    s->now_us += seconds * 1000000;
}

#endif
