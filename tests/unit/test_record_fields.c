/* SPDX-License-Identifier: BSD-2-Clause */
/* A record whose fields were changed is still free'd whole (ASan watches), and packs to what was set. */
#include "record_fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static Aduan__Record__Ticket *fresh(void)
{
    Aduan__Record__Ticket *ticket = record_alloc(sizeof *ticket);
    aduan__record__ticket__init(ticket);
    return ticket;
}

static void strings_are_replaced(void **unused)
{
    (void)unused;
    Aduan__Record__Ticket *ticket = fresh();
    record_set_string(&ticket->agency, "dlh");
    record_set_string(&ticket->agency, "dpupr");
    assert_string_equal(ticket->agency, "dpupr");
    record_set_string(&ticket->agency, "");
    assert_ptr_equal(ticket->agency, protobuf_c_empty_string);
    record_set_string(&ticket->agency, NULL);
    assert_string_equal(ticket->agency, "");
    record_set_string(&ticket->why, "x");
    aduan__record__ticket__free_unpacked(ticket, NULL);
}

static void bytes_are_replaced(void **unused)
{
    (void)unused;
    Aduan__Record__Ticket *ticket = fresh();
    record_set_bytes(&ticket->text, "a\0b", 3);
    record_set_bytes(&ticket->text, "cd", 2);
    assert_int_equal(ticket->text.len, 2);
    assert_memory_equal(ticket->text.data, "cd", 2);
    record_set_bytes(&ticket->text, NULL, 0);
    assert_null(ticket->text.data);
    aduan__record__ticket__free_unpacked(ticket, NULL);
}

static void lists_grow(void **unused)
{
    (void)unused;
    Aduan__Record__Ticket *ticket = fresh();
    for (uint8_t i = 0; i < 40; i++) {
        Aduan__Record__Note *note = record_alloc(sizeof *note);
        aduan__record__note__init(note);
        record_set_string(&note->actor, "sari");
        record_add_message(&ticket->note, &ticket->n_note, note);
        record_add_number(&ticket->reply, &ticket->n_reply, i);
    }
    record_add_number(&ticket->reply, &ticket->n_reply, UINT64_MAX);
    uint8_t *packed = record_alloc(aduan__record__ticket__get_packed_size(ticket));
    size_t len = aduan__record__ticket__pack(ticket, packed);
    Aduan__Record__Ticket *read = aduan__record__ticket__unpack(NULL, len, packed);
    assert_int_equal(read->n_note, 40);
    assert_string_equal(read->note[39]->actor, "sari");
    assert_int_equal(read->n_reply, 41);
    assert_int_equal(read->reply[39], 39);
    assert_true(read->reply[40] == UINT64_MAX);
    free(packed);
    aduan__record__ticket__free_unpacked(read, NULL);
    aduan__record__ticket__free_unpacked(ticket, NULL);
}

static void nothing_is_something_to_free(void **unused)
{
    (void)unused;
    void *memory = record_alloc(0);
    assert_non_null(memory);
    free(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strings_are_replaced),
        cmocka_unit_test(bytes_are_replaced),
        cmocka_unit_test(lists_grow),
        cmocka_unit_test(nothing_is_something_to_free),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
