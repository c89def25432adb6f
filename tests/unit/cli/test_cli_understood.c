/* SPDX-License-Identifier: BSD-2-Clause */
/* How a ticket was understood, in the two languages of a desk; whatever rests on the ticket, nothing is invented. */
#include "ticket_view.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static Aduan__Record__Correction correction = ADUAN__RECORD__CORRECTION__INIT;
static Aduan__Record__Correction *corrections[] = {&correction};

static Aduan__Record__Ticket a_ticket(void)
{
    Aduan__Record__Ticket ticket = ADUAN__RECORD__TICKET__INIT;
    ticket.type = "pengaduan";
    ticket.category = "jalan";
    ticket.model = "0123456789abcdef";
    ticket.guesses = "type:pengaduan=0.97,aspirasi=0.02,lainnya=0.01;category:jalan=0.93,air=0.05;"
                     "urgency:emergency=0.02;spam:spam=0.01;kasar:kasar=0.45";
    ticket.rules = "category:jalan berlubang +2; category:drainase got mampet -3; type:pengaduan mohon +1.5";
    return ticket;
}

static char *told(const char *language, const Aduan__Record__Ticket *ticket)
{
    struct config config = {.language = (char *)language};
    struct cli cli = {.config = &config};
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    ticket_understood(&cli, ticket, out);
    fclose(out);
    return text;
}

static void says(const char *language, const Aduan__Record__Ticket *ticket, const char *words, bool wanted)
{
    char *text = told(language, ticket);
    if ((strstr(text, words) != NULL) != wanted)
        fail_msg("\"%s\" %s \"%s\"", text, wanted ? "does not say" : "says", words);
    free(text);
}

static void what_it_thought_and_which_rules_fired(void **state)
{
    Aduan__Record__Ticket ticket = a_ticket();
    (void)state;
    says("id", &ticket, "Jenis pengaduan 97 % (lalu aspirasi 2 %, lainnya 1 %). Kategori jalan 93 % (lalu air 5 %).",
         true);
    says("id", &ticket, "Darurat 2 %. kasar 45 %.", true);
    says("en", &ticket, "Category jalan 93 % (then air 5 %). An emergency with 2 %.", true);
    says("en", &ticket, "spam", false);
    says(
        "id", &ticket,
        "\u201cberlubang\u201d untuk jalan (+2), \u201cgot mampet\u201d melawan drainase (-3), \u201cmohon\u201d untuk "
        "pengaduan (+1.5)",
        true);
    says("en", &ticket, "\u201cgot mampet\u201d against drainase (-3)", true);
    says("en", &ticket, "model 0123456789abcdef", true);
    says("en", &ticket, "person", false);
}

static void what_people_said(void **state)
{
    Aduan__Record__Ticket ticket = a_ticket();
    (void)state;
    ticket.refused = "dpupr,dlh";
    correction.type = "pengaduan";
    correction.category = "jalan";
    ticket.n_correction = 1;
    ticket.correction = corrections;
    says("en", &ticket, "A person confirmed it.", true);
    says("id", &ticket, "Dibenarkan oleh petugas.", true);
    correction.category = "air";
    says("en", &ticket, "A person corrected it; it was taken for pengaduan, air.", true);
    says("id", &ticket, "Dibetulkan petugas; semula pengaduan, air.", true);
    says("id", &ticket, "ditolak   dpupr,dlh", true);
}

static void nothing_is_said_of_what_is_not_there(void **state)
{
    static const char *const broken[] = {"category", ";;:", "category:", "jalan=0.93", ":=,;"};
    Aduan__Record__Ticket ticket = a_ticket();
    (void)state;
    ticket.model = ticket.guesses = ticket.rules = "";
    char *text = told("en", &ticket);
    assert_string_equal(text, "");
    free(text);
    for (size_t i = 0; i < sizeof broken / sizeof broken[0]; i++) {
        ticket.guesses = ticket.rules = (char *)broken[i];
        text = told("id", &ticket);
        assert_null(strstr(text, "93"));
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_it_thought_and_which_rules_fired),
        cmocka_unit_test(what_people_said),
        cmocka_unit_test(nothing_is_said_of_what_is_not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
