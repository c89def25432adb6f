/* SPDX-License-Identifier: BSD-2-Clause */
#include "fake_line.h"

#include "gsm7.h"
#include "text.h"
#include "udh.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

/* Parts of one long SMS, by index. */
struct part_set {
    char from[FAKE_NUMBER_BYTES], to[FAKE_NUMBER_BYTES];
    uint16_t reference;
    uint8_t total, have;
    struct {
        uint8_t *body;
        size_t len;
    } part[256];
    struct part_set *next;
};

struct fake_parts {
    struct part_set *first;
};

struct fake_parts *fake_parts_new(void)
{
    struct fake_parts *parts = calloc(1, sizeof *parts);

    if (!parts)
        abort();
    return parts;
}

static void free_set(struct part_set *set)
{
    for (size_t i = 0; i < 256; i++)
        free(set->part[i].body);
    free(set);
}

void fake_parts_free(struct fake_parts *parts)
{
    while (parts && parts->first) {
        struct part_set *set = parts->first;

        parts->first = set->next;
        free_set(set);
    }
    free(parts);
}

/* --- to bearerbox --- */

static bool is_number(const char *number)
{
    size_t len = strlen(number);

    return len > 0 && len < FAKE_NUMBER_BYTES && len == strcspn(number, " \r\n");
}

/* Whether the raw form carries it: in GSM 7-bit, with nothing that would end or bend the line. */
static bool is_plain(const char *text, size_t len)
{
    struct sms_cost cost;

    for (size_t i = 0; i < len; i++)
        if ((uint8_t)text[i] < 0x20)
            return false;
    sms_cost(text, len, &cost);
    return !cost.ucs2;
}

static bool is_utf8(const char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        utf8proc_int32_t code;
        utf8proc_ssize_t step = utf8proc_iterate((const uint8_t *)text + i, (utf8proc_ssize_t)(len - i), &code);

        if (step <= 0)
            return false;
        i += (size_t)step;
    }
    return true;
}

static void put_unit(FILE *out, unsigned unit)
{
    fprintf(out, "%%%02X%%%02X", unit >> 8, unit & 0xFF);
}

static void put_ucs2(FILE *out, const char *text, size_t len)
{
    for (size_t i = 0; i < len;) {
        utf8proc_int32_t code;

        i += (size_t)utf8proc_iterate((const uint8_t *)text + i, (utf8proc_ssize_t)(len - i), &code);
        if (code >= 0x10000) {
            put_unit(out, 0xD800 + (unsigned)((code - 0x10000) >> 10));
            put_unit(out, 0xDC00 + (unsigned)((code - 0x10000) & 0x3FF));
        } else {
            put_unit(out, (unsigned)code);
        }
    }
}

int fake_line_make(const char *from, const char *to, const char *text, size_t len, char **line, size_t *line_len)
{
    FILE *out;

    if (!is_number(from) || !is_number(to) || !is_utf8(text, len))
        return E_INVALID;
    out = open_memstream(line, line_len);
    if (!out)
        abort();
    fprintf(out, "%s %s ", from, to);
    if (is_plain(text, len)) {
        fputs("text ", out);
        fwrite(text, 1, len, out);
    } else {
        fputs("ucs2 ", out);
        put_ucs2(out, text, len);
    }
    fputc('\n', out);
    if (fclose(out) != 0)
        abort();
    return OK;
}

/* --- from bearerbox --- */

struct span {
    const char *data;
    size_t len;
};

enum form { FORM_NONE, FORM_TEXT, FORM_DATA, FORM_UCS2, FORM_UDH };

struct fields {
    struct span from, to;
    enum form form;
    struct span rest;
};

/* Cuts the word up to the next space off *rest; false when there is no space. */
static bool cut(struct span *rest, struct span *word)
{
    const char *space = memchr(rest->data, ' ', rest->len);

    if (!space)
        return false;
    *word = (struct span){rest->data, (size_t)(space - rest->data)};
    rest->len -= word->len + 1;
    rest->data = space + 1;
    return true;
}

static bool is(struct span word, const char *text)
{
    return word.len == strlen(text) && memcmp(word.data, text, word.len) == 0;
}

/* It is kept as a C string. */
static bool may_be_number(struct span word)
{
    return word.len > 0 && word.len < FAKE_NUMBER_BYTES && !memchr(word.data, '\0', word.len);
}

static bool parse(const char *line, size_t len, struct fields *out)
{
    static const struct {
        const char *word;
        enum form form;
    } forms[] = {{"text", FORM_TEXT}, {"data", FORM_DATA}, {"ucs-2", FORM_UCS2}, {"udh", FORM_UDH}};
    struct span word;

    out->rest = (struct span){line, len};
    out->form = FORM_NONE;
    if (!cut(&out->rest, &out->from) || !cut(&out->rest, &out->to) || !cut(&out->rest, &word))
        return false;
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (is(word, forms[i].word))
            out->form = forms[i].form;
    return out->form != FORM_NONE && may_be_number(out->from) && may_be_number(out->to);
}

bool fake_line_begins(const char *line, size_t len)
{
    struct fields fields;

    return parse(line, len, &fields);
}

static int hex(char c)
{
    static const char digits[] = "0123456789ABCDEF0123456789abcdef";
    const char *at = c ? strchr(digits, c) : NULL;

    return at ? (int)(at - digits) % 16 : -1;
}

static uint8_t *url_decode(struct span in, size_t *len)
{
    uint8_t *out = malloc(in.len + 1);

    if (!out)
        abort();
    *len = 0;
    for (size_t i = 0; i < in.len; i++) {
        bool escape = in.data[i] == '%' && i + 2 < in.len && hex(in.data[i + 1]) >= 0 && hex(in.data[i + 2]) >= 0;

        if (escape) {
            out[(*len)++] = (uint8_t)(hex(in.data[i + 1]) << 4 | hex(in.data[i + 2]));
            i += 2;
        } else {
            out[(*len)++] = (uint8_t)(in.data[i] == '+' ? ' ' : in.data[i]);
        }
    }
    return out;
}

static void finish(const struct fields *fields, int coding, const void *body, size_t len, uint32_t segments,
                   struct fake_sms *out)
{
    struct text text;

    if (text_decode(coding, NULL, 0, body, len, &text) != OK)
        abort();
    memset(out, 0, sizeof *out);
    memcpy(out->from, fields->from.data, fields->from.len);
    memcpy(out->to, fields->to.data, fields->to.len);
    out->text = text.utf8;
    out->len = text.len;
    out->segments = segments;
}

/* The set of this part, a new one when it is the first. */
static struct part_set *find_set(struct fake_parts *parts, const struct fields *fields, const struct udh_concat *concat)
{
    struct part_set *set;

    for (set = parts->first; set; set = set->next)
        if (set->reference == concat->reference && set->total == concat->total && is(fields->from, set->from) &&
            is(fields->to, set->to))
            return set;
    set = calloc(1, sizeof *set);
    if (!set)
        abort();
    memcpy(set->from, fields->from.data, fields->from.len);
    memcpy(set->to, fields->to.data, fields->to.len);
    set->reference = concat->reference;
    set->total = concat->total;
    set->next = parts->first;
    parts->first = set;
    return set;
}

static void drop_set(struct fake_parts *parts, struct part_set *set)
{
    for (struct part_set **at = &parts->first; *at; at = &(*at)->next) {
        if (*at == set) {
            *at = set->next;
            free_set(set);
            return;
        }
    }
}

/* The line does not say which alphabet the parts are in: UTF-8 without NUL is text, anything else UCS-2. */
static int coding_of(const char *body, size_t len)
{
    return is_utf8(body, len) && !memchr(body, 0, len) ? TEXT_CODING_7BIT : TEXT_CODING_UCS2;
}

static void join(const struct fields *fields, const struct part_set *set, struct fake_sms *out)
{
    char *body;
    size_t len;
    FILE *all = open_memstream(&body, &len);

    if (!all)
        abort();
    for (size_t i = 1; i <= set->total; i++)
        fwrite(set->part[i].body, 1, set->part[i].len, all);
    if (fclose(all) != 0)
        abort();
    finish(fields, coding_of(body, len), body, len, set->total, out);
    free(body);
}

/* "<udh> data <body>" */
static bool read_part(struct fake_parts *parts, const struct fields *fields, struct fake_sms *out)
{
    struct span rest = fields->rest, word, form;
    struct udh_concat concat;
    size_t udh_len, body_len;
    uint8_t *udh, *body;
    bool whole = false;
    int kind;

    if (!cut(&rest, &word) || !cut(&rest, &form) || !is(form, "data"))
        return false;
    udh = url_decode(word, &udh_len);
    body = url_decode(rest, &body_len);
    kind = udh_parse_concat(udh, udh_len, &concat);
    free(udh);
    if (kind != 1) {
        finish(fields, coding_of((char *)body, body_len), body, body_len, 1, out);
        free(body);
        return true;
    }
    struct part_set *set = find_set(parts, fields, &concat);
    if (set->part[concat.index].body) {
        free(body);
        return false;
    }
    set->part[concat.index].body = body;
    set->part[concat.index].len = body_len;
    whole = ++set->have == set->total;
    if (whole) {
        join(fields, set, out);
        drop_set(parts, set);
    }
    return whole;
}

bool fake_line_read(struct fake_parts *parts, const char *line, size_t len, struct fake_sms *out)
{
    struct fields fields;
    uint8_t *body;
    size_t body_len;

    if (len && line[len - 1] == '\r')
        len--;
    if (!parse(line, len, &fields))
        return false;
    if (fields.form == FORM_UDH)
        return read_part(parts, &fields, out);
    if (fields.form == FORM_TEXT) {
        finish(&fields, TEXT_CODING_7BIT, fields.rest.data, fields.rest.len, 1, out);
        return true;
    }
    body = url_decode(fields.rest, &body_len);
    finish(&fields, fields.form == FORM_UCS2 ? TEXT_CODING_UCS2 : TEXT_CODING_8BIT, body, body_len, 1, out);
    free(body);
    return true;
}
