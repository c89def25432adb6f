/* SPDX-License-Identifier: BSD-2-Clause */
#include "stem.h"

#include <libstemmer.h>
#include <stdlib.h>

struct stemmer {
    struct sb_stemmer *snowball;
};

struct stemmer *stemmer_new(void)
{
    struct stemmer *stemmer = malloc(sizeof *stemmer);
    if (!stemmer)
        abort();
    stemmer->snowball = sb_stemmer_new("indonesian", "UTF_8");
    if (!stemmer->snowball)
        abort();
    return stemmer;
}

void stemmer_free(struct stemmer *stemmer)
{
    if (!stemmer)
        return;
    sb_stemmer_delete(stemmer->snowball);
    free(stemmer);
}

const char *stemmer_stem(struct stemmer *stemmer, const char *word, size_t len, size_t *stem_len)
{
    enum { STEMMED_MIN = 4 };
    size_t letters = 0;
    while (letters < len && word[letters] >= 'a' && word[letters] <= 'z')
        letters++;
    *stem_len = len;
    if (letters < len || len < STEMMED_MIN)
        return word;
    const sb_symbol *stem = sb_stemmer_stem(stemmer->snowball, (const sb_symbol *)word, (int)len);
    if (!stem)
        abort();
    *stem_len = (size_t)sb_stemmer_length(stemmer->snowball);
    return (const char *)stem;
}
