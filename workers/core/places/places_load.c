/* SPDX-License-Identifier: BSD-2-Clause */
/* From the tables to what places_find() runs: areas, sorted by code, and every way to name them. */
#include "places_priv.h"

#include "lines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    COLUMNS_MAX = 5,
    COLUMN_CODE = 0,
    COLUMN_KIND,
    COLUMN_NAME,
    COLUMN_OTHERS,
    COLUMN_PREFIXES,
    NAME_BYTES_MAX = 120
};

static void *must(void *memory)
{
    if (!memory)
        abort();
    return memory;
}

void places_free(struct places *places)
{
    if (!places)
        return;
    for (size_t i = 0; i < places->area_count; i++)
        free(places->areas[i].name);
    free(places->areas);
    free(places->names);
    free(places->cues);
    terms_free(places->terms);
    free(places->paths[0]);
    free(places->paths[1]);
    free(places);
}

size_t places_count(const struct places *places, enum place_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < places->area_count; i++)
        count += places->areas[i].kind == kind;
    return count;
}

/* --- one line ----------------------------------------------------------------------------------------------------- */

struct row {
    struct places *places;
    const char *path;
    size_t line;
    const char *begin; /* of the line: columns are counted from here */
    char *columns[COLUMNS_MAX];
    size_t count;
    struct fault *fault;
};

static int wrong(const struct row *row, const char *at, const char *what, const char *found)
{
    return fault_set(row->fault, E_CONFIG, "%s:%zu:%zu: %s, found \"%.80s\"", row->path, row->line,
                     (size_t)(at - row->begin) + 1, what, found);
}

/* "33", "33.75", "33.75.01", "33.75.01.1002": how many parts, 0: none of these. */
static unsigned code_parts(const char *code)
{
    static const size_t digits[] = {2, 2, 2, 4};
    for (unsigned part = 0; part < sizeof digits / sizeof *digits; part++) {
        if (strspn(code, "0123456789") != digits[part])
            return 0;
        code += digits[part];
        if (*code == '\0')
            return part + 1;
        if (*code++ != '.')
            return 0;
    }
    return 0;
}

/* What a code says of its kind: kota from 71 on, kelurahan 1xxx, desa 2xxx. */
static enum place_kind kind_of_code(const char *code)
{
    switch (code_parts(code)) {
    case 1:
        return PLACE_PROVINCE;
    case 2:
        return code[3] >= '7' ? PLACE_KOTA : PLACE_KABUPATEN;
    case 3:
        return PLACE_KECAMATAN;
    default:
        return code[9] == '1' ? PLACE_KELURAHAN : PLACE_DESA;
    }
}

static int kind_read(const struct row *row, enum place_kind *out)
{
    const char *code = row->columns[COLUMN_CODE], *kind = row->columns[COLUMN_KIND];
    if (code_parts(code) == 0)
        return wrong(row, code, "expected a Kemendagri code such as 33, 33.75, 33.75.01 or 33.75.01.1002", code);
    *out = kind_of_code(code);
    if (strcmp(kind, place_kind_name(*out)) != 0) {
        char expected[120];
        snprintf(expected, sizeof expected, "expected the kind \"%s\", which is what the code %s stands for",
                 place_kind_name(*out), code);
        return wrong(row, kind, expected, kind);
    }
    return OK;
}

static uint32_t area_add(const struct row *row, enum place_kind kind)
{
    struct places *places = row->places;
    const char *code = row->columns[COLUMN_CODE], *name = row->columns[COLUMN_NAME];
    static const char *const titles[] = {
        [PLACE_PROVINCE] = "Provinsi",   [PLACE_KOTA] = "Kota",           [PLACE_KABUPATEN] = "Kabupaten",
        [PLACE_KECAMATAN] = "Kecamatan", [PLACE_KELURAHAN] = "Kelurahan", [PLACE_DESA] = "Desa"};
    if (places->area_count == places->area_room) {
        places->area_room = places->area_room ? 2 * places->area_room : 64;
        places->areas = must(reallocarray(places->areas, places->area_room, sizeof *places->areas));
    }
    struct area *area = &places->areas[places->area_count];
    *area = (struct area){.kind = kind, .line = row->line, .path = row->path};
    memcpy(area->code, code, strlen(code) + 1);
    if (asprintf(&area->name, "%s %s", titles[kind], name) < 0)
        abort();
    size_t own = strlen(places->own), len = strlen(code);
    area->own = own > 0 && strncmp(code, places->own, own < len ? own : len) == 0;
    places->inside = places->inside || kind >= PLACE_KECAMATAN;
    return (uint32_t)places->area_count++;
}

static int name_add(const struct row *row, const char *text, size_t len, const struct area_name *name)
{
    struct places *places = row->places;
    if (terms_add(places->terms, text, len, (uint32_t)places->name_count) != OK)
        return E_INVALID;
    if (places->name_count == places->name_room) {
        places->name_room = places->name_room ? 2 * places->name_room : 256;
        places->names = must(reallocarray(places->names, places->name_room, sizeof *places->names));
    }
    places->names[places->name_count++] = *name;
    return OK;
}

/* A name without its spaces and hyphens behind a word: "kotapekalongan". Not added when nothing was left out. */
static int add_joined(const struct row *row, const char *before, const char *text, size_t len,
                      const struct area_name *name)
{
    char joined[NAME_BYTES_MAX + 16];
    size_t used = strlen(before);
    memcpy(joined, before, used);
    for (size_t i = 0; i < len; i++)
        if (!strchr(" -.", text[i]))
            joined[used++] = text[i];
    return used == len ? OK : name_add(row, joined, used, name);
}

static int add_with_kind(const struct row *row, const char *text, size_t len, struct area_name name)
{
    enum place_kind kind = row->places->areas[name.area].kind;
    name.mark = MARK_NONE;
    name.with_kind = true;
    if (kind == PLACE_KOTA)
        return add_joined(row, "kota", text, len, &name);
    if (kind != PLACE_KABUPATEN)
        return OK;
    int err = add_joined(row, "kab", text, len, &name);
    return err == OK ? add_joined(row, "kabupaten", text, len, &name) : err;
}

/* One name in all the ways in which it is written. */
static int add_name(const struct row *row, const char *text, size_t len, struct area_name name)
{
    static const char islands[] = "Kepulauan ";
    char shorter[NAME_BYTES_MAX + 1];
    bool kept = len > sizeof islands - 1 && memcmp(text, islands, sizeof islands - 1) == 0;
    int err = len > NAME_BYTES_MAX ? E_INVALID : name_add(row, text, len, &name);
    if (err == OK && !name.prefix)
        err = add_joined(row, "", text, len, &name);
    if (err == OK && kept && !name.prefix) {
        int used =
            snprintf(shorter, sizeof shorter, "Kep %.*s", (int)(len - (sizeof islands - 1)), text + sizeof islands - 1);
        err = name_add(row, shorter, (size_t)used, &name);
    }
    if (err == OK && !name.prefix)
        err = add_with_kind(row, text, len, name);
    if (err != OK)
        return wrong(row, text, "expected a name of 1 to 12 words in UTF-8, at most 120 bytes", text);
    return OK;
}

static const char *unmarked(const char *text, enum name_mark *mark)
{
    *mark = *text == '~' ? MARK_NEAR : *text == '!' ? MARK_KIND : MARK_NONE;
    return text + (*mark != MARK_NONE);
}

/* The names of a list with commas; one that says the name itself again has marked it, and is left out. */
static int add_list(const struct row *row, char *list, struct area_name name)
{
    for (char *item; list && (item = strsep(&list, ","));) {
        const char *text = unmarked(item, &name.mark);
        int err = name.mark != MARK_NONE && strcmp(text, row->columns[COLUMN_NAME]) == 0
                      ? OK
                      : add_name(row, text, strlen(text), name);
        if (err != OK)
            return err;
    }
    return OK;
}

/* How the list of other names marks the name itself. */
static enum name_mark own_mark(const struct row *row)
{
    const char *name = row->columns[COLUMN_NAME];
    enum name_mark mark;
    size_t len = strlen(name);
    for (const char *at = row->columns[COLUMN_OTHERS]; at && *at; at += strcspn(at, ","), at += *at == ',') {
        const char *text = unmarked(at, &mark);
        if (mark != MARK_NONE && strncmp(text, name, len) == 0 && (text[len] == ',' || text[len] == '\0'))
            return mark;
    }
    return MARK_NONE;
}

static int row_read(struct row *row)
{
    enum place_kind kind = PLACE_PROVINCE;
    int err = kind_read(row, &kind);
    if (err != OK)
        return err;
    struct area_name name = {.mark = own_mark(row)};
    const char *text = row->columns[COLUMN_NAME];
    name.area = area_add(row, kind);
    err = add_name(row, text, strlen(text), name);
    if (err == OK && row->count > COLUMN_OTHERS && row->columns[COLUMN_OTHERS][0])
        err = add_list(row, row->columns[COLUMN_OTHERS], name);
    name.prefix = true;
    if (err == OK && row->count > COLUMN_PREFIXES && row->columns[COLUMN_PREFIXES][0])
        err = add_list(row, row->columns[COLUMN_PREFIXES], name);
    return err;
}

static int line_read(void *ctx, char *line, const char *path, size_t number, struct fault *fault)
{
    struct row row = {.places = ctx, .path = path, .line = number, .begin = line, .fault = fault};
    for (char *rest = line, *column; rest && (column = strsep(&rest, "\t"));) {
        if (row.count == COLUMNS_MAX)
            return wrong(&row, column, "expected no more than five columns", column);
        row.columns[row.count++] = column;
    }
    if (row.count <= COLUMN_NAME)
        return wrong(&row, line, "expected a code, a kind and a name, with a tab between", line);
    return row_read(&row);
}

/* --- all of them together ----------------------------------------------------------------------------------------- */

static int by_code(const void *left, const void *right, void *ctx)
{
    const struct area *areas = ctx;
    return strcmp(areas[*(const uint32_t *)left].code, areas[*(const uint32_t *)right].code);
}

static bool has_code(const struct places *places, const uint32_t *sorted, const char *code, size_t len)
{
    size_t low = 0, high = places->area_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const char *there = places->areas[sorted[middle]].code;
        int order = strncmp(code, there, len);
        if (order == 0 && there[len] == '\0')
            return true;
        if (order > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

static int check_area(const struct places *places, const uint32_t *sorted, size_t i, struct fault *fault)
{
    const struct area *area = &places->areas[sorted[i]], *before = i > 0 ? &places->areas[sorted[i - 1]] : NULL;
    const char *dot = strrchr(area->code, '.');
    if (before && strcmp(before->code, area->code) == 0) {
        const struct area *later = before->path == area->path && before->line > area->line ? before : area;
        return fault_set(fault, E_CONFIG, "%s:%zu:1: the code %s is given twice: one place has one line", later->path,
                         later->line, later->code);
    }
    if (dot && !has_code(places, sorted, area->code, (size_t)(dot - area->code)))
        return fault_set(fault, E_CONFIG, "%s:%zu:1: %s lies in %.*s, which is in none of the files: add its line",
                         area->path, area->line, area->code, (int)(dot - area->code), area->code);
    return OK;
}

static int check(const struct places *places, struct fault *fault)
{
    uint32_t *sorted = must(calloc(places->area_count + 1, sizeof *sorted));
    int err = OK;
    for (size_t i = 0; i < places->area_count; i++)
        sorted[i] = (uint32_t)i;
    qsort_r(sorted, places->area_count, sizeof *sorted, by_code, places->areas);
    for (size_t i = 0; i < places->area_count && err == OK; i++)
        err = check_area(places, sorted, i, fault);
    if (err == OK && places->own[0] && !has_code(places, sorted, places->own, strlen(places->own)))
        err =
            fault_set(fault, E_CONFIG, "desk.regency: there is no %s in %s: give the code of a kota or kabupaten there",
                      places->own, places->paths[0]);
    free(sorted);
    return err;
}

/* Calls fn with each word of places_words.c and one of the sets it is in. */
static void each_cue(struct places *places, void (*fn)(struct places *, const char *, size_t, uint32_t))
{
    for (const struct cue_words *list = place_cue_words; list->words; list++)
        for (const char *word = list->words; *word; word += strspn(word, " ")) {
            size_t len = strcspn(word, " ");
            fn(places, word, len, list->cues);
            word += len;
        }
}

static void cue_add(struct places *places, const char *word, size_t len, uint32_t cues)
{
    (void)cues;
    if (terms_add(places->terms, word, len, TERM_OF_CUE) != OK)
        abort(); /* our own table */
}

static void cue_set(struct places *places, const char *word, size_t len, uint32_t cues)
{
    places->cues[terms_word(places->terms, word, len)] |= cues;
}

static void compile(struct places *places)
{
    each_cue(places, cue_add);
    terms_index(places->terms);
    places->cues = must(calloc(terms_word_count(places->terms), sizeof *places->cues));
    each_cue(places, cue_set);
}

int places_load(const struct places_files *files, struct places **out, struct fault *fault)
{
    struct places *places = must(calloc(1, sizeof *places));
    const char *own = files->own ? files->own : "";
    int err = OK;
    places->terms = terms_new();
    places->paths[0] = must(strdup(files->regencies));
    places->paths[1] = must(strdup(files->districts ? files->districts : ""));
    if (*own && (code_parts(own) == 0 || code_parts(own) > 2))
        err =
            fault_set(fault, E_CONFIG, "desk.regency: expected a Kemendagri code such as 33.75, found \"%.40s\"", own);
    else
        memcpy(places->own, own, strlen(own) + 1);
    for (size_t i = 0; i < 2 && err == OK; i++)
        if (places->paths[i][0])
            err = lines_read(places->paths[i], line_read, places, fault);
    if (err == OK)
        err = check(places, fault);
    if (err != OK) {
        places_free(places);
        return err;
    }
    compile(places);
    *out = places;
    return OK;
}
