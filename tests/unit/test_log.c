/* SPDX-License-Identifier: BSD-2-Clause */
/* Log lines: their shape, their threshold, and that nothing in them can forge another line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int terminal_fd, capture_fd;
static char captured[8192];

/* Standard error goes to a file while a test logs. */
static int capture(void **state)
{
    (void)state;
    char path[] = "/tmp/aduan-log-XXXXXX";
    capture_fd = mkstemp(path);
    unlink(path);
    terminal_fd = dup(STDERR_FILENO);
    return capture_fd < 0 || dup2(capture_fd, STDERR_FILENO) < 0;
}

static int release(void **state)
{
    (void)state;
    dup2(terminal_fd, STDERR_FILENO);
    close(terminal_fd);
    close(capture_fd);
    unsetenv("JOURNAL_STREAM");
    return 0;
}

static const char *lines(void)
{
    ssize_t n = pread(capture_fd, captured, sizeof captured - 1, 0);
    captured[n > 0 ? n : 0] = '\0';
    return captured;
}

static void to_the_journal(void **state)
{
    (void)state;
    setenv("JOURNAL_STREAM", "8:1", 1);
    log_open("aduan-classifier", "classifier.3", LOG_LEVEL_INFO);
    log_info("worker.ready", "credit=%d ready", 512);
    log_error("store.full", "retry in 5 s");
    log_debug("not.shown", "x");
    assert_string_equal(lines(), "<6>aduan-classifier[classifier.3] worker.ready credit=512 ready\n"
                                 "<3>aduan-classifier[classifier.3] store.full retry in 5 s\n");
}

static void to_a_person(void **state)
{
    (void)state;
    log_open("aduand", NULL, LOG_LEVEL_WARNING);
    log_info("not.shown", "x");
    log_warning("a.b", "c");
    log_threshold(LOG_LEVEL_DEBUG);
    log_debug("d.e", "f");
    log_event((enum log_level)5, "g.h", "i");
    const char *at = lines();
    assert_int_equal(at[4], '-'); /* 2026-… */
    assert_non_null(strstr(at, "Z warning aduand a.b c\n"));
    assert_non_null(strstr(at, "Z debug aduand d.e f\n"));
    assert_non_null(strstr(at, "Z notice aduand g.h i\n"));
    assert_null(strstr(at, "not.shown"));
}

static void no_forged_lines(void **state)
{
    (void)state;
    setenv("JOURNAL_STREAM", "8:1", 1);
    log_open("p", "n", LOG_LEVEL_INFO);
    log_info("peer.said", "%s", "a\n<0>b\x1b[2J\x7f\r\tend");
    assert_string_equal(lines(), "<6>p[n] peer.said a?<0>b?[2J???end\n");
}

static void long_lines_are_cut(void **state)
{
    (void)state;
    char *text = calloc(1, 5001), *id = calloc(1, 5001);
    memset(text, 'x', 5000);
    memset(id, 'i', 5000);
    setenv("JOURNAL_STREAM", "8:1", 1);
    log_open("p", text, LOG_LEVEL_INFO);
    log_info("a.b", "%s", text);
    log_info(id, "%s", text);
    const char *first = lines(), *end = strchr(first, '\n');
    assert_true(end - first > 2000 && end - first < 2048);
    assert_int_equal(strlen(end + 1), end - first + 1);
    free(text);
    free(id);
}

static void words(void **state)
{
    (void)state;
    assert_int_equal(log_level_parse("error"), LOG_LEVEL_ERROR);
    assert_int_equal(log_level_parse("warning"), LOG_LEVEL_WARNING);
    assert_int_equal(log_level_parse("info"), LOG_LEVEL_INFO);
    assert_int_equal(log_level_parse("debug"), LOG_LEVEL_DEBUG);
    assert_true(log_level_parse("loud") < 0);
}

#define CAPTURED(f) cmocka_unit_test_setup_teardown(f, capture, release)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CAPTURED(to_the_journal),     CAPTURED(to_a_person),   CAPTURED(no_forged_lines),
        CAPTURED(long_lines_are_cut), cmocka_unit_test(words),
    };
    unsetenv("JOURNAL_STREAM");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
