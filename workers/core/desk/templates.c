/* SPDX-License-Identifier: BSD-2-Clause */
/* The languages of a replies directory and their templates; what each may cost is known before it is ever sent. */
#include "templates_priv.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { LANGUAGE_BYTES = 4 };

const char *const templates_names[TEMPLATE_COUNT] = {
    "received", "received_incomplete", "received_unread", "reminder", "emergency", "empty", "unreadable", "staff"};

#define BIT(field) (1u << (field))
#define TICKET_FIELDS                                                                                                  \
    (BIT(FIELD_DESK) | BIT(FIELD_TICKET) | BIT(FIELD_CATEGORY) | BIT(FIELD_AGENCY) | BIT(FIELD_REASON) |               \
     BIT(FIELD_STATE) | BIT(FIELD_DATE))

/* Without a ticket there is nothing to say of it; with one, its number is what the citizen needs. */
static const struct {
    unsigned may, must;
} fields_of[TEMPLATE_COUNT] = {
    [TEMPLATE_RECEIVED] = {TICKET_FIELDS, BIT(FIELD_TICKET)},
    [TEMPLATE_RECEIVED_INCOMPLETE] = {TICKET_FIELDS, BIT(FIELD_TICKET)},
    [TEMPLATE_RECEIVED_UNREAD] = {BIT(FIELD_DESK) | BIT(FIELD_TICKET) | BIT(FIELD_DATE), BIT(FIELD_TICKET)},
    [TEMPLATE_REMINDER] = {TICKET_FIELDS, BIT(FIELD_TICKET)},
    [TEMPLATE_EMERGENCY] = {TICKET_FIELDS, BIT(FIELD_TICKET)},
    [TEMPLATE_EMPTY] = {BIT(FIELD_DESK) | BIT(FIELD_DATE), 0},
    [TEMPLATE_UNREADABLE] = {BIT(FIELD_DESK) | BIT(FIELD_DATE), 0},
    [TEMPLATE_STAFF] = {TICKET_FIELDS | BIT(FIELD_TEXT), BIT(FIELD_TICKET) | BIT(FIELD_TEXT)},
};

/* Lengths of the fields for the price. Longest: "Kabupaten Administrasi Kepulauan Seribu"; a ticket number of the
 * billionth SMS; names that still fit an SMS; two phrases of a rule; "bukan wewenang". What staff write is their own
 * choice, and `aduan ticket reply` tells its price: it counts as nothing at load and as a usual answer in the lint. */
static const struct {
    size_t typical, longest;
} field_lengths[FIELD_COUNT] = {
    [FIELD_DESK] = {15, 40},   [FIELD_TICKET] = {7, 11}, [FIELD_CATEGORY] = {17, 32}, [FIELD_AGENCY] = {18, 32},
    [FIELD_REASON] = {15, 48}, [FIELD_STATE] = {10, 18}, [FIELD_DATE] = {10, 10},     [FIELD_TEXT] = {80, 0},
};

struct language {
    char code[LANGUAGE_BYTES];
    struct yaml_doc *doc;
    struct templates_template templates[TEMPLATE_COUNT];
};

struct templates {
    struct language *languages; /* sorted by code */
    size_t count;
    uint32_t segments_max;
};

/* --- prices --------------------------------------------------------------------------------------------------- */

/* The cost with fields of the given lengths. */
static struct sms_cost price(const struct templates_template *template_, bool longest)
{
    enum { LONGEST = 128 };
    static const char filler[LONGEST + 1] = "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn"
                                            "nnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnnn";
    const char *values[FIELD_COUNT];
    struct sms_cost cost;
    char *text;
    size_t len;
    for (int i = 0; i < FIELD_COUNT; i++)
        values[i] = filler + LONGEST - (longest ? field_lengths[i].longest : field_lengths[i].typical);
    if (templates_expand(template_, values, &text, &len) != OK)
        abort();
    sms_cost(text, len, &cost);
    free(text);
    return cost;
}

/* --- loading -------------------------------------------------------------------------------------------------- */

/* "id.yaml" → "id". */
static bool language_of_file(const char *file, char code[LANGUAGE_BYTES])
{
    size_t len = strspn(file, "abcdefghijklmnopqrstuvwxyz");
    if (len < 2 || len >= LANGUAGE_BYTES || strcmp(file + len, ".yaml") != 0)
        return false;
    memcpy(code, file, len);
    code[len] = '\0';
    return true;
}

/* TEMPLATE_COUNT when there is none of that name. */
static size_t template_find(const char *name)
{
    size_t which = 0;
    while (which < TEMPLATE_COUNT && strcmp(templates_names[which], name) != 0)
        which++;
    return which;
}

static int template_load(struct language *language, size_t which, const struct yaml_node *node, uint32_t segments_max,
                         struct fault *fault)
{
    struct templates_template *template_ = &language->templates[which];
    int err =
        templates_parse(node, templates_names[which], fields_of[which].may, fields_of[which].must, template_, fault);
    if (err != OK)
        return err;
    struct sms_cost cost = price(template_, true);
    if (cost.segments <= segments_max)
        return OK;
    return yaml_fault(node, fault, "%s may cost %" PRIu32 " SMS, more than the %" PRIu32 " of replies.segments_max%s",
                      templates_names[which], cost.segments, segments_max,
                      cost.ucs2 ? "; it holds a character that GSM 7-bit lacks" : "");
}

static int language_load(struct language *language, const char *path, uint32_t segments_max, struct fault *fault)
{
    int err = yaml_doc_load(path, &language->doc, fault);
    if (err != OK)
        return err;
    const struct yaml_node *root = yaml_doc_root(language->doc);
    if (!root)
        return fault_set(fault, E_CONFIG, "%s:1:1: expected templates, found nothing", path);
    if (yaml_node_kind(root) != YAML_MAPPING)
        return yaml_fault(root, fault, "expected a mapping from the name of a template to its text");
    for (size_t i = 0; i < yaml_node_count(root); i++) {
        const char *name = yaml_node_text(yaml_node_key(root, i));
        size_t which = template_find(name);
        if (which == TEMPLATE_COUNT) {
            const char *nearest = yaml_nearest(name, templates_names, TEMPLATE_COUNT);
            return yaml_fault(yaml_node_key(root, i), fault, "there is no template \"%s\"%s%s%s", name,
                              nearest ? "; did you mean \"" : "", nearest ? nearest : "", nearest ? "\"?" : "");
        }
        err = template_load(language, which, yaml_node_value(root, i), segments_max, fault);
        if (err != OK)
            return err;
    }
    for (size_t i = 0; i < TEMPLATE_COUNT; i++)
        if (!language->templates[i].node)
            return yaml_fault(root, fault, "the template \"%s\" is missing", templates_names[i]);
    return OK;
}

static int is_yaml(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);
    return entry->d_name[0] != '.' && len > 5 && strcmp(entry->d_name + len - 5, ".yaml") == 0;
}

static int file_load(struct templates *templates, const char *dir, const char *file, struct fault *fault)
{
    char path[PATH_MAX];
    struct language *language = &templates->languages[templates->count];
    if (snprintf(path, sizeof path, "%s/%s", dir, file) >= (int)sizeof path)
        return fault_set(fault, E_CONFIG, "the path is too long: %s", dir);
    if (!language_of_file(file, language->code))
        return fault_set(fault, E_CONFIG, "%s:1:1: a file of templates is called after its language: id.yaml, en.yaml",
                         path);
    templates->count++;
    return language_load(language, path, templates->segments_max, fault);
}

static const struct language *language_find(const struct templates *templates, const char *code)
{
    for (size_t i = 0; i < templates->count; i++)
        if (strcmp(templates->languages[i].code, code) == 0)
            return &templates->languages[i];
    return NULL;
}

int templates_load(const char *dir, uint32_t segments_max, struct templates **out, struct fault *fault)
{
    struct dirent **files;
    int count = scandir(dir, &files, is_yaml, alphasort), err = OK;
    if (count < 0)
        return fault_set(fault, E_CONFIG, "%s: cannot read the directory of reply templates: %s; see desk.replies", dir,
                         strerror(errno));
    struct templates *templates = calloc(1, sizeof *templates);
    if (!templates || !(templates->languages = calloc((size_t)count + 1, sizeof *templates->languages)))
        abort();
    templates->segments_max = segments_max;
    for (int i = 0; i < count; i++) {
        if (err == OK)
            err = file_load(templates, dir, files[i]->d_name, fault);
        free(files[i]);
    }
    free(files);
    if (err == OK && !language_find(templates, "id"))
        err = fault_set(fault, E_CONFIG, "%s/id.yaml is missing: the templates that every other language falls back to",
                        dir);
    if (err != OK) {
        templates_free(templates);
        return err;
    }
    *out = templates;
    return OK;
}

void templates_free(struct templates *templates)
{
    if (!templates)
        return;
    for (size_t i = 0; i < templates->count; i++) {
        for (size_t k = 0; k < TEMPLATE_COUNT; k++)
            free(templates->languages[i].templates[k].pieces);
        yaml_doc_free(templates->languages[i].doc);
    }
    free(templates->languages);
    free(templates);
}

/* --- use ------------------------------------------------------------------------------------------------------ */

bool templates_has(const struct templates *templates, const char *name)
{
    (void)templates;
    return template_find(name) < TEMPLATE_COUNT;
}

int templates_render(const struct templates *templates, const char *name, const char *language,
                     const struct template_fields *fields, char **out, size_t *out_len, struct sms_cost *cost)
{
    const char *values[FIELD_COUNT] = {
        [FIELD_DESK] = fields->desk,     [FIELD_TICKET] = fields->ticket, [FIELD_CATEGORY] = fields->category,
        [FIELD_AGENCY] = fields->agency, [FIELD_REASON] = fields->reason, [FIELD_STATE] = fields->state,
        [FIELD_DATE] = fields->date,     [FIELD_TEXT] = fields->text,
    };
    const struct language *found = language_find(templates, language);
    size_t which = template_find(name);
    if (which == TEMPLATE_COUNT)
        return E_NOT_FOUND;
    if (!found)
        found = language_find(templates, "id");
    for (int i = 0; i < FIELD_COUNT; i++)
        if (!values[i])
            values[i] = "";
    int err = templates_expand(&found->templates[which], values, out, out_len);
    if (err == OK)
        sms_cost(*out, *out_len, cost);
    return err;
}

int templates_lint(const struct templates *templates, FILE *out)
{
    int warnings = 0;
    for (size_t i = 0; i < templates->count; i++) {
        const struct language *language = &templates->languages[i];
        for (size_t k = 0; k < TEMPLATE_COUNT; k++) {
            struct sms_cost typical = price(&language->templates[k], false);
            struct sms_cost longest = price(&language->templates[k], true);
            /* {text} has no longest length, so the typical price may be the higher one. */
            uint32_t most = longest.segments > typical.segments ? longest.segments : typical.segments;
            fprintf(out, "%-3s %-20s %-6s %" PRIu32 " SMS, at most %" PRIu32, language->code, templates_names[k],
                    typical.ucs2 ? "UCS-2" : "GSM-7", typical.segments, most);
            if (typical.ucs2) {
                fprintf(out, "; U+%04" PRIX32 " is not in GSM 7-bit", typical.first_offender);
                warnings++;
            }
            fputc('\n', out);
        }
    }
    return warnings;
}
