/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Makes a dictionary of what tickets and replies say, for record_compress.h: reads our own training texts as the desk
 * would, packs the secret fields of the ticket and of the reply that came of each, and learns from every second of them
 * what they have in common. The others tell what it is worth. The same texts give the same bytes.
 *
 *   dictionary BYTES OUT TEXTS.tsv…      prints one line of JSON
 *
 * OUT is as workers/core/store/record_words.inc. Stores hold what only the bytes in there can read, so it is made once;
 * for another one, with another id, see record_words.h.
 */
#include "desk_here.h"
#include "record_compress.h"
#include "record_pack.h"
#include "ticket_places.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zdict.h>
#include <zstd.h>

enum { DICTIONARY_ID = 1, LEVEL = 3, LINE_MAX_BYTES = 4096, NAMES_MAX = 1024, ID_AT = 4 };

struct samples {
    uint8_t *bytes;
    size_t len, room, *sizes, count, sizes_room;
};

/* Of regencies, to be put into texts, which name few. */
struct names {
    char *name[NAMES_MAX];
    size_t count;
};

static void add(struct samples *to, const ProtobufCMessage *record)
{
    struct record_bytes packed;
    record_bytes_init(&packed);
    record_pack(&packed, record, UINT64_MAX);
    if (to->len + packed.len > to->room)
        to->bytes = realloc(to->bytes, to->room = 2 * (to->len + packed.len));
    if (to->count == to->sizes_room)
        to->sizes = realloc(to->sizes, (to->sizes_room = 2 * to->count + 64) * sizeof *to->sizes);
    if (!to->bytes || !to->sizes)
        abort();
    memcpy(to->bytes + to->len, packed.data, packed.len);
    to->len += packed.len;
    to->sizes[to->count++] = packed.len;
    record_bytes_done(&packed);
}

static void add_reply(const struct desk_here *desk, const struct verdict *verdict, size_t number, struct samples *to)
{
    size_t len;
    char *text = desk_here_answer(desk, verdict, 1000000 + 7919 * number % 9000000, &len);
    if (!text)
        return;
    Aduan__Record__Reply reply = ADUAN__RECORD__REPLY__INIT;
    reply.text = (ProtobufCBinaryData){len, (uint8_t *)text};
    add(to, &reply.base);
    free(text);
}

static void add_ticket(const struct verdict *verdict, const struct text *text, struct samples *to)
{
    Aduan__Record__Ticket ticket = ADUAN__RECORD__TICKET__INIT;
    struct ticket_places places;
    ticket.why = (char *)verdict->why;
    ticket.text = (ProtobufCBinaryData){text->len, (uint8_t *)text->utf8};
    ticket.guesses = (char *)verdict->guesses;
    ticket.rules = (char *)verdict->rules;
    ticket_places_borrow(&places, &verdict->places, &ticket);
    add(to, &ticket.base);
}

/* Every third text says where, in one of three ways. */
static void with_place(const struct names *names, size_t number, char *line)
{
    static const char *const ways[] = {" di ", " ", ". Lokasi: depan pasar, "};
    size_t len = strlen(line);
    if (number % 3 == 0)
        snprintf(line + len, LINE_MAX_BYTES - len, "%s%s", ways[number / 3 % 3], names->name[number % names->count]);
}

static void read_one(struct desk_here *desk, size_t number, const char *line, struct samples *to)
{
    static struct verdict verdict;
    struct text text;
    desk_here_read(desk, line, strlen(line), &text, &verdict);
    if (verdict.open_ticket) {
        add_ticket(&verdict, &text, to);
        add_reply(desk, &verdict, number, to);
    }
    text_done(&text);
}

static FILE *opened(const char *path, const char *mode)
{
    FILE *file = fopen(path, mode);
    if (!file)
        die("cannot open", path);
    return file;
}

/* The first column of a file of texts; the header and "#" lines are none. */
static void read_texts(struct desk_here *desk, const struct names *names, const char *path, size_t *number,
                       struct samples sets[2])
{
    char line[LINE_MAX_BYTES];
    FILE *in = opened(path, "r");
    while (fgets(line, sizeof line, in)) {
        line[strcspn(line, "\t\n")] = '\0';
        if (*line == '#' || strcmp(line, "text") == 0)
            continue;
        with_place(names, *number / 2, line);
        read_one(desk, *number / 2, line, &sets[*number % 2]);
        ++*number;
    }
    fclose(in);
}

/* Names of regencies: the third column. */
static void read_names(struct names *names)
{
    char line[LINE_MAX_BYTES];
    FILE *in = opened(HERE_PLACES, "r");
    while (names->count < NAMES_MAX && fgets(line, sizeof line, in)) {
        const char *code = strtok(line, "\t\n"), *kind = strtok(NULL, "\t\n"), *name = strtok(NULL, "\t\n");
        if (code && *code >= '0' && *code <= '9' && kind && name)
            names->name[names->count++] = strdup(name);
    }
    fclose(in);
    if (names->count == 0)
        die("no places in", HERE_PLACES);
}

static size_t shrunk(const struct samples *samples, const uint8_t *words, size_t len)
{
    ZSTD_CDict *dictionary = ZSTD_createCDict(words, len, LEVEL);
    ZSTD_CCtx *context = ZSTD_createCCtx();
    uint8_t *out = malloc(ZSTD_compressBound(samples->len));
    size_t sum = 0, at = 0;
    if (!dictionary || !context || !out)
        abort();
    for (size_t i = 0; i < samples->count; at += samples->sizes[i++])
        sum += ZSTD_compress_usingCDict(context, out, ZSTD_compressBound(samples->sizes[i]), samples->bytes + at,
                                        samples->sizes[i], dictionary);
    free(out);
    ZSTD_freeCCtx(context);
    ZSTD_freeCDict(dictionary);
    return sum;
}

static void write_numbers(const char *path, const uint8_t *words, size_t len)
{
    FILE *out = opened(path, "w");
    fputs("/* SPDX-License-Identifier: BSD-2-Clause */\n"
          "/* Made by tests/bench/dictionary; see record_words.h before you change a byte. */",
          out);
    for (size_t i = 0; i < len; i++)
        fprintf(out, "%s%u", i == 0 ? "\n" : i % 24 ? ", " : ",\n", words[i]);
    fputs("\n", out);
    if (fclose(out) != 0)
        die("cannot write", path);
}

int main(int argc, char **argv)
{
    struct desk_here desk;
    struct names names = {.count = 0};
    struct samples sets[2] = {0};
    size_t number = 0, room = argc < 4 ? 0 : strtoul(argv[1], NULL, 10);
    if (argc < 4)
        die("arguments", "BYTES OUT TEXTS.tsv…");
    desk_here_open(&desk);
    read_names(&names);
    for (int i = 3; i < argc; i++)
        read_texts(&desk, &names, argv[i], &number, sets);
    desk_here_close(&desk);
    uint8_t *words = malloc(room);
    size_t len = ZDICT_trainFromBuffer(words, room, sets[0].bytes, sets[0].sizes, (unsigned)sets[0].count);
    if (ZDICT_isError(len))
        die("zstd", ZDICT_getErrorName(len));
    memcpy(words + ID_AT, (const uint8_t[4]){DICTIONARY_ID}, 4); /* RFC 8878: little-endian, behind the magic number */
    write_numbers(argv[2], words, len);
    printf("{\"texts\": %zu, \"dictionary_bytes\": %zu, \"bytes\": %zu, \"compressed\": %.3f}\n", number, len,
           sets[1].len / sets[1].count, (double)shrunk(&sets[1], words, len) / (double)sets[1].len);
    for (size_t i = 0; i < names.count; i++)
        free(names.name[i]);
    for (int i = 0; i < 2; i++) {
        free(sets[i].bytes);
        free(sets[i].sizes);
    }
    free(words);
    return 0;
}
