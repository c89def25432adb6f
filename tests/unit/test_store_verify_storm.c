/* SPDX-License-Identifier: BSD-2-Clause */
/* Each break that a storm could leave behind is found and named. */
#include "support_storm.h"

struct breaks {
    char ids[2000];
};

static void on_break(void *ctx, const char *id, const char *sentence)
{
    struct breaks *breaks = ctx;
    size_t len = strlen(breaks->ids);
    assert_true(strlen(sentence) > 10);
    assert_null(strstr(sentence, "+62812"));
    snprintf(breaks->ids + len, sizeof breaks->ids - len, "[%s]", id);
}

static struct desk desk;
static uint64_t road, flood; /* tickets: two resends and a reminder; not classified */

static void scene(struct support *s)
{
    desk = (struct desk){0};
    road = storm_sms(s, &desk, &(struct mo){.n = 1, .body = "jalan rusak"}, false).ticket;
    (void)storm_sms(s, &desk, &(struct mo){.n = 2, .body = "jalan rusak"}, false);
    storm_wait(s, REMINDER_S);
    (void)storm_sms(s, &desk, &(struct mo){.n = 3, .body = "jalan rusak"}, false);
    flood = storm_sms(s, &desk, &(struct mo){.n = 4, .body = "banjir", .number = "+62812001"}, true).ticket;
    assert_verified(s);
}

/* --- changing what rests ------------------------------------------------------------------------------------ */

static struct store_txn open_record(struct support *s, enum store_table table, const void *key, size_t len,
                                    const ProtobufCMessageDescriptor *type, void *out)
{
    struct store_txn txn = support_write(s);
    ProtobufCMessage *record;
    assert_int_equal(txn_get_record(&txn, table, key, len, type, &record), OK);
    memcpy(out, &record, sizeof record);
    return txn;
}

#define EDIT(table, key, len, type, Type, change)                                                                      \
    do {                                                                                                               \
        Aduan__Record__##Type *r;                                                                                      \
        struct store_txn txn = open_record(s, table, key, len, &aduan__record__##type##__descriptor, &r);              \
        change;                                                                                                        \
        assert_int_equal(txn_put_record(&txn, table, key, len, &r->base), OK);                                         \
        support_commit(&txn);                                                                                          \
        aduan__record__##type##__free_unpacked(r, NULL);                                                               \
    } while (0)

#define EDIT_TICKET(id, change)                                                                                        \
    do {                                                                                                               \
        uint8_t k[8];                                                                                                  \
        put_be64(k, id);                                                                                               \
        EDIT(T_TICKET, k, sizeof k, ticket, Ticket, change);                                                           \
    } while (0)

#define EDIT_MESSAGE(n, change)                                                                                        \
    do {                                                                                                               \
        uint8_t k[STORE_KEY_MESSAGE_BYTES];                                                                            \
        support_key(n, k);                                                                                             \
        EDIT(T_MESSAGE, k, sizeof k, message, Message, change);                                                        \
    } while (0)

#define EDIT_REMINDER(change)                                                                                          \
    do {                                                                                                               \
        uint8_t id[STORE_REPLY_ID_BYTES], k[SLOT_BYTES];                                                               \
        support_reply_id(3, 0, id);                                                                                    \
        support_slot(s, id, k);                                                                                        \
        EDIT(T_REPLY, k, sizeof k, reply, Reply, change);                                                              \
    } while (0)

static void put(struct support *s, enum store_table table, const void *key, size_t len, const void *val, size_t val_len)
{
    struct store_txn txn = support_write(s);
    assert_int_equal(txn_put(&txn, table, key, len, val, val_len), OK);
    support_commit(&txn);
}

static void del(struct support *s, enum store_table table, const void *key, size_t len)
{
    struct store_txn txn = support_write(s);
    assert_int_equal(txn_del(&txn, table, key, len), OK);
    support_commit(&txn);
}

static void resent_row(uint64_t ticket, uint32_t n, uint8_t key[RESENT_KEY_BYTES])
{
    put_be64(key, ticket);
    support_key(n, key + 8);
}

static void event(struct support *s, Aduan__Record__Event__Kind kind, uint64_t ticket)
{
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    struct store_txn txn = support_write(s);
    support_key(1, key);
    support_event(&txn, kind, ticket, key);
    support_commit(&txn);
}

/* --- breaks ------------------------------------------------------------------------------------------------- */

static void resend_of_no_ticket(struct support *s)
{
    EDIT_MESSAGE(2, r->ticket = 7);
}

static void resend_of_another_sender(struct support *s)
{
    EDIT_MESSAGE(2, r->ticket = flood);
}

static void resend_not_listed(struct support *s)
{
    uint8_t key[RESENT_KEY_BYTES];
    resent_row(road, 2, key);
    del(s, T_RESENT, key, sizeof key);
}

static void resend_listed_elsewhere(struct support *s)
{
    uint8_t key[RESENT_KEY_BYTES];
    resent_row(flood, 2, key);
    put(s, T_RESENT, key, sizeof key, "", 0);
}

static void resend_not_counted(struct support *s)
{
    EDIT_TICKET(road, r->resends = 1);
}

static void resend_without_answer_or_reason(struct support *s)
{
    EDIT_MESSAGE(2, record_set_string(&r->no_reply_reason, NULL));
}

static void resend_not_told(struct support *s)
{
    event(s, EVENT_KIND(TICKET_JOINED), road);
}

static void reminder_too_early(struct support *s)
{
    EDIT_REMINDER(r->interval_s++);
}

static void reminder_of_no_resend(struct support *s)
{
    EDIT_MESSAGE(3, r->ticket = flood);
}

static void reminder_of_another_id(struct support *s)
{
    EDIT_REMINDER(r->id.data[0]++);
}

static void reminder_time_wrong(struct support *s)
{
    EDIT_TICKET(road, r->told_us++);
}

static void unclassified_lost(struct support *s)
{
    uint8_t key[8];
    put_be64(key, flood);
    del(s, T_UNCLASSIFIED, key, sizeof key);
}

static void unclassified_needless(struct support *s)
{
    uint8_t key[8], row[UNCLASSIFIED_ROW_BYTES] = {0};
    put_be64(key, road);
    put(s, T_UNCLASSIFIED, key, sizeof key, row, sizeof row);
}

static void unclassified_told(struct support *s)
{
    event(s, EVENT_KIND(TICKET_OPENED), flood);
}

static void unclassified_told_twice(struct support *s)
{
    event(s, EVENT_KIND(TICKET_OPENED), flood);
    event(s, EVENT_KIND(TICKET_CLASSIFIED), flood);
}

static void classified_twice(struct support *s)
{
    event(s, EVENT_KIND(TICKET_CLASSIFIED), road);
}

static void never_classified(struct support *s)
{
    EDIT_TICKET(flood, r->unclassified = false);
}

static const struct {
    void (*plant)(struct support *s);
    const char *id;
} plants[] = {
    {resend_of_no_ticket, "message.ticket_missing"},
    {resend_of_another_sender, "resent.sender"},
    {resend_not_listed, "resent.missing"},
    {resend_listed_elsewhere, "resent.stray"},
    {resend_not_counted, "resent.count"},
    {resend_without_answer_or_reason, "resent.no_reply"},
    {resend_not_told, "event.joined_count"},
    {reminder_too_early, "reminder.early"},
    {reminder_of_no_resend, "reminder.stray"},
    {reminder_of_another_id, "ticket.reply_id"},
    {reminder_time_wrong, "ticket.told"},
    {unclassified_lost, "unclassified.missing"},
    {unclassified_needless, "unclassified.stray"},
    {unclassified_told, "ticket.told_early"},
    {unclassified_told_twice, "ticket.told_early"},
    {classified_twice, "event.classified_twice"},
    {never_classified, "ticket.not_classified"},
    {never_classified, "unclassified.stray"},
};

static void each_break_is_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof plants / sizeof plants[0]; i++) {
        struct support s;
        struct store_proof proof;
        struct breaks breaks = {""};
        char want[64];
        support_open(&s);
        scene(&s);
        plants[i].plant(&s);
        assert_int_equal(store_verify(s.store, on_break, &breaks, &proof), OK);
        snprintf(want, sizeof want, "[%s]", plants[i].id);
        if (!strstr(breaks.ids, want))
            fail_msg("%s is not among: %s", plants[i].id, breaks.ids);
        assert_true(proof.breaks > 0);
        support_close(&s);
    }
}

static void what_a_storm_leaves_is_counted(void **state)
{
    (void)state;
    struct support s;
    struct store_proof proof;
    support_open(&s);
    scene(&s);
    assert_int_equal(store_verify(s.store, NULL, NULL, &proof), OK);
    assert_int_equal(proof.breaks, 0);
    assert_int_equal(proof.resent, 2);
    assert_int_equal(proof.reminders, 1);
    assert_int_equal(proof.tickets, 2);
    assert_int_equal(proof.tickets_unclassified, 1);
    support_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_break_is_found),
        cmocka_unit_test(what_a_storm_leaves_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
