/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * aduan.yaml. One table (config_rows) has a row a key: path, type, default, bounds, help; the parser, the reference
 * in README.md, `aduan config reference` and aduan.yaml(5) are all made from it. An unknown key or an ill-typed value
 * is an error with file:line:column, what was expected and the nearest valid key; nothing starts.
 * Relative paths are relative to the directory of the file.
 */
#ifndef ADUAN_CONFIG_H
#define ADUAN_CONFIG_H

#include "err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CONFIG_DEFAULT_PATH "/etc/aduan/aduan.yaml"
#define CONFIG_DEFAULT_MODEL "/usr/share/aduan/model.bin"
#define CONFIG_DEFAULT_PLACES "/usr/share/aduan/places/regencies.tsv"

struct config_bearerbox {
    char *name; /* unique over all boxes */
    char *host;
    uint32_t port;   /* smsbox-port */
    char *smsbox_id; /* identifies us in smsbox-route */
    bool tls;
    char *tls_ca;     /* PEM that the server's certificate must chain to; NULL: not checked */
    char *tls_cert;   /* PEM with our certificate and key; NULL: none */
    char *tls_name;   /* what the certificate must be made out to; "": the host */
    char *status_url; /* bearerbox's store-status; "": it cannot be asked */
};

struct config_box {
    char *name; /* "box1"; its endpoints are run_dir/<name>.in and .out */
    struct config_bearerbox *bearerboxes;
    size_t bearerbox_count;
};

struct config {
    char *path; /* the file it came from, absolute */
    /* desk */
    char *desk_name;   /* "Kota Pekalongan": field {desk} of the templates */
    char **shortcodes; /* numbers this desk answers on */
    size_t shortcode_count;
    char *language; /* "id" or "en": when a text does not tell */
    char *categories_path;
    char *agencies_path;
    char *model_path;
    char *places_path;    /* provinces and regencies */
    char *districts_path; /* what is inside the own one; NULL: nothing is known */
    char *regency;        /* code of the own one, "33.75"; "": none */
    char *replies_dir;
    uint32_t resend_window_s; /* 0: no SMS joins a ticket */
    uint32_t peak_age_s;      /* an SMS that waited so long is answered before it is classified; 0: none is */
    /* incidents */
    bool incidents;
    uint32_t incident_window_h;
    uint32_t incident_similarity, incident_similarity_no_place; /* percent */
    /* store */
    char *store_dir;
    uint64_t store_map_bytes; /* fixed map size, the same in every process */
    char *key_path;
    /* run */
    char *run_dir; /* sockets, locks; mode 0700 */
    enum { CONFIG_LOG_ERROR, CONFIG_LOG_WARNING, CONFIG_LOG_INFO, CONFIG_LOG_DEBUG } log_level;
    /* boxes */
    struct config_box *boxes;
    size_t box_count;
    /* workers */
    uint32_t classifiers; /* how many to start */
    uint32_t responders;
    uint32_t workers_max; /* scale refuses more of one kind */
    uint32_t batch_max;   /* messages a transaction */
    uint32_t batch_ms;    /* how long after one transaction the next waits to fill */
    uint32_t credit;      /* messages outstanding at one classifier */
    /* parts of long SMS */
    uint32_t part_wait_s; /* an incomplete set is delivered after this */
    uint32_t part_keep_s; /* a finished set is remembered this long, so that late copies are known */
    /* replies */
    uint32_t reply_lease_s;     /* SENDING without a result for this long is taken up again */
    uint32_t reply_ambiguous_s; /* after a broken link: wait this long for a delivery report, then resend */
    uint32_t reply_silence_s;   /* a bearerbox that does not tell whether it has the reply is borne so long */
    uint32_t reply_retry_s;     /* first wait after a refusal; doubles up to 64 times this */
    uint32_t reply_attempts;    /* then FAILED */
    uint32_t reply_rate;        /* automatic replies to one sender inside reply_rate_window_s */
    uint32_t reply_rate_window_s;
    uint32_t reply_reminder_s;     /* between two automatic replies about one ticket */
    uint32_t reply_window;         /* MT without a result at one responder */
    uint32_t reply_dlr_mask;       /* delivery reports to ask for, Kannel's bits */
    uint32_t reply_dlr_mask_staff; /* the same for what a person wrote */
    bool reply_unset_coding;       /* tell bearerbox no coding where 7-bit text is the same in UTF-8 */
    uint32_t reply_segments_max;   /* lint and load refuse a template that may cost more */
    uint32_t short_sender_digits;  /* a numeric sender of this many digits or fewer is another shortcode */
    /* feed */
    bool feed_enabled;
    char *feed_publish; /* tcp endpoint; "": none, and then feed_replay is "" too */
    char *feed_replay;
    char *feed_key_path;      /* the server's CURVE key */
    uint32_t event_keep_days; /* 0: for ever */
    /* retention: see config_retention_days() */
    uint32_t retention_days;
    char *retention_categories;
    /* supervision */
    uint32_t restart_first_ms;
    uint32_t restart_max_ms;
    uint32_t drain_s;         /* then a draining worker is killed */
    uint32_t box_window_warn; /* status warns when so many MO wait for their ack */
    /* smoke test: the fake SMSC link of bearerbox that `aduan send` and `aduan phone` speak to */
    char *smoke_host;
    uint32_t smoke_port; /* 0: not configured */
    char *smoke_sender;
};

/* Loads and checks everything that can be checked without starting. *out is free'd with config_free(). */
MUST_CHECK int config_load(const char *path, struct config **out, struct fault *fault);
/* Same from memory, for tests; relative paths are taken from base_dir. */
MUST_CHECK int config_parse(const char *name, const char *base_dir, const char *data, size_t len, struct config **out,
                            struct fault *fault);
void config_free(struct config *config);
/* How long texts and numbers of a category's tickets are kept after their end; NULL: of SMS without a ticket, after
 * they came. 0: for ever. */
uint32_t config_retention_days(const struct config *config, const char *category);

enum config_type {
    CONFIG_TEXT,
    CONFIG_PATH,
    CONFIG_COUNT,
    CONFIG_BYTES,
    CONFIG_BOOL,
    CONFIG_CHOICE,
    CONFIG_LIST,
    CONFIG_BOXES
};
struct config_row {
    const char *key; /* "replies.lease_s" */
    enum config_type type;
    size_t offset;        /* in struct config */
    const char *fallback; /* default as it would be written; NULL: required */
    uint64_t min, max;    /* counts and bytes */
    const char *choices;  /* "id|en" */
    const char *help;     /* one sentence or two */
    bool live;            /* a reload takes it up without a restart */
};
const struct config_row *config_rows(size_t *count);
/* The reference as Markdown table / as mdoc(7) items. */
void config_reference_markdown(FILE *out);
void config_reference_mdoc(FILE *out);

/* Endpoints. out holds CONFIG_ENDPOINT_BYTES; E_INVALID when run_dir is too long for a Unix socket. */
enum { CONFIG_ENDPOINT_BYTES = 128 };
MUST_CHECK int config_endpoint(const struct config *config, const char *socket_name, char out[CONFIG_ENDPOINT_BYTES]);

#endif
