/* SPDX-License-Identifier: BSD-2-Clause */
#include "place_view.h"

#include "output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct place_shown place_found(const struct place *place)
{
    return (struct place_shown){.kind = place_kind_name(place->kind),
                                .code = place->code,
                                .name = place->name,
                                .why = place_why_name(place->why),
                                .at = place->at,
                                .len = place->len,
                                .score = place->score,
                                .rt = place->rt,
                                .rw = place->rw};
}

struct place_shown place_kept(const Aduan__Record__Place *place)
{
    return (struct place_shown){.kind = place->kind,
                                .code = place->code,
                                .name = place->name,
                                .why = place->why,
                                .at = place->at,
                                .len = place->length,
                                .score = place->score,
                                .rt = place->rt,
                                .rw = place->rw};
}

/* The words of the text, as far as it has them: a text may have been lost since. */
static const char *words(const struct place_shown *place, const void *text, size_t text_len, size_t *len)
{
    bool inside = place->at <= text_len && place->len <= text_len - place->at;

    *len = inside ? place->len : 0;
    return inside ? (const char *)text + place->at : "";
}

static json_t *string_or_null(const char *text)
{
    return *text ? json_text(text, strlen(text)) : json_null();
}

json_t *place_json(const struct place_shown *place, const void *text, size_t len)
{
    size_t words_len;
    const char *written = words(place, text, len, &words_len);
    json_t *object = json_object();

    json_object_set_new(object, "kind", json_text(place->kind, strlen(place->kind)));
    json_object_set_new(object, "code", string_or_null(place->code));
    json_object_set_new(object, "name", string_or_null(place->name));
    json_object_set_new(object, "text", json_text(written, words_len));
    json_object_set_new(object, "at", json_integer(place->at));
    json_object_set_new(object, "length", json_integer(place->len));
    json_object_set_new(object, "score", json_integer(place->score));
    json_object_set_new(object, "why", json_text(place->why, strlen(place->why)));
    if (place->rt)
        json_object_set_new(object, "rt", json_integer(place->rt));
    if (place->rw)
        json_object_set_new(object, "rw", json_integer(place->rw));
    return object;
}

char *place_label(const struct place_shown *place, const void *text, size_t len)
{
    size_t words_len;
    const char *written = words(place, text, len, &words_len);
    char *label, *clean;

    if (*place->name == '\0')
        return output_clean(written, words_len, false);
    clean = output_clean(place->name, strlen(place->name), false);
    if (asprintf(&label, "%s (%s)", clean, place->code) < 0)
        abort();
    free(clean);
    return label;
}
