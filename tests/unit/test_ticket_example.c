/* SPDX-License-Identifier: BSD-2-Clause */
/* What corrected and refused tickets teach, with the categories and agencies of the shipped desk. */
#include "ticket_example.h"

#include "record_fields.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TYPE, CATEGORY, URGENCY, SPAM };

static struct rules *rules;
static struct corpus *corpus;

static int load(void **state)
{
    struct fault fault;
    (void)state;
    return rules_load(ADUAN_ETC_DIR "/categories.yaml", ADUAN_ETC_DIR "/agencies.yaml", &rules, &fault);
}

static int unload(void **state)
{
    (void)state;
    rules_free(rules);
    return 0;
}

static int setup(void **state)
{
    (void)state;
    corpus = corpus_new();
    corpus_desk_heads(corpus);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    corpus_free(corpus);
    return 0;
}

static Aduan__Record__Correction correction = ADUAN__RECORD__CORRECTION__INIT;
static Aduan__Record__Correction *corrections[] = {&correction};

static Aduan__Record__Ticket ticket_of(const char *category, const char *heads)
{
    static char text[] = "tumpukan di depan pasar";
    Aduan__Record__Ticket ticket = ADUAN__RECORD__TICKET__INIT;
    ticket.id = 1000015;
    ticket.type = "pengaduan";
    ticket.category = (char *)category;
    ticket.agency = (char *)rules_category_agency(rules, category);
    ticket.state = TICKET_STATE(ASSIGNED);
    ticket.text = (ProtobufCBinaryData){sizeof text - 1, (uint8_t *)text};
    if (heads) {
        correction.heads = (char *)heads;
        ticket.n_correction = 1;
        ticket.correction = corrections;
    }
    return ticket;
}

/* The name of a head's label; "?" for none, "not X" for what it is known not to be. */
static const char *label_of(size_t head)
{
    static char text[64];
    int16_t label = corpus->texts[corpus->count - 1].label[head];
    const struct corpus_head *of = &corpus->heads[head];
    if (label == CORPUS_UNKNOWN)
        return "?";
    if (of->flag)
        return label ? of->labels[0] : "-";
    if (label < 0) {
        snprintf(text, sizeof text, "not %s", of->labels[CORPUS_DENIED(label)]);
        return text;
    }
    return of->labels[label];
}

static void a_correction_names_its_labels_and_no_others(void **state)
{
    Aduan__Record__Ticket ticket = ticket_of("sampah", "category");
    (void)state;
    corpus->weight = 3;
    corpus->origin = CORPUS_TICKET;
    assert_true(ticket_example_add(&ticket, rules, corpus));
    assert_string_equal(corpus->texts[0].text, "tumpukan di depan pasar");
    assert_int_equal(corpus->texts[0].weight, 3);
    assert_int_equal(corpus->texts[0].origin, CORPUS_TICKET);
    assert_string_equal(label_of(CATEGORY), "sampah");
    for (size_t head = 0; head < corpus->head_count; head++)
        assert_true(head == CATEGORY || corpus->texts[0].label[head] == CORPUS_UNKNOWN);
    ticket = ticket_of("sampah", "type");
    assert_true(ticket_example_add(&ticket, rules, corpus));
    assert_string_equal(label_of(CATEGORY), "?");
    assert_string_equal(label_of(TYPE), "pengaduan");
    assert_string_equal(label_of(URGENCY), "-");
    assert_string_equal(label_of(SPAM), "-");
    ticket = ticket_of("kebencanaan", "category,type");
    ticket.type = "darurat";
    assert_true(ticket_example_add(&ticket, rules, corpus));
    assert_string_equal(label_of(CATEGORY), "kebencanaan");
    assert_string_equal(label_of(URGENCY), "emergency");
    ticket = ticket_of("lainnya", "type");
    ticket.type = "spam";
    assert_true(ticket_example_add(&ticket, rules, corpus));
    assert_string_equal(label_of(SPAM), "spam");
}

static void what_teaches_nothing_is_left_out(void **state)
{
    Aduan__Record__Ticket ticket = ticket_of("sampah", NULL);
    (void)state;
    assert_false(ticket_example_add(&ticket, rules, corpus));
    ticket = ticket_of("sampah", "category");
    ticket.text.len = 0; /* purged */
    assert_false(ticket_example_add(&ticket, rules, corpus));
    ticket = ticket_of("sampah", "category");
    ticket.category = "dihapus"; /* the desk has it no more */
    assert_false(ticket_example_add(&ticket, rules, corpus));
    ticket.type = "dihapus";
    correction.heads = "type";
    assert_false(ticket_example_add(&ticket, rules, corpus));
    assert_int_equal(corpus->count, 0);
}

/* Agencies of the shipped desk: one that takes a single category, and one that takes several. */
static const char *category_alone(void)
{
    const char *category;
    for (size_t i = 0; (category = rules_category_at(rules, i)) != NULL; i++) {
        size_t same = 0;
        for (size_t k = 0; rules_category_at(rules, k); k++)
            same += strcmp(rules_category_agency(rules, rules_category_at(rules, k)),
                           rules_category_agency(rules, category)) == 0;
        if (same == 1 && strcmp(category, "jalan") != 0)
            return category;
    }
    fail_msg("no agency of the shipped desk takes one category only");
    return NULL;
}

static void a_refusal_teaches_what_it_is_not_or_what_it_is(void **state)
{
    Aduan__Record__Ticket ticket = ticket_of("jalan", NULL);
    char *own = ticket.agency;
    (void)state;
    ticket.refused = own;
    ticket.state = TICKET_STATE(REFUSED_BY_AGENCY);
    assert_true(ticket_example_add(&ticket, rules, corpus));
    assert_string_equal(label_of(CATEGORY), "not jalan");
    /* Given up after that, or taken by the same agency after all: nothing can be said of the words. */
    ticket.state = TICKET_STATE(ARCHIVED);
    assert_false(ticket_example_add(&ticket, rules, corpus));
    ticket.state = TICKET_STATE(ASSIGNED);
    assert_false(ticket_example_add(&ticket, rules, corpus));
    /* Another agency has it, which takes one category. */
    const char *alone = category_alone();
    ticket.agency = (char *)rules_category_agency(rules, alone);
    assert_true(ticket_example_add(&ticket, rules, corpus));
    assert_string_equal(label_of(CATEGORY), alone);
    /* One that takes none in particular. */
    ticket.agency = "nobody";
    assert_true(ticket_example_add(&ticket, rules, corpus));
    assert_string_equal(label_of(CATEGORY), "not jalan");
    /* Refused by somebody whom a person had asked, not by whom the category led to. */
    ticket.refused = "nobody,somebody";
    assert_false(ticket_example_add(&ticket, rules, corpus));
    /* What a person says goes before what agencies say. */
    ticket = ticket_of("sampah", "category");
    ticket.refused = ticket.agency;
    ticket.agency = "nobody";
    assert_true(ticket_example_add(&ticket, rules, corpus));
    assert_string_equal(label_of(CATEGORY), "sampah");
}

static void one_in_five_is_held_out(void **state)
{
    size_t held_out = 0;
    (void)state;
    for (uint64_t serial = 100001; serial < 100101; serial++) {
        held_out += ticket_example_held_out(serial * 10);
        assert_int_equal(ticket_example_held_out(serial * 10), ticket_example_held_out(serial * 10 + 9));
    }
    assert_int_equal(held_out, 20);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_correction_names_its_labels_and_no_others),
        T(what_teaches_nothing_is_left_out),
        T(a_refusal_teaches_what_it_is_not_or_what_it_is),
        T(one_in_five_is_held_out),
    };
    return cmocka_run_group_tests(tests, load, unload);
}
