/* SPDX-License-Identifier: BSD-2-Clause */
/* The files of etc/training, and what a desk has to decide about a text. */
#include "corpus.h"

#include "lines.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMN_TEXT, COLUMN_TYPE, COLUMN_CATEGORY, COLUMN_URGENCY, COLUMN_FLAGS, COLUMN_LANGUAGE, COLUMNS };
static const char header[] = "text\ttype\tcategory\turgency\tflags\tlanguage";

/* Behind type, category and urgency; each is a flag of the column `flags`. */
static const char *const flags[] = {"spam", "sara", "kasar", "hoaks", "data_pribadi"};
enum { FLAGS = sizeof flags / sizeof flags[0], FLAGS_FIRST = 3 };

void corpus_desk_heads(struct corpus *corpus)
{
    corpus_head_add(corpus, "type", NULL);
    corpus_head_add(corpus, "category", NULL);
    corpus_head_add(corpus, "urgency", "emergency");
    corpus_head_dire(corpus);
    for (size_t i = 0; i < FLAGS; i++)
        corpus_head_add(corpus, flags[i], flags[i]);
}

bool corpus_is_report(const char *type)
{
    return strcmp(type, "spam") != 0 && strcmp(type, "lainnya") != 0;
}

/* Sets the labels of the flags named in "sara,kasar"; false for one that is unknown. */
static bool flags_read(char *list, const char *labels[FLAGS])
{
    for (size_t i = 0; i < FLAGS; i++)
        labels[i] = "";
    for (char *rest = list, *name; (name = strsep(&rest, ",")) != NULL;) {
        size_t i = 0;
        while (i < FLAGS && strcmp(name, flags[i]) != 0)
            i++;
        if (i < FLAGS)
            labels[i] = flags[i];
        else if (name[0])
            return false;
    }
    return true;
}

static int line_add(struct corpus *corpus, char *line, const char *path, size_t number, struct fault *fault)
{
    const char *labels[FLAGS_FIRST + FLAGS];
    char *column[COLUMNS];
    size_t count = 0;
    for (char *rest = line; rest && count < COLUMNS; count++)
        column[count] = strsep(&rest, "\t");
    if (count < COLUMNS || !column[COLUMN_TYPE][0] || !column[COLUMN_CATEGORY][0])
        return fault_set(fault, E_CONFIG, "%s:%zu: expected text, type, category, urgency, flags and language", path,
                         number);
    bool emergency = strcmp(column[COLUMN_URGENCY], "emergency") == 0;
    if (!emergency && strcmp(column[COLUMN_URGENCY], "normal") != 0)
        return fault_set(fault, E_CONFIG, "%s:%zu: the urgency is normal or emergency, not \"%s\"", path, number,
                         column[COLUMN_URGENCY]);
    if (!flags_read(column[COLUMN_FLAGS], labels + FLAGS_FIRST))
        return fault_set(fault, E_CONFIG, "%s:%zu: a flag is not spam, sara, kasar, hoaks or data_pribadi", path,
                         number);
    labels[0] = column[COLUMN_TYPE];
    labels[1] = corpus_is_report(column[COLUMN_TYPE]) ? column[COLUMN_CATEGORY] : NULL;
    labels[2] = emergency ? "emergency" : "";
    corpus_add(corpus, column[COLUMN_TEXT], strlen(column[COLUMN_TEXT]), labels);
    return OK;
}

/* The first line is the header. */
struct reading {
    struct corpus *corpus;
    bool head;
};

static int line_read(void *ctx, char *line, const char *path, size_t number, struct fault *fault)
{
    struct reading *reading = ctx;
    if (reading->head)
        return line_add(reading->corpus, line, path, number, fault);
    reading->head = true;
    if (strcmp(line, header) == 0)
        return OK;
    return fault_set(fault, E_CONFIG,
                     "%s:%zu: expected the columns text, type, category, urgency, flags, language with tabs between",
                     path, number);
}

int corpus_read(struct corpus *corpus, const char *path, struct fault *fault)
{
    struct reading reading = {.corpus = corpus};
    return lines_read(path, line_read, &reading, fault);
}

static int is_tsv(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    return len > 4 && strcmp(entry->d_name + len - 4, ".tsv") == 0;
}

/* Not alphasort(): that one follows the locale. */
static int name_order(const struct dirent **left, const struct dirent **right)
{
    return strcmp((*left)->d_name, (*right)->d_name);
}

int corpus_read_dir(struct corpus *corpus, const char *dir, struct fault *fault)
{
    struct dirent **entries = NULL;
    int count = scandir(dir, &entries, is_tsv, name_order), err = OK;
    if (count < 0)
        return fault_set(fault, E_IO, "cannot read the directory %s: %m", dir);
    for (int i = 0; i < count; i++) {
        char *path = NULL;
        if (asprintf(&path, "%s/%s", dir, entries[i]->d_name) < 0)
            abort();
        if (err == OK)
            err = corpus_read(corpus, path, fault);
        free(path);
        free(entries[i]);
    }
    free(entries);
    return err;
}
