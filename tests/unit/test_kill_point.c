/* SPDX-License-Identifier: BSD-2-Clause */
#include "kill_point.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void pass(int times)
{
    for (int i = 0; i < times; i++) {
        KILL_POINT("classifier", "after_commit");
        KILL_POINT("classifier", "before_commit");
        KILL_POINT("responder", "after_commit");
    }
}

/* How a child ends that passes so often under that order: its exit code, or minus its signal. */
static int end_of(const char *order, int times)
{
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        setenv("ADUAN_FAULT", order, 1);
        pass(times);
        _exit(0);
    }
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

static void only_the_ordered_passage_kills(void **state)
{
    (void)state;
#ifdef ADUAN_FAULT_POINTS
    assert_int_equal(end_of("classifier:after_commit:3", 3), -SIGKILL);
#endif
    assert_int_equal(end_of("classifier:after_commit:3", 2), 0);
    assert_int_equal(end_of("classifier:after", 9), 0);
    assert_int_equal(end_of("feed:after_commit:1", 9), 0);
    unsetenv("ADUAN_FAULT");
    pass(1);
    setenv("ADUAN_FAULT", "classifier:after_commit:1000", 1);
    pass(9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(only_the_ordered_passage_kills)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
