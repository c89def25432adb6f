/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Put before libstemmer (LD_PRELOAD), for tests/bench/workers: a text of the benchmark costs a millisecond more. One
 * word that stands in it once is stemmed once; whoever stems it sleeps first.
 */
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

/* As libstemmer.h declares it. */
struct sb_stemmer;
const unsigned char *sb_stemmer_stem(struct sb_stemmer *stemmer, const unsigned char *word, int size);

const unsigned char *sb_stemmer_stem(struct sb_stemmer *stemmer, const unsigned char *word, int size)
{
    static const unsigned char *(*real)(struct sb_stemmer *, const unsigned char *, int);
    static const char dear[] = "grogolan";
    const struct timespec millisecond = {0, 1000000};
    if (!real) {
        void *found = dlsym(RTLD_NEXT, "sb_stemmer_stem");
        if (!found)
            abort();
        memcpy(&real, &found, sizeof real);
        (void)prctl(PR_SET_TIMERSLACK, 1000);
    }
    if (size == (int)sizeof dear - 1 && memcmp(word, dear, sizeof dear - 1) == 0)
        (void)nanosleep(&millisecond, NULL);
    return real(stemmer, word, size);
}
