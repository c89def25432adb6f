/* SPDX-License-Identifier: BSD-2-Clause */
/* aduan.yaml is read whole, or refused with file:line:column, what was expected and the nearest key. */
#include "config.h"
#include "config_priv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define DESK "desk: {name: Kota, shortcodes: [1708]}\n"
#define BOXES "boxes: [{name: box1, bearerboxes: [{name: main}]}]\n"
#define LEAST DESK BOXES

static struct config *parse(const char *text)
{
    struct config *config = NULL;
    struct fault fault = {0};

    if (config_parse("aduan.yaml", "/etc/aduan", text, strlen(text), &config, &fault))
        fail_msg("%s", fault.text);
    return config;
}

static void the_least_file_takes_all_defaults(void **state)
{
    struct config *c = parse(LEAST);

    (void)state;
    assert_string_equal(c->path, "/etc/aduan/aduan.yaml");
    assert_string_equal(c->desk_name, "Kota");
    assert_int_equal(c->shortcode_count, 1);
    assert_string_equal(c->shortcodes[0], "1708");
    assert_string_equal(c->language, "id");
    assert_string_equal(c->categories_path, "/etc/aduan/categories.yaml");
    assert_string_equal(c->replies_dir, "/etc/aduan/replies");
    assert_string_equal(c->store_dir, "/var/lib/aduan/store");
    assert_string_equal(c->key_path, "/etc/aduan/store.key");
    assert_true(c->store_map_bytes == UINT64_C(16) << 30);
    assert_string_equal(c->run_dir, "/run/aduan");
    assert_int_equal(c->log_level, CONFIG_LOG_INFO);
    assert_int_equal(c->box_count, 1);
    assert_string_equal(c->boxes[0].bearerboxes[0].host, "127.0.0.1");
    assert_int_equal(c->boxes[0].bearerboxes[0].port, 13001);
    assert_string_equal(c->boxes[0].bearerboxes[0].smsbox_id, "aduan");
    assert_false(c->boxes[0].bearerboxes[0].tls);
    assert_null(c->boxes[0].bearerboxes[0].tls_ca);
    assert_int_equal(c->classifiers, 1);
    assert_int_equal(c->batch_max, 512);
    assert_int_equal(c->batch_ms, 0);
    assert_int_equal(c->credit, 1024);
    assert_int_equal(c->part_wait_s, 600);
    assert_int_equal(c->reply_rate, 10);
    assert_int_equal(c->reply_dlr_mask, 8 | 16);
    assert_int_equal(c->reply_dlr_mask_staff, 1 | 2 | 8 | 16);
    assert_int_equal(c->restart_max_ms, 30000);
    assert_int_equal(c->smoke_port, 0);
    config_free(c);
    config_free(NULL);
}

static void what_is_written_is_taken(void **state)
{
    struct config *c = parse("desk:\n  name: Kota Pekalongan\n  shortcodes: ['1708', '+62811']\n  language: en\n"
                             "  replies: /srv/replies\n"
                             "store: {map_bytes: 512 mib, dir: data}\nrun: {log_level: debug}\nparts:\n"
                             "workers: {classifiers: 0, responders: 3, max: 4, batch_ms: 7}\n"
                             "boxes:\n"
                             "- name: a\n"
                             "  bearerboxes:\n"
                             "  - {name: m1, host: bb.example, port: 1, tls: yes, tls_ca: ca.pem, tls_cert: /k.pem,\n"
                             "     tls_name: core.example}\n"
                             "  - {name: m2, tls: False, tls_ca: ''}\n"
                             "- {name: b, bearerboxes: [{name: m3}]}\n"
                             "smoke: {port: 10000, sender: '0812'}\n");

    (void)state;
    assert_string_equal(c->language, "en");
    assert_string_equal(c->shortcodes[1], "+62811");
    assert_string_equal(c->replies_dir, "/srv/replies");
    assert_string_equal(c->store_dir, "/etc/aduan/data");
    assert_true(c->store_map_bytes == UINT64_C(512) << 20);
    assert_int_equal(c->log_level, CONFIG_LOG_DEBUG);
    assert_int_equal(c->classifiers, 0);
    assert_int_equal(c->batch_ms, 7);
    assert_int_equal(c->box_count, 2);
    assert_int_equal(c->boxes[0].bearerbox_count, 2);
    assert_true(c->boxes[0].bearerboxes[0].tls);
    assert_string_equal(c->boxes[0].bearerboxes[0].tls_ca, "/etc/aduan/ca.pem");
    assert_string_equal(c->boxes[0].bearerboxes[0].tls_cert, "/k.pem");
    assert_string_equal(c->boxes[0].bearerboxes[0].tls_name, "core.example");
    assert_null(c->boxes[0].bearerboxes[1].tls_ca);
    assert_string_equal(c->boxes[0].bearerboxes[1].tls_name, "");
    assert_string_equal(c->boxes[1].bearerboxes[0].name, "m3");
    assert_int_equal(c->smoke_port, 10000);
    config_free(c);
}

static void what_is_wrong_is_refused_with_its_place(void **state)
{
    static const struct {
        const char *text, *expected;
    } cases[] = {
        {"desk:\n  name: x\n  shortcode: [1]\n",
         "aduan.yaml:3:3: unknown key 'shortcode' in desk; did you mean 'shortcodes'?"},
        {"store:\n  map_bytes: lots\n",
         "aduan.yaml:2:14: store.map_bytes: expected a size such as 512 MiB or 16 GiB, found 'lots'"},
        {"dsk: {}\n", "aduan.yaml:1:1: unknown key 'dsk' in the file; did you mean 'desk'?"},
        {"zzzz: {}\n", "known here: desk, incidents, store, run, boxes, workers, parts, replies, feed, events, "
                       "retention, supervision, smoke"},
        {"desk.name: x\n", "unknown key 'desk.name' in the file"},
        {"'': x\n", "unknown key '' in the file"},
        {"boxes:\n- {name: b, bearerboxes: [{name: m, hots: x}]}\n",
         "aduan.yaml:2:37: unknown key 'hots' in boxes[].bearerboxes[]; did you mean 'host'?"},
        {"", "aduan.yaml:1:1: the file is empty"},
        {"- a\n", "aduan.yaml:1:1: the file: expected a mapping of keys, found a list"},
        {"desk: word\n", "aduan.yaml:1:7: desk: expected a mapping of keys, found 'word'"},
        {"desk: {name: [a]}\n", "desk.name: expected a text of 1 to 60 bytes, found a list"},
        {"desk: {name: {a: b}}\n", "desk.name: expected a text of 1 to 60 bytes, found a mapping"},
        {"desk: {name: ''}\n", "desk.name: expected a text of 1 to 60 bytes, found ''"},
        {"desk: {name: \"a\\nb\"}\n", "desk.name: expected a text without control characters"},
        {"desk: {name: \"a\\x7fb\"}\n", "desk.name: expected a text without control characters"},
        {"desk: {language: de}\n", "desk.language: expected one of id, en, found 'de'"},
        {"desk: {language: i}\n", "desk.language: expected one of id, en, found 'i'"},
        {"desk: {categories: ''}\n", "desk.categories: expected a path, found ''"},
        {"desk: {categories: \"a\\tb\"}\n", "desk.categories: expected a path"},
        {"desk: {shortcodes: 1708}\n", "desk.shortcodes: expected a list such as [1708, 1709], found '1708'"},
        {"desk: {shortcodes: []}\n", "desk.shortcodes: expected 1 to 64 items, found 0"},
        {"desk: {shortcodes: [[1]]}\n", "aduan.yaml:1:21: desk.shortcodes: expected a list such as"},
        {"desk: {name: x, shortcodes: [17a]}\n" BOXES, "aduan.yaml:1:30: desk.shortcodes: expected a number"},
        {"desk: {name: x, shortcodes: ['+']}\n" BOXES, "desk.shortcodes: expected a number"},
        {"desk: {name: x, shortcodes: [123456789012345678901]}\n" BOXES, "desk.shortcodes: expected a number"},
        {"desk: {name: x, shortcodes: [1, 2, 1]}\n" BOXES, "aduan.yaml:1:36: desk.shortcodes: '1' is given twice"},
        {"store: {map_bytes: 1 KiB}\n", "expected a size from 1 MiB to 64 TiB, found '1 KiB'"},
        {"store: {map_bytes: 99999 TiB}\n", "expected a size from 1 MiB to 64 TiB"},
        {"store: {map_bytes: 99999999999999999999}\n", "expected a size such as"},
        {"store: {map_bytes: 5 GB}\n", "expected a size such as"},
        {"run: {log_level: loud}\n", "run.log_level: expected one of error, warning, info, debug, found 'loud'"},
        {"workers: {credit: 0}\n", "workers.credit: expected a whole number from 1 to 65536, found '0'"},
        {"workers: {credit: 65537}\n", "workers.credit: expected a whole number"},
        {"workers: {credit: 12x}\n", "workers.credit: expected a whole number"},
        {"workers: {credit: -1}\n", "workers.credit: expected a whole number"},
        {"workers: {credit: 18446744073709551617}\n", "workers.credit: expected a whole number"},
        {LEAST "workers: {max: 2, classifiers: 3}\n", "aduan.yaml:3:32: workers.classifiers: 3 is more than"},
        {LEAST "workers: {max: 2, responders: 3}\n", "workers.responders: 3 is more than workers.max, which is 2"},
        {LEAST "supervision: {restart_first_ms: 60000}\n",
         "aduan.yaml:3:14: supervision.restart_max_ms: 30000 is less"},
        {LEAST "feed: {publish: 'ipc://x', replay: 'tcp://*:2'}\n",
         "aduan.yaml:3:17: feed.publish: expected an endpoint such as tcp://*:5708, found 'ipc://x'"},
        {LEAST "feed: {publish: 'tcp://*:1', replay: 'tcp://2'}\n", "feed.replay: expected an endpoint"},
        {LEAST "feed: {publish: 'tcp://*:1'}\n", "aduan.yaml:3:7: feed.publish and feed.replay go together"},
        {LEAST "feed: {publish: 'tcp://*:1', replay: 'tcp://*:1'}\n", "feed.replay: it is feed.publish already"},
        {LEAST "feed: {enabled: perhaps}\n", "feed.enabled: expected yes or no"},
        {LEAST "events: {keep_days: 36501}\n", "events.keep_days: expected a whole number from 0 to 36500"},
        {DESK, "aduan.yaml:1:1: boxes is missing. "},
        {"desk: {shortcodes: [1]}\n" BOXES, "desk.name is missing. "},
        {DESK "boxes: x\n", "boxes: expected a list of mappings, found 'x'"},
        {DESK "boxes: []\n", "boxes: expected 1 to 32 items, found 0"},
        {DESK "boxes: [a]\n", "aduan.yaml:2:9: boxes[]: expected a mapping of keys, found 'a'"},
        {DESK "boxes: ['']\n", "boxes[]: expected a mapping of keys, found ''"},
        {DESK "boxes: [{name: b}]\n", "aduan.yaml:2:9: boxes[].bearerboxes is missing."},
        {DESK "boxes: [{name: B, bearerboxes: [{name: m}]}]\n", "aduan.yaml:2:16: a box's name is of small letters"},
        {DESK "boxes: [{name: aduand, bearerboxes: [{name: m}]}]\n", "a box cannot be called 'aduand'"},
        {DESK "boxes: [{name: b, bearerboxes: [{name: m}]},\n  {name: b, bearerboxes: [{name: n}]}]\n",
         "aduan.yaml:3:10: another box is called 'b' already"},
        {DESK "boxes: [{name: b, bearerboxes: [{name: m}]},\n  {name: c, bearerboxes: [{name: m}]}]\n",
         "aduan.yaml:3:34: another bearerbox is called 'm' already"},
        {DESK "boxes: [{name: b, bearerboxes: [{name: -m}]}]\n", "a bearerbox's name is of small letters"},
        {DESK "boxes: [{name: b, bearerboxes: [{name: m, tls: maybe}]}]\n",
         "boxes[].bearerboxes[].tls: expected yes or no, found 'maybe'"},
        {DESK "boxes: [{name: b, bearerboxes: [{name: m, smsbox_id: 'a,b'}]}]\n", "smsbox_id: no comma and no space"},
        {DESK "boxes: [{name: b, bearerboxes: [{name: m, host: 'a b'}]}]\n", "host: no comma and no space"},
        {DESK "boxes: [{name: b, bearerboxes: [{name: m, tls_ca: x}]}]\n", "a certificate without 'tls: yes'"},
        {DESK "boxes: [{name: b, bearerboxes: [{name: m, tls_cert: x}]}]\n", "a certificate without 'tls: yes'"},
        {DESK "boxes: [{name: b, bearerboxes: [{name: m, tls: yes, tls_name: x}]}]\n", "tls_name without tls_ca"},
        {DESK "boxes: [{name: b, bearerboxes: [{name: m, tls: yes, tls_ca: c, tls_name: 'x,id=y'}]}]\n",
         "tls_name: no comma and no space"},
        {LEAST "run:\n  dir: /12345678901234567890123456789012345678901234567890/12345678901234567890123456789012345"
               "678901234567890\n",
         "aduan.yaml:4:8: run.dir: too long"},
        {"desk: [\n", "aduan.yaml:2:1: "},
        {LEAST "retention: {categories: jalan}\n", "found 'jalan'"},
        {LEAST "retention: {categories: =3}\n", "found '=3'"},
        {LEAST "retention: {categories: 'a=1, b='}\n", "found 'b='"},
        {LEAST "retention: {categories: 'a=1 b=-2'}\n", "found 'b=-2'"},
        {LEAST "retention: {categories: a=1x}\n", "found 'a=1x'"},
        {LEAST "retention: {categories: a=36501}\n", "aduan.yaml:3:25: retention.categories: expected category=days"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct config *config = NULL;
        struct fault fault = {0};
        assert_int_equal(
            config_parse("aduan.yaml", "/etc/aduan", cases[i].text, strlen(cases[i].text), &config, &fault), E_CONFIG);
        assert_null(config);
        if (!strstr(fault.text, cases[i].expected))
            fail_msg("case %zu: expected \"%s\" in \"%s\"", i, cases[i].expected, fault.text);
    }
}

static void what_is_kept_is_said_by_category(void **state)
{
    static const char text[] = LEAST "retention: {days: 30, categories: ' darurat=3650,jalan=0 jalan_rusak=7 '}\n";
    struct config *config = NULL;
    struct fault fault;

    (void)state;
    assert_int_equal(config_parse("a", "/", text, sizeof text - 1, &config, &fault), OK);
    assert_int_equal(config_retention_days(config, "darurat"), 3650);
    assert_int_equal(config_retention_days(config, "jalan"), 0);
    assert_int_equal(config_retention_days(config, "jalan_rusak"), 7);
    assert_int_equal(config_retention_days(config, "jala"), 30);
    assert_int_equal(config_retention_days(config, ""), 30);
    assert_int_equal(config_retention_days(config, NULL), 30);
    config_free(config);
    assert_int_equal(config_parse("a", "/", LEAST, sizeof LEAST - 1, &config, &fault), OK);
    assert_int_equal(config_retention_days(config, "jalan"), 0);
    config_free(config);
}

static void a_long_key_is_only_unknown(void **state)
{
    char text[400];
    struct config *config = NULL;
    struct fault fault;

    (void)state;
    memset(text, 'k', sizeof text);
    memcpy(text + sizeof text - 5, ": 1\n", 5);
    assert_int_equal(config_parse("a", "/", text, sizeof text - 1, &config, &fault), E_CONFIG);
    assert_non_null(strstr(fault.text, "unknown key"));
}

static void a_file_is_loaded_relative_to_itself(void **state)
{
    char dir[] = "/tmp/aduan-config.XXXXXX", path[64], expected[96], *here = get_current_dir_name();
    struct config *config = NULL;
    struct fault fault;
    FILE *file;

    (void)state;
    assert_non_null(mkdtemp(dir));
    snprintf(path, sizeof path, "%s/my.yaml", dir);
    assert_int_equal(config_load(path, &config, &fault), E_NOT_FOUND);
    file = fopen(path, "w");
    assert_non_null(file);
    fputs(LEAST, file);
    fclose(file);
    assert_int_equal(chdir(dir), 0);
    assert_int_equal(config_load("my.yaml", &config, &fault), OK);
    snprintf(expected, sizeof expected, "%s/categories.yaml", dir);
    assert_string_equal(config->categories_path, expected);
    assert_string_equal(config->path, path);
    config_free(config);
    assert_int_equal(config_load("/no-such-file.yaml", &config, &fault), E_NOT_FOUND);
    assert_int_equal(chdir(here), 0);
    unlink(path);
    rmdir(dir);
    free(here);
}

static void the_shipped_file_is_valid(void **state)
{
    struct config *config = NULL;
    struct fault fault = {0};

    (void)state;
    if (config_load(ADUAN_ETC_DIR "/aduan.yaml", &config, &fault))
        fail_msg("%s", fault.text);
    assert_string_equal(config->desk_name, "Kota Pekalongan");
    config_free(config);
}

/* What the shipped file shows commented out is the default of the table. */
static void the_shipped_file_shows_every_key(void **state)
{
    static char text[16384];
    FILE *file = fopen(ADUAN_ETC_DIR "/aduan.yaml", "r");
    size_t count, len;
    const struct config_row *rows = config_rows(&count);

    (void)state;
    assert_non_null(file);
    len = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[len] = '\0';
    for (size_t i = 0; i < count; i++) {
        const char *dot = strrchr(rows[i].key, '.'), *leaf = dot ? dot + 1 : rows[i].key;
        char line[160];
        bool shown = rows[i].type == CONFIG_BYTES || rows[i].type == CONFIG_COUNT;
        snprintf(line, sizeof line, shown && rows[i].fallback ? "%s: %s\n" : "%s:", leaf, rows[i].fallback);
        if (!strstr(text, line))
            fail_msg("%s is not shown as \"%s\"", rows[i].key, line);
    }
}

static void endpoints_fit_a_socket_or_are_refused(void **state)
{
    struct config *c = parse(LEAST);
    char out[CONFIG_ENDPOINT_BYTES], name[128];

    (void)state;
    assert_int_equal(config_endpoint(c, "box1.in", out), OK);
    assert_string_equal(out, "ipc:///run/aduan/box1.in");
    memset(name, 'n', sizeof name);
    name[sizeof name - 1] = '\0';
    assert_int_equal(config_endpoint(c, name, out), E_INVALID);
    config_free(c);
}

static void the_reference_names_every_key(void **state)
{
    char *text[2];
    size_t len[2], count;
    const struct config_row *rows = config_rows(&count);
    FILE *out[2] = {open_memstream(&text[0], &len[0]), open_memstream(&text[1], &len[1])};

    (void)state;
    config_reference_markdown(out[0]);
    config_reference_mdoc(out[1]);
    for (int k = 0; k < 2; k++) {
        fclose(out[k]);
        for (size_t i = 0; i < count; i++) {
            char *help = strdup(rows[i].help);
            for (char *end = help; k == 1 && (end = strstr(end, ". "));) /* mdoc: a line a sentence */
                end[1] = '\n';
            if (!strstr(text[k], rows[i].key) || !strstr(text[k], help))
                fail_msg("%s is missing", rows[i].key);
            free(help);
        }
        free(text[k]);
    }
}

static void expectations_are_words(void **state)
{
    char out[192];
    struct config_row odd = {.type = CONFIG_BYTES, .min = 1000, .max = 3 << 10};

    (void)state;
    config_expectation(&odd, out, sizeof out);
    assert_string_equal(out, "a size from 1000 to 3 KiB");
    odd.type = CONFIG_LIST;
    assert_int_equal(config_value(&odd, &odd, "x", "/", NULL), E_CONFIG);
    odd.type = CONFIG_BOXES;
    config_expectation(&odd, out, sizeof out);
    assert_string_equal(out, "a list of mappings");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_least_file_takes_all_defaults),
        cmocka_unit_test(what_is_written_is_taken),
        cmocka_unit_test(what_is_wrong_is_refused_with_its_place),
        cmocka_unit_test(a_long_key_is_only_unknown),
        cmocka_unit_test(a_file_is_loaded_relative_to_itself),
        cmocka_unit_test(the_shipped_file_is_valid),
        cmocka_unit_test(what_is_kept_is_said_by_category),
        cmocka_unit_test(the_shipped_file_shows_every_key),
        cmocka_unit_test(endpoints_fit_a_socket_or_are_refused),
        cmocka_unit_test(the_reference_names_every_key),
        cmocka_unit_test(expectations_are_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
