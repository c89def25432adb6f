/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Put before PCRE2 (LD_PRELOAD), for tests/bench/workers: a text of the benchmark costs a millisecond more. One pattern
 * of etc/categories.yaml is looked for in it, once: broken roads. Whoever looks for that one sleeps first.
 */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <dlfcn.h>
#include <pcre2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

static const pcre2_code *dear;

static void *next(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (!found)
        abort();
    return found;
}

pcre2_code *pcre2_compile(PCRE2_SPTR pattern, PCRE2_SIZE len, uint32_t options, int *code, PCRE2_SIZE *at,
                          pcre2_compile_context *context)
{
    static pcre2_code *(*real)(PCRE2_SPTR, PCRE2_SIZE, uint32_t, int *, PCRE2_SIZE *, pcre2_compile_context *);
    if (!real) {
        void *found = next("pcre2_compile_8");
        memcpy(&real, &found, sizeof real);
        (void)prctl(PR_SET_TIMERSLACK, 1000);
    }
    pcre2_code *compiled = real(pattern, len, options, code, at, context);
    if (len == PCRE2_ZERO_TERMINATED && strstr((const char *)pattern, "rlubang"))
        dear = compiled;
    return compiled;
}

int pcre2_match(const pcre2_code *pattern, PCRE2_SPTR text, PCRE2_SIZE len, PCRE2_SIZE from, uint32_t options,
                pcre2_match_data *data, pcre2_match_context *context)
{
    static int (*real)(const pcre2_code *, PCRE2_SPTR, PCRE2_SIZE, PCRE2_SIZE, uint32_t, pcre2_match_data *,
                       pcre2_match_context *);
    const struct timespec millisecond = {0, 1000000};
    if (!real) {
        void *found = next("pcre2_match_8");
        memcpy(&real, &found, sizeof real);
    }
    if (pattern == dear)
        (void)nanosleep(&millisecond, NULL);
    return real(pattern, text, len, from, options, data, context);
}
