/* SPDX-License-Identifier: BSD-2-Clause */
/* Reply templates: what is refused at load and where, what is rendered, what it costs. */
#include "templates.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[64];

static void put(const char *file, const char *text)
{
    char path[128];
    snprintf(path, sizeof path, "%s/%s", dir, file);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
}

static int setup(void **state)
{
    (void)state;
    strcpy(dir, "/tmp/aduan-templates.XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", dir);
    return system(command);
}

#define REST                                                                                                           \
    "received_incomplete: '{ticket}'\nreceived_unread: '{ticket}'\nreminder: '{ticket}'\nemergency: '{ticket}'\n"      \
    "empty: kosong\nunreadable: x\nstaff: '{ticket} {text}'\n"

/* id.yaml with this text of "received" must be refused with this sentence. */
static void refused(const char *yaml, const char *want)
{
    struct templates *templates;
    struct fault fault;
    char sentence[512];
    put("id.yaml", yaml);
    assert_int_equal(templates_load(dir, 2, &templates, &fault), E_CONFIG);
    snprintf(sentence, sizeof sentence, "%s/id.yaml:%s", dir, want);
    assert_string_equal(fault.text, sentence);
}

static void bad_files_are_refused_with_their_place(void **state)
{
    (void)state;
    refused("received: 'no. {ticekt}'\n" REST, "1:11: received has no field {ticekt}; did you mean {ticket}?");
    refused(
        "received: '{ticket} {qqqqqqq}'\n" REST,
        "1:11: received has no field {qqqqqqq}; it has {desk} {ticket} {category} {agency} {reason} {state} {date}");
    refused("received: '{ticket} {text}'\n" REST,
            "1:11: received has no field {text}; it has {desk} {ticket} {category} {agency} {reason} {state} {date}");
    refused("# a comment\nreceived:\n  '{ticket'\n" REST,
            "3:3: received: \"{ticket\" lacks its \"}\" (for the sign itself write \"{{\")");
    refused("received: '{ticket} }'\n" REST, "1:11: received: \"}\" closes nothing (for the sign itself write \"}}\")");
    refused("received: '{ticket} ]'\n" REST, "1:11: received: \"]\" closes nothing (for the sign itself write \"]]\")");
    refused("received: '{ticket} [a]'\n" REST,
            "1:11: received: a [section] without a field is never left out (for the sign itself write \"[[\")");
    refused("received: '{ticket} [a {reason}'\n" REST, "1:11: received: a [section] lacks its \"]\"");
    refused("received: '{ticket} [a [{reason}]]'\n" REST,
            "1:11: received: a [section] may not hold another one (for the sign write \"[[\")");
    refused("received: terima kasih\n" REST, "1:11: received must use {ticket}");
    refused("received: ''\n" REST, "1:11: received: expected a text");
    refused("received: [a]\n" REST, "1:11: received: expected a text");
    refused("recieved: '{ticket}'\n" REST, "1:1: there is no template \"recieved\"; did you mean \"received\"?");
    refused("qqqqqqqqqq: '{ticket}'\n" REST, "1:1: there is no template \"qqqqqqqqqq\"");
    refused(REST, "1:1: the template \"received\" is missing");
    refused("- a\n", "1:1: expected a mapping from the name of a template to its text");
    refused("", "1:1: expected templates, found nothing");
}

static void a_field_of_a_ticket_where_there_is_none(void **state)
{
    (void)state;
    refused("received: '{ticket}'\nreceived_incomplete: '{ticket}'\nemergency: '{ticket}'\nempty: '{ticket}'\n"
            "unreadable: x\nstaff: '{ticket} {text}'\n",
            "4:8: empty has no field {ticket}; it has {desk} {date}");
    refused("received: '{ticket}'\nreceived_incomplete: '{ticket}'\nemergency: '{ticket}'\nempty: x\n"
            "unreadable: x\nstaff: '{ticket}'\n",
            "6:8: staff must use {text}");
}

static void a_text_that_may_cost_too_much(void **state)
{
    (void)state;
    char text[600] = "received: '{ticket} ";
    for (size_t i = strlen(text); i < 320; i++)
        text[i] = 'a';
    strcpy(text + 320, "'\n" REST);
    refused(text, "1:11: received may cost 3 SMS, more than the 2 of replies.segments_max");
    memset(text + 20, 'a', 140);
    strcpy(text + 160, " \xE2\x80\x9Cya\xE2\x80\x9D'\n" REST);
    refused(text, "1:11: received may cost 3 SMS, more than the 2 of replies.segments_max; it holds a character that "
                  "GSM 7-bit lacks");
}

static void broken_yaml_and_bad_utf8(void **state)
{
    (void)state;
    struct templates *templates;
    struct fault fault;
    put("id.yaml", "received: '\xFF {ticket}'\n" REST);
    assert_int_not_equal(templates_load(dir, 2, &templates, &fault), OK);
    assert_non_null(strstr(fault.text, "id.yaml:1:"));
    put("id.yaml", "received: '{ticket}'\nreceived: '{ticket}'\n" REST);
    assert_int_not_equal(templates_load(dir, 2, &templates, &fault), OK);
    assert_non_null(strstr(fault.text, "id.yaml:2:1: "));
}

static void directories(void **state)
{
    (void)state;
    struct templates *templates;
    struct fault fault;
    char sentence[512], deep[2 * 4096];
    assert_int_equal(templates_load(dir, 2, &templates, &fault), E_CONFIG);
    snprintf(sentence, sizeof sentence, "%s/id.yaml is missing: the templates that every other language falls back to",
             dir);
    assert_string_equal(fault.text, sentence);
    assert_int_equal(templates_load("/nonexistent", 2, &templates, &fault), E_CONFIG);
    assert_non_null(strstr(fault.text, "/nonexistent: cannot read"));
    put("id.yaml", "received: '{ticket}'\n" REST);
    put("english.yaml", "");
    assert_int_equal(templates_load(dir, 2, &templates, &fault), E_CONFIG);
    assert_non_null(strstr(fault.text, "english.yaml:1:1: a file of templates is called after its language"));
    put("x.yaml", "");
    assert_int_equal(templates_load(dir, 2, &templates, &fault), E_CONFIG);
    /* A path near the system's limit: refused, not cut. */
    size_t len = (size_t)snprintf(deep, sizeof deep, "%s", dir);
    while (len < 4090) {
        memcpy(deep + len, "/.", 2);
        len += 2;
    }
    deep[len] = '\0';
    assert_int_equal(templates_load(deep, 2, &templates, &fault), E_CONFIG);
    assert_non_null(strstr(fault.text, "the path is too long"));
}

static void other_files_are_no_templates(void **state)
{
    (void)state;
    struct templates *templates;
    struct fault fault;
    put("id.yaml", "received: '{ticket}'\n" REST);
    put(".hidden.yaml", "{");
    put("id.yaml~", "{");
    put("README", "{");
    assert_int_equal(templates_load(dir, 2, &templates, &fault), OK);
    templates_free(templates);
    templates_free(NULL);
}

static void expect(const struct templates *templates, const char *name, const char *language,
                   const struct template_fields *fields, const char *want)
{
    char *text;
    size_t len;
    struct sms_cost cost;
    assert_int_equal(templates_render(templates, name, language, fields, &text, &len, &cost), OK);
    assert_string_equal(text, want);
    assert_int_equal(len, strlen(want));
    free(text);
}

static void rendering(void **state)
{
    (void)state;
    struct templates *templates;
    struct template_fields fields = {.desk = "Kota",
                                     .ticket = "1000013",
                                     .category = "jalan",
                                     .agency = "PU",
                                     .state = "diterima",
                                     .date = "21-11-2026",
                                     .text = "sudah {ticket} [x]"};
    char *text;
    size_t len;
    struct sms_cost cost;
    put("id.yaml",
        "received: '{desk} {ticket} {category}[ karena {reason}{date}] {agency} {state} {date} {{a}} [[b]] .'\n" REST);
    put("en.yaml", "received: 'en {ticket}'\n" REST);
    assert_int_equal(templates_load(dir, 4, &templates, NULL), OK);
    expect(templates, "received", "id", &fields, "Kota 1000013 jalan PU diterima 21-11-2026 {a} [b] .");
    fields.reason = "lubang";
    expect(templates, "received", "id", &fields,
           "Kota 1000013 jalan karena lubang21-11-2026 PU diterima 21-11-2026 {a} [b] .");
    expect(templates, "received", "en", &fields, "en 1000013");
    expect(templates, "emergency", "jv", &fields, "1000013");
    /* What a field holds is never read as a template. */
    expect(templates, "staff", "id", &fields, "1000013 sudah {ticket} [x]");
    assert_true(templates_has(templates, "staff"));
    assert_false(templates_has(templates, "nope"));
    assert_int_equal(templates_render(templates, "nope", "id", &fields, &text, &len, &cost), E_NOT_FOUND);
    fields.reason = "“lubang”";
    assert_int_equal(templates_render(templates, "received", "id", &fields, &text, &len, &cost), OK);
    assert_true(cost.ucs2);
    free(text);
    templates_free(templates);
}

static char *lint(const struct templates *templates, int *warnings)
{
    char *text = NULL;
    size_t size;
    FILE *out = open_memstream(&text, &size);
    *warnings = templates_lint(templates, out);
    fclose(out);
    return text;
}

static void lint_says_what_a_reply_costs(void **state)
{
    (void)state;
    struct templates *templates;
    int warnings;
    put("id.yaml", "received: '“{ticket}” {category} {agency} {reason}'\n" REST);
    assert_int_equal(templates_load(dir, 4, &templates, NULL), OK);
    char *text = lint(templates, &warnings);
    assert_int_equal(warnings, 1);
    assert_non_null(strstr(text, "id  received             UCS-2  1 SMS, at most 2; U+201C is not in GSM 7-bit\n"));
    assert_non_null(strstr(text, "id  staff                GSM-7  1 SMS, at most 1\n"));
    free(text);
    templates_free(templates);
}

static void the_shipped_templates(void **state)
{
    (void)state;
    struct templates *templates;
    struct fault fault = {0};
    int warnings;
    if (templates_load(ADUAN_ETC_DIR "/replies", 2, &templates, &fault) != OK)
        fail_msg("%s", fault.text);
    char *text = lint(templates, &warnings);
    assert_int_equal(warnings, 0);
    assert_non_null(strstr(text, "id  received             GSM-7  1 SMS"));
    assert_non_null(strstr(text, "en  received             GSM-7  1 SMS"));
    free(text);
    struct template_fields fields = {.desk = "Kota Pekalongan",
                                     .ticket = "1000013",
                                     .category = "jalan dan jembatan",
                                     .agency = "Dinas PUPR",
                                     .reason = "jalan berlubang"};
    expect(templates, "received", "id", &fields,
           "Terima kasih. Laporan Anda diterima, nomor 1000013, kategori jalan dan jembatan (karena: jalan berlubang), "
           "diteruskan ke Dinas PUPR. Kota Pekalongan");
    fields.reason = "";
    expect(templates, "received", "id", &fields,
           "Terima kasih. Laporan Anda diterima, nomor 1000013, kategori jalan dan jembatan, "
           "diteruskan ke Dinas PUPR. Kota Pekalongan");
    templates_free(templates);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(bad_files_are_refused_with_their_place, setup, teardown),
        cmocka_unit_test_setup_teardown(a_field_of_a_ticket_where_there_is_none, setup, teardown),
        cmocka_unit_test_setup_teardown(a_text_that_may_cost_too_much, setup, teardown),
        cmocka_unit_test_setup_teardown(broken_yaml_and_bad_utf8, setup, teardown),
        cmocka_unit_test_setup_teardown(directories, setup, teardown),
        cmocka_unit_test_setup_teardown(other_files_are_no_templates, setup, teardown),
        cmocka_unit_test_setup_teardown(rendering, setup, teardown),
        cmocka_unit_test_setup_teardown(lint_says_what_a_reply_costs, setup, teardown),
        cmocka_unit_test(the_shipped_templates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
