/* SPDX-License-Identifier: BSD-2-Clause */
/* What only the whole configuration can tell: names that clash, limits that contradict each other, a run_dir whose
 * sockets would have no room. Each fault points at the line to change. */
#include "config_priv.h"
#include "status_url.h"

#include <ctype.h>
#include <string.h>

/* The node of "run.dir", or of the deepest section on the way to it that is written. */
static const struct yaml_node *place(const struct yaml_doc *doc, const char *section, const char *key)
{
    const struct yaml_node *root = yaml_doc_root(doc), *inside = yaml_node_get(root, section), *leaf;

    if (!inside)
        return root;
    leaf = key ? yaml_node_get(inside, key) : NULL;
    return leaf ? leaf : inside;
}

static const struct yaml_node *field_of(const struct yaml_node *mapping, const char *key)
{
    const struct yaml_node *field = yaml_node_get(mapping, key);
    return field ? field : mapping;
}

/* Names become file names and process names, and travel in arguments separated by commas. */
static bool is_name(const char *text)
{
    return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") == strlen(text) && text[0] != '-';
}

static int check_shortcodes(const struct config *config, const struct yaml_doc *doc, struct fault *fault)
{
    const struct yaml_node *list = place(doc, "desk", "shortcodes");

    for (size_t i = 0; i < config->shortcode_count; i++) {
        const char *code = config->shortcodes[i], *digits = code + (code[0] == '+');
        size_t len = strlen(digits);
        if (len < 1 || len > 20 || strspn(digits, "0123456789") != len)
            return yaml_fault(yaml_node_item(list, i), fault,
                              "desk.shortcodes: expected a number of 1 to 20 digits, found '%.80s'", code);
        for (size_t j = 0; j < i; j++) {
            if (strcmp(config->shortcodes[j], code) == 0)
                return yaml_fault(yaml_node_item(list, i), fault, "desk.shortcodes: '%s' is given twice", code);
        }
    }
    return OK;
}

static int check_workers(const struct config *config, const struct yaml_doc *doc, struct fault *fault)
{
    if (config->classifiers > config->workers_max)
        return yaml_fault(place(doc, "workers", "classifiers"), fault,
                          "workers.classifiers: %u is more than workers.max, which is %u", config->classifiers,
                          config->workers_max);
    if (config->responders > config->workers_max)
        return yaml_fault(place(doc, "workers", "responders"), fault,
                          "workers.responders: %u is more than workers.max, which is %u", config->responders,
                          config->workers_max);
    if (config->restart_first_ms > config->restart_max_ms)
        return yaml_fault(place(doc, "supervision", "restart_max_ms"), fault,
                          "supervision.restart_max_ms: %u is less than restart_first_ms, which is %u",
                          config->restart_max_ms, config->restart_first_ms);
    return OK;
}

static bool is_tcp(const char *endpoint)
{
    return strncmp(endpoint, "tcp://", 6) == 0 && strrchr(endpoint, ':') > endpoint + 5;
}

static int check_feed(const struct config *config, const struct yaml_doc *doc, struct fault *fault)
{
    const char *publish = config->feed_publish, *replay = config->feed_replay;
    char endpoint[CONFIG_ENDPOINT_BYTES];

    if (*publish && !is_tcp(publish))
        return yaml_fault(place(doc, "feed", "publish"), fault,
                          "feed.publish: expected an endpoint such as tcp://*:5708, found '%.80s'", publish);
    if (*replay && !is_tcp(replay))
        return yaml_fault(place(doc, "feed", "replay"), fault,
                          "feed.replay: expected an endpoint such as tcp://*:5709, found '%.80s'", replay);
    if (!*publish != !*replay)
        return yaml_fault(place(doc, "feed", NULL), fault,
                          "feed.publish and feed.replay go together: what is missed is asked for at the other one");
    if (*publish && strcmp(publish, replay) == 0)
        return yaml_fault(place(doc, "feed", "replay"), fault, "feed.replay: it is feed.publish already");
    if (config_endpoint(config, "feed.replay", endpoint))
        return yaml_fault(place(doc, "run", "dir"), fault,
                          "run.dir: too long: a socket's path in it must stay below 108 bytes");
    return OK;
}

/* What goes into one argument of aduanbox must hold neither comma nor space. */
static bool is_argument(const char *text)
{
    for (; *text; text++) {
        if (*text == ',' || isspace((unsigned char)*text))
            return false;
    }
    return true;
}

static int check_link(const struct config_bearerbox *link, const struct yaml_node *node, struct fault *fault)
{
    const struct {
        const char *key, *text;
    } arguments[] = {{"host", link->host},
                     {"smsbox_id", link->smsbox_id},
                     {"tls_ca", link->tls_ca},
                     {"tls_cert", link->tls_cert},
                     {"tls_name", link->tls_name}};
    struct status_url url;

    if (!is_name(link->name))
        return yaml_fault(field_of(node, "name"), fault,
                          "a bearerbox's name is of small letters, digits, - and _; found '%.80s'", link->name);
    for (size_t i = 0; i < sizeof arguments / sizeof arguments[0]; i++) {
        if (arguments[i].text && !is_argument(arguments[i].text))
            return yaml_fault(field_of(node, arguments[i].key), fault, "%s: no comma and no space, found '%.80s'",
                              arguments[i].key, arguments[i].text);
    }
    if (!link->tls && (link->tls_ca || link->tls_cert))
        return yaml_fault(field_of(node, link->tls_ca ? "tls_ca" : "tls_cert"), fault,
                          "a certificate without 'tls: yes': the line would not be encrypted");
    if (*link->status_url && status_url_parse(link->status_url, &url) != OK)
        return yaml_fault(field_of(node, "status_url"), fault,
                          "status_url: http://ADDRESS:PORT/store-status.txt?password=…, the address as a number");
    if (*link->tls_name && !link->tls_ca)
        return yaml_fault(field_of(node, "tls_name"), fault,
                          "tls_name without tls_ca: the name is read in a certificate that a CA vouches for");
    return OK;
}

static bool link_name_taken(const struct config *config, size_t box, size_t link)
{
    const char *name = config->boxes[box].bearerboxes[link].name;

    for (size_t i = 0; i <= box; i++) {
        size_t end = i == box ? link : config->boxes[i].bearerbox_count;
        for (size_t j = 0; j < end; j++) {
            if (strcmp(config->boxes[i].bearerboxes[j].name, name) == 0)
                return true;
        }
    }
    return false;
}

static int check_links(const struct config *config, size_t i, const struct yaml_node *node, struct fault *fault)
{
    const struct config_box *box = &config->boxes[i];
    const struct yaml_node *list = yaml_node_get(node, "bearerboxes");

    for (size_t j = 0; j < box->bearerbox_count; j++) {
        const struct yaml_node *item = yaml_node_item(list, j);
        int err = check_link(&box->bearerboxes[j], item, fault);
        if (err)
            return err;
        if (link_name_taken(config, i, j))
            return yaml_fault(field_of(item, "name"), fault,
                              "another bearerbox is called '%s' already; links need names of their own",
                              box->bearerboxes[j].name);
    }
    return OK;
}

static int check_box(const struct config *config, size_t i, const struct yaml_doc *doc, struct fault *fault)
{
    const struct yaml_node *node = yaml_node_item(place(doc, "boxes", NULL), i), *at = field_of(node, "name");
    const char *name = config->boxes[i].name;
    char socket_name[64], endpoint[CONFIG_ENDPOINT_BYTES];

    if (!is_name(name))
        return yaml_fault(at, fault, "a box's name is of small letters, digits, - and _; found '%.80s'", name);
    if (strcmp(name, "aduand") == 0)
        return yaml_fault(at, fault, "a box cannot be called 'aduand': that lock is the supervisor's");
    for (size_t j = 0; j < i; j++) {
        if (strcmp(config->boxes[j].name, name) == 0)
            return yaml_fault(at, fault, "another box is called '%s' already; boxes need names of their own", name);
    }
    snprintf(socket_name, sizeof socket_name, "%s.out", name);
    if (config_endpoint(config, socket_name, endpoint))
        return yaml_fault(place(doc, "run", "dir"), fault,
                          "run.dir: too long: a socket's path in it must stay below 108 bytes");
    return check_links(config, i, node, fault);
}

static int check_retention(const struct config *config, const struct yaml_doc *doc, struct fault *fault)
{
    size_t bad;

    if (config_retention_valid(config->retention_categories, &bad))
        return OK;
    return yaml_fault(place(doc, "retention", "categories"), fault,
                      "retention.categories: expected category=days with 0 to 36500 days, such as jalan=365, found "
                      "'%.40s'",
                      config->retention_categories + bad);
}

int config_check(const struct config *config, const struct yaml_doc *doc, struct fault *fault)
{
    int err = check_shortcodes(config, doc, fault);

    if (!err)
        err = check_workers(config, doc, fault);
    if (!err)
        err = check_feed(config, doc, fault);
    if (!err)
        err = check_retention(config, doc, fault);
    for (size_t i = 0; i < config->box_count && !err; i++)
        err = check_box(config, i, doc, fault);
    return err;
}
