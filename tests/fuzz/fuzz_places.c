/* SPDX-License-Identifier: BSD-2-Clause */
/* libFuzzer target: after the first byte a citizen's text, searched for places with the tables that come along, or,
 * when that byte is odd, a table that somebody has written, which is then searched for itself. */
#include "fuzz.h"

#include "places.h"

static struct places *shipped(void)
{
    const struct places_files files = {.regencies = ADUAN_ETC_DIR "/places/regencies.tsv",
                                       .districts = ADUAN_ETC_DIR "/places/pekalongan.tsv",
                                       .own = "33.75"};
    struct places *places;
    struct fault fault;
    fuzz_must(places_load(&files, &places, &fault) == OK);
    return places;
}

/* Every place is words of the text, and has what it must have. */
static void search(const struct places *places, const uint8_t *data, size_t size)
{
    char *text = fuzz_copy(data, size);
    struct places_found found;
    places_find(places, text, size, &found);
    fuzz_must(found.count <= PLACES_MAX);
    for (size_t i = 0; i < found.count; i++) {
        const struct place *place = &found.places[i];
        fuzz_must(place->len > 0 && place->at < size && place->len <= size - place->at);
        fuzz_must(place->score >= 1 && place->score <= 99 && place->code && place->name);
        fuzz_must(place_kind_name(place->kind) && place_why_name(place->why));
        fuzz_must((place->kind == PLACE_RT_RW) == (place->rt > 0 || place->rw > 0));
        fuzz_must(i == 0 || place->at >= place[-1].at);
    }
    free(text);
}

static void table(const uint8_t *data, size_t size)
{
    const struct places_files files = {.regencies = fuzz_file(0, data, size)};
    struct places *places = NULL;
    struct fault fault = {0};
    int err = places_load(&files, &places, &fault);
    fuzz_must(err == OK || fault.text[0] != '\0');
    if (err == OK)
        search(places, data, size);
    places_free(places);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct places *places;
    if (!places)
        places = shipped();
    if (size > 0 && data[0] % 2)
        table(data + 1, size - 1);
    else if (size > 0)
        search(places, data + 1, size - 1);
    return 0;
}
