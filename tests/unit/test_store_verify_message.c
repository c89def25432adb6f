/* SPDX-License-Identifier: BSD-2-Clause */
/* Breaks planted in meta, messages, parts, identities and the quarantine, each reported by its id. */
#include "support_verify.h"

static void meta_gone(struct support *s)
{
    meta(s, "epoch", NULL, 0);
}

static void meta_cut(struct support *s)
{
    meta(s, "version", "x", 1);
}

static void meta_other_version(struct support *s)
{
    meta(s, "version", "\0\0\0\x09", 4);
}

static void meta_serial(struct support *s)
{
    meta_number(s, "next_serial", TICKET_SERIAL_FIRST);
}

static void meta_sequence(struct support *s)
{
    meta_number(s, "next_sequence", 99999);
}

static void meta_parts(struct support *s)
{
    meta_number(s, "parts_waiting", 5);
}

static void meta_open(struct support *s)
{
    meta_number(s, "tickets_open", 77);
}

static void message_unreadable(struct support *s)
{
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    support_key(EMPTY, key);
    put(s, T_MESSAGE, key, sizeof key, "\xff", 1);
}

static void message_newer(struct support *s)
{
    EDIT_MESSAGE(EMPTY, r->version = 2);
}

static void message_odd_key(struct support *s)
{
    put(s, T_MESSAGE, "odd", 3, "", 0);
}

static void message_other_time(struct support *s)
{
    EDIT_MESSAGE(PLAIN, r->time++);
}

static void message_other_uuid(struct support *s)
{
    EDIT_MESSAGE(PLAIN, r->uuid.data[0]++);
}

static void message_short_uuid(struct support *s)
{
    EDIT_MESSAGE(EMPTY, r->uuid.len = 3);
}

static void message_fateless(struct support *s)
{
    EDIT_MESSAGE(PLAIN, r->fate = MESSAGE_FATE(FATE_NONE));
}

static void message_two_fates(struct support *s)
{
    EDIT_MESSAGE(EMPTY, r->ticket = ticket_of(s, PLAIN));
}

static void message_other_ticket(struct support *s)
{
    EDIT_MESSAGE(PLAIN, r->ticket = ticket_of(s, ANSWERED));
}

static void message_lost_ticket(struct support *s)
{
    EDIT_MESSAGE(PLAIN, r->ticket = 7);
}

static void message_without_reason(struct support *s)
{
    EDIT_MESSAGE(EMPTY, record_set_string(&r->reason, NULL));
}

static void message_lost_whole(struct support *s)
{
    EDIT_MESSAGE(JOINED_1, r->whole.data[0]++);
}

static void message_whole_empty(struct support *s)
{
    EDIT_MESSAGE(JOINED_1, record_set_bytes(&r->whole, NULL, 0));
}

static void message_whole_is_none(struct support *s)
{
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    support_key(PLAIN, key);
    EDIT_MESSAGE(JOINED_1, record_set_bytes(&r->whole, key, sizeof key));
}

static void message_part_uncounted(struct support *s)
{
    EDIT_MESSAGE(JOINED_1, r->fate = MESSAGE_FATE(NO_TICKET); record_set_string(&r->reason, "x"));
}

static void message_waits_without_header(struct support *s)
{
    EDIT_MESSAGE(WAITS, record_set_bytes(&r->udh, NULL, 0));
}

static void message_waits_elsewhere(struct support *s)
{
    EDIT_MESSAGE(WAITS, r->udh.data[3]++);
}

static void message_unknown_sender(struct support *s)
{
    EDIT_MESSAGE(PLAIN, r->sender_id.data[0]++);
}

static void message_odd_sender(struct support *s)
{
    EDIT_MESSAGE(PLAIN, r->sender_id.len = 5);
}

static void message_not_parked(struct support *s)
{
    struct row row = row_at(s, T_QUARANTINE, 0);
    del(s, T_QUARANTINE, row.key, row.key_len);
}

static void parked_without_message(struct support *s)
{
    struct row row = row_at(s, T_QUARANTINE, 0);
    row.key[0]++;
    put(s, T_QUARANTINE, row.key, row.key_len, row.val, row.val_len);
}

static void parked_other_message(struct support *s)
{
    struct row row = row_at(s, T_QUARANTINE, 0);
    support_key(PLAIN, row.key);
    put(s, T_QUARANTINE, row.key, row.key_len, row.val, row.val_len);
}

static void identity_gone(struct support *s)
{
    struct row row = row_at(s, T_IDENTITY, 0);
    del(s, T_IDENTITY, row.key, row.key_len);
}

static void senders_not_indexed(struct support *s)
{
    struct store_txn txn = support_write(s);
    txn.senders_from = txn.senders_to = txn.next_sender;
    support_commit(&txn);
}

static void sender_index_of_none(struct support *s)
{
    put(s, T_SENDER_INDEX, "12345678\0\0\0\0\1", 13, "", 0);
}

static void message_row_gone(struct support *s)
{
    struct row row = row_at(s, T_MESSAGE_ROW, 0);
    del(s, T_MESSAGE_ROW, row.key, row.key_len);
}

static void message_row_of_none(struct support *s)
{
    struct row row = row_at(s, T_MESSAGE_ROW, 0);
    row.key[0]++;
    put(s, T_MESSAGE_ROW, row.key, row.key_len, row.val, row.val_len);
}

static void identity_moved(struct support *s)
{
    struct row row = row_at(s, T_IDENTITY, 0);
    uint8_t key[SEAL_ID_BYTES];
    memcpy(key, row.key, sizeof key);
    key[0] ^= 1;
    put_elsewhere(s, T_IDENTITY, &row, &aduan__record__identity__descriptor, key);
}

static void identity_broken_seal(struct support *s)
{
    struct row row = row_at(s, T_IDENTITY, 0);
    EDIT_BOX(s, row, r->sealed.data[30]++);
}

static void identity_no_seal(struct support *s)
{
    struct row row = row_at(s, T_IDENTITY, 0);
    EDIT_BOX(s, row, r->sealed.len = 3);
}

static void identity_long_seal(struct support *s)
{
    static uint8_t bytes[400];
    struct row row = row_at(s, T_IDENTITY, 0);
    EDIT_BOX(s, row, record_set_bytes(&r->sealed, bytes, sizeof bytes));
}

/* part: the finished set and the waiting one, in an order that the keys decide: a header, then its rows. */
static struct row set_row(struct support *s, bool finished)
{
    for (size_t skip = 0;; skip++) {
        struct row row = row_at(s, T_PART, skip);
        if (row.key_len != SET_KEY_BYTES)
            continue;
        PartSet *set = get_record(s, T_PART, row.key, row.key_len, &aduan__record__part_set__descriptor);
        bool is = set->whole.len > 0;
        aduan__record__part_set__free_unpacked(set, NULL);
        if (is == finished)
            return row;
    }
}

static struct row part_row(struct support *s, bool finished)
{
    struct row row = set_row(s, finished);
    row.key[row.key_len++] = 1;
    return row;
}

static void part_lost(struct support *s)
{
    struct row row = part_row(s, false);
    del(s, T_PART, row.key, row.key_len);
}

static void part_of_no_set(struct support *s)
{
    struct row row = set_row(s, false);
    del(s, T_PART, row.key, row.key_len);
}

static void part_unreadable(struct support *s)
{
    struct row row = part_row(s, false);
    put(s, T_PART, row.key, row.key_len, "\xff", 1);
}

static void part_set_unreadable(struct support *s)
{
    struct row row = set_row(s, false);
    put(s, T_PART, row.key, row.key_len, "\xff", 1);
}

static void part_odd_key(struct support *s)
{
    put(s, T_PART, "odd", 3, "", 0);
}

static void part_other_count(struct support *s)
{
    struct row row = set_row(s, false);
    EDIT(s, T_PART, row.key, row.key_len, part_set, PartSet, r->have = 2);
}

static void part_other_time(struct support *s)
{
    struct row row = set_row(s, false);
    EDIT(s, T_PART, row.key, row.key_len, part_set, PartSet, r->deadline_us++);
}

static void part_lost_whole(struct support *s)
{
    struct row row = set_row(s, true);
    EDIT(s, T_PART, row.key, row.key_len, part_set, PartSet, r->whole.data[0]++);
}

static void part_lost_message(struct support *s)
{
    struct row row = part_row(s, false);
    EDIT(s, T_PART, row.key, row.key_len, part, Part, r->message_key.data[0]++);
}

static void part_does_not_wait(struct support *s)
{
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    struct row row = part_row(s, false);
    support_key(PLAIN, key);
    EDIT(s, T_PART, row.key, row.key_len, part, Part, record_set_bytes(&r->message_key, key, sizeof key));
}

static void part_not_joined(struct support *s)
{
    uint8_t key[STORE_KEY_MESSAGE_BYTES];
    struct row row = part_row(s, true);
    support_key(WAITS, key);
    EDIT(s, T_PART, row.key, row.key_len, part, Part, record_set_bytes(&r->message_key, key, sizeof key));
}

static void part_joined_by_another(struct support *s)
{
    EDIT_MESSAGE(JOINED_1, r->whole.data[0]++);
}

static void part_joined_by_none(struct support *s)
{
    EDIT_MESSAGE(JOINED_1, record_set_bytes(&r->whole, NULL, 0));
}

static void part_due_stray(struct support *s)
{
    struct row row = row_at(s, T_PART_DUE, 0);
    row.key[0]++;
    put(s, T_PART_DUE, row.key, row.key_len, "", 0);
}

static void part_due_of_no_set(struct support *s)
{
    struct row row = row_at(s, T_PART_DUE, 0);
    row.key[20]++;
    put(s, T_PART_DUE, row.key, row.key_len, "", 0);
}

static void part_not_counted(struct support *s)
{
    EDIT_MESSAGE(WAITS, r->fate = MESSAGE_FATE(NO_TICKET); record_set_string(&r->reason, "x"));
}

static const struct plant plants[] = {
    {meta_gone, "meta.missing"},
    {meta_cut, "meta.missing"},
    {meta_other_version, "meta.version"},
    {meta_serial, "meta.next_serial"},
    {meta_sequence, "meta.next_sequence"},
    {meta_parts, "meta.parts_waiting"},
    {meta_open, "meta.tickets_open"},
    {message_unreadable, "message.unreadable"},
    {message_newer, "message.unreadable"},
    {message_odd_key, "message.unreadable"},
    {message_other_time, "message.key"},
    {message_other_uuid, "message.key"},
    {message_other_uuid, "ticket.reply_id"},
    {message_short_uuid, "message.key"},
    {message_fateless, "message.no_fate"},
    {message_two_fates, "message.two_fates"},
    {message_other_ticket, "message.ticket_points_elsewhere"},
    {message_other_ticket, "ticket.message_points_elsewhere"},
    {message_lost_ticket, "message.ticket_missing"},
    {message_without_reason, "message.no_reason"},
    {message_lost_whole, "message.whole_missing"},
    {message_whole_empty, "message.whole_missing"},
    {message_whole_is_none, "message.whole_has_no_parts"},
    {message_part_uncounted, "message.parts_count"},
    {message_waits_without_header, "message.part_not_in_set"},
    {message_waits_elsewhere, "message.part_not_in_set"},
    {message_unknown_sender, "message.identity_missing"},
    {message_odd_sender, "message.identity_missing"},
    {message_not_parked, "message.quarantine_missing"},
    {parked_without_message, "quarantine.stray"},
    {parked_other_message, "quarantine.stray"},
    {message_row_gone, "message.unreadable"},
    {message_row_gone, "message_row.stray"},
    {message_row_of_none, "message_row.stray"},
    {identity_gone, "meta.identities"},
    {senders_not_indexed, "sender_index.missing"},
    {sender_index_of_none, "sender_index.stray"},
    {identity_gone, "message.identity_missing"},
    {identity_moved, "identity.key"},
    {identity_broken_seal, "identity.sealed"},
    {identity_no_seal, "identity.sealed"},
    {identity_long_seal, "identity.sealed"},
    {part_lost, "message.part_not_in_set"},
    {part_lost, "part.have"},
    {part_of_no_set, "part.set_missing"},
    {part_unreadable, "part.unreadable"},
    {part_set_unreadable, "part.unreadable"},
    {part_odd_key, "part.unreadable"},
    {part_other_count, "part.have"},
    {part_other_time, "part_due.missing"},
    {part_other_time, "part_due.stray"},
    {part_lost_whole, "part.whole_missing"},
    {part_lost_message, "part.message_missing"},
    {part_does_not_wait, "part.message_fate"},
    {part_not_joined, "part.message_fate"},
    {part_joined_by_another, "part.message_fate"},
    {part_joined_by_none, "part.message_fate"},
    {part_due_stray, "part_due.stray"},
    {part_due_of_no_set, "part_due.stray"},
    {part_not_counted, "part.waiting_count"},
};

static void each_break_is_reported_by_its_id(void **state)
{
    (void)state;
    plant_all(plants, sizeof plants / sizeof plants[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_break_is_reported_by_its_id)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
