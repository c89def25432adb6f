/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of every key. The parser, its refusals and the reference are made from it: a new key is a new row here
 * and a new field in struct config. */
#include "config_priv.h"

#include <string.h>

#define KIB ((uint64_t)1024)
#define MIB (KIB * 1024)
#define GIB (MIB * 1024)
#define TIB (GIB * 1024)

#define AT(field) .offset = offsetof(struct config, field)
#define BOX(field) .offset = offsetof(struct config_box, field)
#define LINK(field) .offset = offsetof(struct config_bearerbox, field)

#define FOLLOWS(type, items, number)                                                                                   \
    _Static_assert(offsetof(type, number) == offsetof(type, items) + offsetof(struct config_items, count),             \
                   #number " follows " #items)
FOLLOWS(struct config, shortcodes, shortcode_count);
FOLLOWS(struct config, boxes, box_count);
FOLLOWS(struct config_box, bearerboxes, bearerbox_count);

/* clang-format off */
static const struct config_row rows[] = {
    {"desk.name", CONFIG_TEXT, AT(desk_name), NULL, 1, 60, NULL,
     "The desk's name as citizens know it; the field {desk} of the reply templates.", true},
    {"desk.shortcodes", CONFIG_LIST, AT(shortcodes), NULL, 1, 64, NULL,
     "The numbers this desk answers on, exactly as bearerbox names the receiver. An SMS to another number is kept, "
     "but opens no ticket.", true},
    {"desk.language", CONFIG_TEXT, AT(language), "id", 2, 2, "id|en",
     "The language of replies when the SMS itself does not tell.", true},
    {"desk.categories", CONFIG_PATH, AT(categories_path), "categories.yaml", 0, 0, NULL,
     "The classifier's words, phrases and patterns.", true},
    {"desk.agencies", CONFIG_PATH, AT(agencies_path), "agencies.yaml", 0, 0, NULL,
     "The agencies and what is routed to them.", true},
    {"desk.model", CONFIG_PATH, AT(model_path), CONFIG_DEFAULT_MODEL, 0, 0, NULL,
     "What the classifier has learnt: a file that `aduan train` writes. Without it the rules of desk.categories decide "
     "alone, and `aduan status` says so.", true},
    {"desk.places", CONFIG_PATH, AT(places_path), CONFIG_DEFAULT_PLACES, 0, 0, NULL,
     "Provinces and regencies with their Kemendagri codes, and what people call them. Without it no text is searched for "
     "places, and `aduan status` says so.", true},
    {"desk.districts", CONFIG_PATH, AT(districts_path), "", 0, 0, NULL,
     "The kecamatan and kelurahan of the desk's own area, such as places/pekalongan.tsv. Empty: none are known by name.",
     true},
    {"desk.regency", CONFIG_TEXT, AT(regency), "", 0, 5, NULL,
     "The Kemendagri code of the desk's own kota, kabupaten or province, such as 33.75: of places with one name its own "
     "come first. Empty: none do.", true},
    {"desk.replies", CONFIG_PATH, AT(replies_dir), "replies", 0, 0, NULL,
     "The directory of the reply templates, a file a language.", true},
    {"desk.resend_window_s", CONFIG_COUNT, AT(resend_window_s), "86400", 0, 2592000, NULL,
     "An SMS that says the same as an open ticket of its sender, not older than this, joins that ticket. 0: each SMS "
     "opens its own. smoke.sender's always do.", true},
    {"desk.peak_age_s", CONFIG_COUNT, AT(peak_age_s), "2", 0, 3600, NULL,
     "An SMS that has waited this long is answered first and classified later: in a peak receipts do not wait for "
     "thinking. 0: never.", true},

    {"incidents.enabled", CONFIG_BOOL, AT(incidents), "yes", 0, 0, NULL,
     "Whether tickets of one problem join one incident by themselves. What is joined stays so, and people can join and "
     "split, either way.", true},
    {"incidents.window_h", CONFIG_COUNT, AT(incident_window_h), "72", 1, 720, NULL,
     "A ticket joins a like one that is open and not older than so many hours; an emergency none older than 6.", true},
    {"incidents.similarity", CONFIG_COUNT, AT(incident_similarity), "20", 1, 100, NULL,
     "Two reports of one street or landmark and one category are of one problem when the longer has so many percent of the "
     "shorter one's words, those of places and requests aside.", true},
    {"incidents.similarity_no_place", CONFIG_COUNT, AT(incident_similarity_no_place), "75", 1, 100, NULL,
     "Two reports of one category that name no place are when so many percent of all their words are common to both. Of "
     "one kelurahan or kecamatan: half-way between the two keys.", true},

    {"store.dir", CONFIG_PATH, AT(store_dir), "/var/lib/aduan/store", 0, 0, NULL,
     "The directory of the store, on a local disk (never NFS).", false},
    {"store.map_bytes", CONFIG_BYTES, AT(store_map_bytes), "16 GiB", MIB, 64 * TIB, NULL,
     "How large the store may become. The file is sparse: it takes only what is used. Every process must see the "
     "same value, so change it with everything stopped.", false},
    {"store.key", CONFIG_PATH, AT(key_path), "store.key", 0, 0, NULL,
     "The key file that seals phone numbers and texts; made by `aduan keygen`. Keep a copy elsewhere: without it "
     "neither can be read.", false},

    {"run.dir", CONFIG_PATH, AT(run_dir), "/run/aduan", 0, 0, NULL,
     "Sockets and locks, mode 0700. Who may enter it may control the desk.", false},
    {"run.log_level", CONFIG_CHOICE, AT(log_level), "info", 0, 0, "error|warning|info|debug",
     "The least that is logged.", true},

    {"boxes", CONFIG_BOXES, AT(boxes), NULL, 1, 32, NULL,
     "The aduanbox processes, each with its lines to one or more bearerboxes.", false},
    {"boxes[].name", CONFIG_TEXT, BOX(name), NULL, 1, 24, NULL,
     "Names the process, its lock and its sockets: small letters, digits, - and _.", false},
    {"boxes[].bearerboxes", CONFIG_BOXES, BOX(bearerboxes), NULL, 1, 32, NULL,
     "The bearerboxes this box connects to.", false},
    {"boxes[].bearerboxes[].name", CONFIG_TEXT, LINK(name), NULL, 1, 24, NULL,
     "Names the link, unlike every other link: small letters, digits, - and _.", false},
    {"boxes[].bearerboxes[].host", CONFIG_TEXT, LINK(host), "127.0.0.1", 1, 253, NULL,
     "Where the bearerbox listens for boxes. Its smsbox-port has no authentication: loopback, a firewall or TLS.",
     false},
    {"boxes[].bearerboxes[].port", CONFIG_COUNT, LINK(port), "13001", 1, 65535, NULL,
     "The bearerbox's smsbox-port.", false},
    {"boxes[].bearerboxes[].smsbox_id", CONFIG_TEXT, LINK(smsbox_id), "aduan", 1, 64, NULL,
     "Who we are to bearerbox; the smsbox-id of its group = smsbox-route.", false},
    {"boxes[].bearerboxes[].tls", CONFIG_BOOL, LINK(tls), "no", 0, 0, NULL,
     "Whether bearerbox listens with smsbox-port-ssl.", false},
    {"boxes[].bearerboxes[].tls_ca", CONFIG_PATH, LINK(tls_ca), "", 0, 0, NULL,
     "PEM file the server's certificate must chain to; empty: not checked.", false},
    {"boxes[].bearerboxes[].tls_cert", CONFIG_PATH, LINK(tls_cert), "", 0, 0, NULL,
     "PEM file with our certificate and key; empty: none.", false},
    {"boxes[].bearerboxes[].tls_name", CONFIG_TEXT, LINK(tls_name), "", 0, 253, NULL,
     "Whom the server's certificate must be made out to, when that is not the host.", false},
    {"boxes[].bearerboxes[].status_url", CONFIG_TEXT, LINK(status_url), "", 0, 500, NULL,
     "bearerbox's store-status page, http://127.0.0.1:13000/store-status.txt?password=STATUS-PASSWORD (its address as a "
     "number). Asked before a reply of unknown fate is handed over again, so that none goes out twice while bearerbox "
     "still has it. Empty: such a reply is sent again after replies.ambiguous_s.",
     true},

    {"workers.classifiers", CONFIG_COUNT, AT(classifiers), "1", 0, 64, NULL,
     "How many classifiers to start; `aduan scale` changes it live.", true},
    {"workers.responders", CONFIG_COUNT, AT(responders), "1", 0, 64, NULL,
     "How many responders to start; `aduan scale` changes it live.", true},
    {"workers.max", CONFIG_COUNT, AT(workers_max), "32", 1, 64, NULL,
     "The most of one kind that may be asked for.", true},
    {"workers.batch_max", CONFIG_COUNT, AT(batch_max), "512", 1, 4096, NULL,
     "Messages in one transaction at most.", true},
    {"workers.batch_ms", CONFIG_COUNT, AT(batch_ms), "0", 0, 1000, NULL,
     "How long after one transaction the next waits to fill. More is fewer writes to the disk, and later answers.", true},
    {"workers.credit", CONFIG_COUNT, AT(credit), "1024", 1, 65536, NULL,
     "Messages a box may have outstanding at one classifier.", false},

    {"parts.wait_s", CONFIG_COUNT, AT(part_wait_s), "600", 1, 604800, NULL,
     "A long SMS with parts missing is taken as what there is after this.", true},
    {"parts.keep_s", CONFIG_COUNT, AT(part_keep_s), "86400", 1, 2592000, NULL,
     "How long a finished set is remembered, so that a late copy of a part is known.", true},

    {"replies.lease_s", CONFIG_COUNT, AT(reply_lease_s), "30", 1, 3600, NULL,
     "A reply being sent without a result for this long is taken up again under the same id.", true},
    {"replies.ambiguous_s", CONFIG_COUNT, AT(reply_ambiguous_s), "20", 1, 3600, NULL,
     "After a link broke in mid-send: how long to wait for a delivery report before sending again.", true},
    {"replies.silence_s", CONFIG_COUNT, AT(reply_silence_s), "3600", 1, 604800, NULL,
     "A bearerbox with a status_url that does not tell for so long whether it has such a reply is waited for no longer: "
     "the reply is sent again, maybe a second time.",
     true},
    {"replies.retry_s", CONFIG_COUNT, AT(reply_retry_s), "5", 1, 3600, NULL,
     "The first wait after bearerbox has refused a reply; it doubles up to 64 times this.", true},
    {"replies.attempts", CONFIG_COUNT, AT(reply_attempts), "8", 1, 100, NULL,
     "Then the reply is given up as failed.", true},
    {"replies.rate", CONFIG_COUNT, AT(reply_rate), "10", 1, 1000, NULL,
     "Automatic replies to one sender inside replies.rate_window_s; more are withheld (a reply loop).", true},
    {"replies.rate_window_s", CONFIG_COUNT, AT(reply_rate_window_s), "3600", 1, 604800, NULL,
     "The window of replies.rate.", true},
    {"replies.reminder_s", CONFIG_COUNT, AT(reply_reminder_s), "3600", 1, 2592000, NULL,
     "Who resends what is on a ticket already is reminded of its number at most once in this time.", true},
    {"replies.window", CONFIG_COUNT, AT(reply_window), "500", 1, 10000, NULL,
     "Replies without a result at one responder.", true},
    {"replies.dlr_mask", CONFIG_COUNT, AT(reply_dlr_mask), "24", 0, 31, NULL,
     "Delivery reports to ask for: 1 delivered + 2 failed + 4 buffered + 8 SMSC took it + 16 SMSC refused it.", true},
    {"replies.dlr_mask_staff", CONFIG_COUNT, AT(reply_dlr_mask_staff), "27", 0, 31, NULL,
     "The same for what staff wrote.", true},
    {"replies.unset_coding", CONFIG_BOOL, AT(reply_unset_coding), "no", 0, 0, NULL,
     "Leave `coding` out of an MT that is the same in GSM 7-bit and UTF-8; not where an HTTP send-url has %c.", true},
    {"replies.segments_max", CONFIG_COUNT, AT(reply_segments_max), "4", 1, 10, NULL,
     "A template that may cost more SMS than this is refused.", true},
    {"replies.short_sender_digits", CONFIG_COUNT, AT(short_sender_digits), "6", 0, 20, NULL,
     "A numeric sender of this many digits or fewer is another shortcode and gets no reply.", true},

    {"feed.enabled", CONFIG_BOOL, AT(feed_enabled), "yes", 0, 0, NULL,
     "Whether the public feed runs. Without the endpoints below it is for programs on this machine, in run.dir.",
     false},
    {"feed.publish", CONFIG_TEXT, AT(feed_publish), "", 0, 127, NULL,
     "Where integrators subscribe, such as tcp://*:5708; CURVE, for registered keys only. Empty: nowhere.", false},
    {"feed.replay", CONFIG_TEXT, AT(feed_replay), "", 0, 127, NULL,
     "Where they ask for what they missed, such as tcp://*:5709. Empty exactly when feed.publish is.", false},
    {"feed.key", CONFIG_PATH, AT(feed_key_path), "feed.key", 0, 0, NULL,
     "The feed's CURVE key; made by `aduan feed key --create`. Read when the endpoints are set.", false},
    {"events.keep_days", CONFIG_COUNT, AT(event_keep_days), "0", 0, 36500, NULL,
     "Events older than this are taken from the log by aduan-feed; tickets and messages stay. 0: they are kept for "
     "ever.", true},

    {"retention.days", CONFIG_COUNT, AT(retention_days), "0", 0, 36500, NULL,
     "Texts and numbers of tickets closed or archived longer ago than this go at the next `aduan purge`, and SMS "
     "without a ticket when they are as old; figures and events stay. 0: they are kept for ever.", true},
    {"retention.categories", CONFIG_TEXT, AT(retention_categories), "", 0, 2000, NULL,
     "Other days for the tickets of some categories, such as: darurat=3650 jalan=365.", true},

    {"supervision.restart_first_ms", CONFIG_COUNT, AT(restart_first_ms), "200", 10, 60000, NULL,
     "The wait before a dead process is started again; it doubles with each early death.", true},
    {"supervision.restart_max_ms", CONFIG_COUNT, AT(restart_max_ms), "30000", 10, 3600000, NULL,
     "The longest such wait.", true},
    {"supervision.drain_s", CONFIG_COUNT, AT(drain_s), "30", 1, 3600, NULL,
     "How long a stopping process may finish what it holds; then it is killed. Nothing is lost by it.", true},
    {"supervision.box_window_warn", CONFIG_COUNT, AT(box_window_warn), "1500", 1, 1000000, NULL,
     "Status warns when this many messages of one link wait for their commit (bearerbox's smsbox-max-pending is "
     "the end of it).", true},

    {"smoke.host", CONFIG_TEXT, AT(smoke_host), "127.0.0.1", 1, 253, NULL,
     "Where bearerbox's fake SMSC link listens, for `aduan send` and `aduan phone`.", true},
    {"smoke.port", CONFIG_COUNT, AT(smoke_port), "0", 0, 65535, NULL,
     "Its port; 0: there is none.", true},
    {"smoke.sender", CONFIG_TEXT, AT(smoke_sender), "6281200000001", 1, 20, NULL,
     "The number they write from.", true},
};
/* clang-format on */

const struct config_row *config_rows(size_t *count)
{
    *count = sizeof rows / sizeof rows[0];
    return rows;
}

bool config_row_in(const struct config_row *row, const char *prefix)
{
    size_t len = strlen(prefix);

    return strncmp(row->key, prefix, len) == 0 && !strstr(row->key + len, "[]");
}

size_t config_item_bytes(const struct config_row *row)
{
    return strcmp(row->key, "boxes") == 0 ? sizeof(struct config_box) : sizeof(struct config_bearerbox);
}
