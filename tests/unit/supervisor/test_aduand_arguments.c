/* SPDX-License-Identifier: BSD-2-Clause */
/* aduanbox is told everything in words: each key of a link arrives as its word, and what is not set is not said. */
#include "arguments.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const char text[] = "desk: {name: x, shortcodes: [1]}\nrun: {dir: /r, log_level: debug}\n"
                           "supervision: {drain_s: 7}\n"
                           "boxes:\n- name: b1\n  bearerboxes:\n  - {name: m, host: h, port: 5, smsbox_id: i}\n"
                           "  - {name: t, host: s, tls: yes, tls_ca: /ca, tls_cert: /k, tls_name: n.example}\n";

static struct config *parse(void)
{
    struct config *config;
    struct fault fault;

    if (config_parse("aduan.yaml", "/etc/aduan", text, sizeof text - 1, &config, &fault))
        fail_msg("%s", fault.text);
    return config;
}

static void assert_words(char **argv, const char *const *expected)
{
    size_t i = 0;

    for (; argv[i] && expected[i]; i++)
        assert_string_equal(argv[i], expected[i]);
    assert_null(argv[i]);
    assert_null(expected[i]);
    arguments_free(argv);
}

static void a_box_is_told_all_of_its_links(void **state)
{
    static const char *const expected[] = {
        "/lib/aduanbox",
        "--name",
        "b1",
        "--inbound",
        "ipc:///r/b1.in",
        "--outbound",
        "ipc:///r/b1.out",
        "--status",
        "ipc:///r/status",
        "--lock",
        "/r/b1.lock",
        "--bearerbox",
        "name=m,host=h,port=5,id=i",
        "--bearerbox",
        "name=t,host=s,port=13001,id=aduan,tls=yes,ca=/ca,cert=/k,tls-name=n.example",
        "--log-level",
        "debug",
        "--drain-seconds",
        "7",
        NULL};
    struct config *config = parse();

    (void)state;
    assert_words(arguments_make(config, "/lib", ROLE_BOX, 0, "b1"), expected);
    config_free(config);
}

static void a_worker_is_told_its_file_and_its_name(void **state)
{
    static const char *const expected[] = {"/lib/aduan-classifier", "--config", "/etc/aduan/aduan.yaml", "--name",
                                           "classifier.1",          NULL};
    struct config *config = parse();

    (void)state;
    assert_words(arguments_make(config, "/lib", ROLE_CLASSIFIER, 1, "classifier.1"), expected);
    config_free(config);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_box_is_told_all_of_its_links),
        cmocka_unit_test(a_worker_is_told_its_file_and_its_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
