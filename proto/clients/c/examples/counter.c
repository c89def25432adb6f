/* SPDX-License-Identifier: BSD-2-Clause */
/* Counts tickets by category, live: counter PUBLISH REPLAY TOPIC FILE. Prints the table when it changed: at once, or
 * each second while there is much to catch up with.
 *
 * The counts are exact over kill -9, because they and the position are one write: FILE holds both, and a new one is
 * renamed into its place. It need not be written for each event: a counter that was killed goes on from the FILE as it
 * is, and counts again what that FILE had not counted yet. Keys for tcp: ADUAN_SERVER_KEY, ADUAN_SECRET_KEY. */
#include <aduan.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { CATEGORIES = 256, NAME = 64 };
struct counts {
    const char *file;
    uint8_t epoch[16];
    uint64_t sequence;
    size_t length;
    struct {
        char name[NAME];
        uint64_t tickets;
    } category[CATEGORIES];
    bool changed;
    time_t saved;
};

static uint64_t *count_of(struct counts *counts, const char *name)
{
    size_t at = 0;
    while (at < counts->length && strncmp(counts->category[at].name, name, NAME - 1))
        at++;
    if (at == CATEGORIES)
        return &counts->category[CATEGORIES - 1].tickets;
    if (at == counts->length)
        snprintf(counts->category[counts->length++].name, NAME, "%s", name);
    return &counts->category[at].tickets;
}

static int load(struct counts *counts)
{
    FILE *file = fopen(counts->file, "r");
    if (!file)
        return 0;
    for (int i = 0; i < 16; i++)
        if (fscanf(file, "%2hhx", &counts->epoch[i]) != 1)
            break;
    int found = fscanf(file, ":%" SCNu64, &counts->sequence);
    char name[NAME];
    uint64_t tickets;
    while (fscanf(file, "%63s %" SCNu64, name, &tickets) == 2)
        *count_of(counts, name) = tickets;
    fclose(file);
    return found == 1;
}

static int save(struct counts *counts)
{
    char path[4096];
    snprintf(path, sizeof path, "%s.new", counts->file);
    FILE *file = fopen(path, "w");
    if (!file)
        return 1;
    for (int i = 0; i < 16; i++)
        fprintf(file, "%02x", counts->epoch[i]);
    fprintf(file, ":%" PRIu64 "\n", counts->sequence);
    for (size_t i = 0; i < counts->length; i++) {
        fprintf(file, "%s %" PRIu64 "\n", counts->category[i].name, counts->category[i].tickets);
        printf("%-20s %" PRIu64 "\n", counts->category[i].name, counts->category[i].tickets);
    }
    puts("");
    fflush(stdout);
    counts->changed = false;
    counts->saved = time(NULL);
    return fclose(file) || rename(path, counts->file) ? 1 : 0;
}

static int count(void *arg, const struct aduan_event *event)
{
    struct counts *counts = arg;
    if (!strcmp(event->kind, "ticket_classified")) {
        ++*count_of(counts, event->category);
        counts->changed = true;
    }
    memcpy(counts->epoch, event->epoch, 16);
    counts->sequence = event->sequence;
    return counts->changed && time(NULL) != counts->saved ? save(counts) : 0;
}

/* Nothing more waits. */
static void rest(void *arg)
{
    struct counts *counts = arg;
    if (counts->changed && save(counts))
        exit(1);
}

static void say(void *arg, const char *text)
{
    (void)arg;
    fprintf(stderr, "counter: %s\n", text);
}

int main(int argc, char **argv)
{
    static struct counts counts;
    if (argc != 5) {
        fputs("usage: counter PUBLISH REPLAY TOPIC FILE\n", stderr);
        return 2;
    }
    counts.file = argv[4];
    struct aduan_options options = {.publish = argv[1], .replay = argv[2], .topic = argv[3], .news = say, .idle = rest};
    options.server_key = getenv("ADUAN_SERVER_KEY");
    options.secret_key = getenv("ADUAN_SECRET_KEY");
    options.has_position = load(&counts);
    memcpy(options.epoch, counts.epoch, 16);
    options.sequence = counts.sequence;
    int rc = aduan_follow(&options, count, &counts);
    if (rc == ADUAN_INVALID)
        say(NULL, "an endpoint, the topic or a key cannot be: is the topic cut behind a dot, are the keys in Z85?");
    else
        say(NULL, rc == ADUAN_REFUSED ? "the desk refuses" : "the counts cannot be written");
    return 1;
}
