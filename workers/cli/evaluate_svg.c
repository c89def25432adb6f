/* SPDX-License-Identifier: BSD-2-Clause */
/* An evaluation as a picture: a row a head, on the left what was taken for what, on the right how far probabilities can
 * be believed. One file without anything outside it, readable in black and white too: every cell has its number. */
#include "evaluated.h"

#include <string.h>

enum {
    CELL = 26,       /* of the matrix */
    LABELS_MIN = 80, /* room for the names beside and below it */
    LETTER = 7,      /* of a name, at most */
    CURVE = 260,     /* the side of the square of probabilities */
    DOT_MAX = 12,
    GAP = 64,
    TITLE = 54,
    MARGIN = 24,
    MATRIX_MIN = 9 * CELL /* the line of figures above it needs its room */
};

static void text(FILE *out, int x, int y, const char *attributes, const char *words)
{
    fprintf(out, "<text x=\"%d\" y=\"%d\"%s%s>", x, y, *attributes ? " " : "", attributes);
    for (; *words; words++)
        switch (*words) {
        case '<':
            fputs("&lt;", out);
            break;
        case '&':
            fputs("&amp;", out);
            break;
        default:
            fputc(*words, out);
        }
    fputs("</text>\n", out);
}

static int matrix_side(const struct metrics *metrics)
{
    return (int)metrics->classes * CELL;
}

/* What does not apply has no name of its own. */
static void class_name(const struct evaluation *evaluation, size_t head, size_t class_, char out[128])
{
    const struct corpus_head *of = &evaluation->corpus->heads[head];
    bool without = of->flag && class_ == 0;
    snprintf(out, 128, "%s%s", without ? "not " : "",
             without ? of->labels[0] : evaluation_class(evaluation, head, class_));
}

/* For the longest name there is. */
static int labels_room(const struct evaluation *evaluation)
{
    size_t room = LABELS_MIN;
    for (size_t h = 0; h < evaluation->corpus->head_count; h++)
        for (size_t k = 0; evaluation->heads[h].count > 0 && k < evaluation->heads[h].classes; k++) {
            char name[128];
            class_name(evaluation, h, k, name);
            room = strlen(name) * LETTER > room ? strlen(name) * LETTER : room;
        }
    return (int)room;
}

static int head_height(const struct metrics *metrics, int labels)
{
    int matrix = matrix_side(metrics) + labels;
    return TITLE + (matrix > CURVE + GAP ? matrix : CURVE + GAP);
}

/* The share of a class's texts, from white to blue; errors from white to red. Numbers stand out on both. */
static void cell(FILE *out, int x, int y, const struct metrics *metrics, size_t truth, size_t said)
{
    uint64_t count = metrics_cell(metrics, truth, said), support = metrics_support(metrics, truth);
    double share = support > 0 ? (double)count / (double)support : 0;
    int faded = 255 - (int)(share * 185);
    char number[24];

    fprintf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"rgb(%d,%d,%d)\" stroke=\"#ddd\"/>\n", x, y,
            CELL, CELL, truth == said ? faded : 255, faded, truth == said ? 255 : faded);
    if (count == 0)
        return;
    snprintf(number, sizeof number, "%llu", (unsigned long long)count);
    text(out, x + CELL / 2, y + CELL / 2 + 4,
         share > 0.5 ? "text-anchor=\"middle\" font-size=\"9\" fill=\"white\""
                     : "text-anchor=\"middle\" font-size=\"9\"",
         number);
}

static void matrix(FILE *out, const struct evaluation *evaluation, size_t head, int left, int top)
{
    const struct metrics *metrics = &evaluation->heads[head];
    int side = matrix_side(metrics);
    char name[128];

    for (size_t truth = 0; truth < metrics->classes; truth++) {
        int y = top + (int)truth * CELL;

        class_name(evaluation, head, truth, name);
        text(out, left - 6, y + CELL / 2 + 4, "text-anchor=\"end\"", name);
        for (size_t said = 0; said < metrics->classes; said++)
            cell(out, left + (int)said * CELL, y, metrics, truth, said);
    }
    for (size_t said = 0; said < metrics->classes; said++) {
        int x = left + (int)said * CELL + CELL / 2 + 4, y = top + side + 6;
        char turned[96];

        snprintf(turned, sizeof turned, "text-anchor=\"end\" transform=\"rotate(-90 %d %d)\"", x, y);
        class_name(evaluation, head, said, name);
        text(out, x, y, turned, name);
    }
}

static void axis(FILE *out, int left, int top)
{
    static const char *const names[] = {"0", "0.25", "0.5", "0.75", "1"};

    fprintf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#999\"/>\n", left, top,
            CURVE, CURVE);
    fprintf(out, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#999\" stroke-dasharray=\"4 3\"/>\n", left,
            top + CURVE, left + CURVE, top);
    for (int i = 0; i <= 4; i++) {
        text(out, left + i * CURVE / 4, top + CURVE + DOT_MAX + 12, "text-anchor=\"middle\"", names[i]);
        text(out, left - DOT_MAX - 4, top + CURVE - i * CURVE / 4 + 4, "text-anchor=\"end\"", names[i]);
    }
    text(out, left + CURVE / 2, top + CURVE + DOT_MAX + 28, "text-anchor=\"middle\"", "probability that was said");
}

/* A dot a bin at what was said and what came true, as large as its share of the texts. */
static void reliability(FILE *out, const struct metrics *metrics, int left, int top)
{
    int last_x = -1, last_y = 0;

    axis(out, left, top);
    text(out, left, top - DOT_MAX - 2, "", "share that came true");
    for (size_t i = 0; i < METRICS_BINS; i++) {
        const struct metrics_bin *bin = &metrics->bins[i];

        if (bin->count == 0)
            continue;
        int x = left + (int)(bin->probability / (double)bin->count * CURVE);
        int y = top + CURVE - (int)((double)bin->true_count / (double)bin->count * CURVE);
        int radius = 3 + (int)((DOT_MAX - 3) * (double)bin->count / (double)metrics->count);

        if (last_x >= 0)
            fprintf(out, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" stroke=\"#36c\"/>\n", last_x, last_y, x, y);
        fprintf(out, "<circle cx=\"%d\" cy=\"%d\" r=\"%d\" fill=\"#36c\" fill-opacity=\"0.6\"/>\n", x, y, radius);
        last_x = x;
        last_y = y;
    }
}

static void draw_head(FILE *out, const struct evaluation *evaluation, size_t head, int labels, int widest, int top)
{
    const struct metrics *metrics = &evaluation->heads[head];
    char title[256];

    text(out, MARGIN, top + 16, "font-size=\"15\" font-weight=\"bold\"", evaluation->corpus->heads[head].name);
    snprintf(
        title, sizeof title,
        "%llu texts, accuracy %.3f, macro-F1 %.3f, calibration error %.3f; rows: what it is, columns: what was said",
        (unsigned long long)metrics->count, metrics_accuracy(metrics), metrics_macro_f1(metrics),
        metrics_calibration_error(metrics));
    text(out, MARGIN, top + 33, "fill=\"#555\"", title);
    matrix(out, evaluation, head, MARGIN + labels, top + TITLE);
    reliability(out, metrics, MARGIN + labels + widest + GAP, top + TITLE);
}

static void draw(FILE *out, const struct evaluation *evaluation)
{
    int widest = MATRIX_MIN, height = MARGIN, labels = labels_room(evaluation);

    for (size_t h = 0; h < evaluation->corpus->head_count; h++) {
        if (evaluation->heads[h].count == 0)
            continue;
        int side = matrix_side(&evaluation->heads[h]);

        widest = side > widest ? side : widest;
        height += head_height(&evaluation->heads[h], labels) + MARGIN;
    }
    int width = 2 * MARGIN + labels + widest + GAP + CURVE + GAP;
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
            "height=\"%d\" viewBox=\"0 0 %d %d\" font-family=\"sans-serif\" font-size=\"11\">\n"
            "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
            width, height, width, height);
    for (size_t h = 0, top = MARGIN; h < evaluation->corpus->head_count; h++) {
        if (evaluation->heads[h].count == 0)
            continue;
        draw_head(out, evaluation, h, labels, widest, (int)top);
        top += (size_t)(head_height(&evaluation->heads[h], labels) + MARGIN);
    }
    fputs("</svg>\n", out);
}

int evaluated_svg(const struct evaluated *evaluated, const char *path, struct fault *fault)
{
    FILE *out = fopen(path, "we");

    if (!out)
        return fault_set(fault, E_IO, "cannot write the picture %s: %m", path);
    draw(out, evaluated->evaluation);
    bool bad = ferror(out);
    if (fclose(out) != 0 || bad)
        return fault_set(fault, E_IO, "cannot write the picture %s to its end", path);
    return OK;
}
