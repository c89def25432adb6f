/* SPDX-License-Identifier: BSD-2-Clause */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARGUMENTS_MAX = 64 };

static struct options options;
static char why[512];

/* The arguments are one string with blanks between them. */
static int parse(const char *line)
{
    static char copy[4096];
    char *argv[ARGUMENTS_MAX] = {(char *)"aduanbox"}, *rest = copy, *word;
    int argc = 1;
    snprintf(copy, sizeof copy, "%s", line);
    while ((word = strsep(&rest, " ")) != NULL && argc < ARGUMENTS_MAX)
        if (*word)
            argv[argc++] = word;
    return options_parse(&options, argc, argv, why, sizeof why);
}

static void refused(const char *line, const char *because)
{
    assert_int_equal(parse(line), -1);
    if (!strstr(why, because))
        fail_msg("\"%s\": said \"%s\", not \"%s\"", line, why, because);
    options_done(&options);
}

#define BASE "--name box1 --inbound ipc:///x/a --outbound ipc:///x/b "
#define LINK "--bearerbox name=main,host=localhost,port=13001,id=aduan "

static void a_full_line(void **state)
{
    (void)state;
    assert_int_equal(parse(BASE LINK "--bearerbox name=b,host=::1,port=1,id=x,tls=yes,ca=/c,cert=/k,tls-name=bb "
                                     "--status ipc:///s --lock /l --log-level debug --drain-seconds 5"),
                     0);
    assert_string_equal(options.name, "box1");
    assert_string_equal(options.status, "ipc:///s");
    assert_string_equal(options.lock, "/l");
    assert_int_equal(options.link_count, 2);
    assert_string_equal(options.links[0].host, "localhost");
    assert_false(options.links[0].tls);
    assert_true(options.links[1].tls);
    assert_string_equal(options.links[1].ca, "/c");
    assert_string_equal(options.links[1].cert, "/k");
    assert_string_equal(options.links[1].tls_name, "bb");
    assert_int_equal(options.log_level, JOURNAL_DEBUG);
    assert_int_equal(options.drain_seconds, 5);
    options_done(&options);
}

static void defaults(void **state)
{
    (void)state;
    assert_int_equal(parse(BASE LINK), 0);
    assert_null(options.status);
    assert_null(options.lock);
    assert_int_equal(options.log_level, JOURNAL_INFO);
    assert_int_equal(options.drain_seconds, 30);
    options_done(&options);
}

static void help_and_version(void **state)
{
    (void)state;
    assert_int_equal(parse("--help"), 0);
    assert_true(options.help);
    assert_int_equal(parse("--name x --version"), 0);
    assert_true(options.version);
    assert_non_null(strstr(options_usage(), "--bearerbox"));
}

static void what_is_wrong_is_said(void **state)
{
    (void)state;
    char many[4096] = BASE;
    refused("", "--name");
    refused("--name box1 --inbound a", "--outbound");
    refused(BASE, "at least one --bearerbox");
    refused("--name box1 --inbound a --outbound a " LINK, "must differ");
    refused("--name a/b --inbound a --outbound b " LINK, "letters");
    refused(BASE "--name", "needs a value");
    refused(BASE "--bearerbx x", "unknown argument");
    refused(BASE LINK "--log-level loud", "debug");
    refused(BASE LINK "--drain-seconds x", "3600");
    refused(BASE LINK "--drain-seconds 3601", "3600");
    refused(BASE LINK "--drain-seconds 5s", "3600");
    refused(BASE "--bearerbox name", "key=value");
    refused(BASE "--bearerbox name=", "key=value");
    refused(BASE "--bearerbox name=a,name=b", "twice");
    refused(BASE "--bearerbox name=a,hots=b", "hots");
    refused(BASE "--bearerbox name=a,host=b,port=1", "id=");
    refused(BASE "--bearerbox name=a/b,host=b,port=1,id=c", "letters");
    refused(BASE "--bearerbox name=a,host=b,port=0,id=c", "65535");
    refused(BASE "--bearerbox name=a,host=b,port=99999999999999999999,id=c", "65535");
    refused(BASE "--bearerbox name=a,host=b,port=1,id=c,tls=1", "tls=yes or tls=no");
    refused(BASE "--bearerbox name=a,host=b,port=1,id=c,tls=no,ca=/c", "only with tls=yes");
    refused(BASE LINK LINK, "two links");
    for (int i = 0; i <= OPTIONS_LINKS_MAX; i++)
        snprintf(many + strlen(many), sizeof many - strlen(many), "--bearerbox name=n%d,host=b,port=1,id=c ", i);
    refused(many, "more than");
    memset(many, 'x', 400);
    snprintf(many + 400, sizeof many - 400, ",port=1,id=c");
    memcpy(many, BASE "--bearerbox name=a,host=", sizeof BASE "--bearerbox name=a,host=" - 1);
    refused(many, "255");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_line),
        cmocka_unit_test(defaults),
        cmocka_unit_test(help_and_version),
        cmocka_unit_test(what_is_wrong_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
