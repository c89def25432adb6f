/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Plays bearerbox for one box, with no limits of its own: one thread, everything packed by hand. It sends MO inside a
 * window, takes each MT, answers it with an MT ack and the delivery reports that its dlr_mask asks for, and ends a
 * burst when every MO and report is acked and every MO has its MT.
 *
 *   peer              prints {"port": N}, waits for the box, prints {"box": "aduan"}
 *   on stdin          MESSAGES WINDOW RATE          (RATE 0: as fast as the window allows)
 *   on stdout         one JSON line a burst: rate, latency MO → MT in microseconds, counts
 *
 * The sender of MO number n is "+62811" and n in nine digits: the MT's receiver says which MO it answers.
 */
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MSG_ADMIN = 1, MSG_SMS = 2, MSG_ACK = 3 };
enum { TYPE_MO = 0, TYPE_REPORT = 3 };
enum { UUID_TEXT = 36, URL_MAX = 64, IN_BYTES = 1 << 20, FIELDS_SMS = 31, QUIET_S = 60 };
/* Places of the fields of an sms that matter here; the others are passed over. */
enum { F_SENDER = 0, F_RECEIVER = 1, F_ID = 10, F_DLR_MASK = 18, F_DLR_URL = 19 };

/* INTEGER i, OCTSTR s, in the order of bearerbox's own declaration. */
static const char sms_fields[FIELDS_SMS + 1] = "ssssisssss"
                                               "siiiiiiii"
                                               "siiisssiiiis";

static const char body[] = "Jalan berlubang di depan pasar Grogolan, Pekalongan. Mohon diperbaiki";

struct buffer {
    uint8_t *data;
    size_t start, end, room;
};

struct burst {
    size_t messages, window;
    double rate;
    size_t sent, mo_acked, answered, doubles, reports, reports_acked;
    uint64_t began_ns;
    uint64_t *sent_ns;
    uint32_t *latency_us; /* by MO; 0: no answer yet */
};

static int line = -1;
static struct buffer in, out;
static size_t numbers_used; /* senders and uuids are new in each burst */
static uint64_t reports_made;
static uint64_t life;

static _Noreturn void die(const char *what, const char *why)
{
    fprintf(stderr, "peer: %s: %s\n", what, why);
    exit(1);
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* --- packing ------------------------------------------------------------------------------------------------- */

static void reserve(struct buffer *b, size_t more)
{
    if (b->start > 0 && b->start == b->end)
        b->start = b->end = 0;
    if (b->room - b->end >= more)
        return;
    b->room = (b->room + more) * 2;
    b->data = realloc(b->data, b->room);
    if (!b->data)
        die("memory", strerror(ENOMEM));
}

static void put_int(int64_t value)
{
    uint32_t v = (uint32_t)value;
    uint8_t be[4] = {(uint8_t)(v >> 24), (uint8_t)(v >> 16), (uint8_t)(v >> 8), (uint8_t)v};
    memcpy(out.data + out.end, be, 4);
    out.end += 4;
}

static void put_string(const void *bytes, size_t len)
{
    put_int(bytes ? (int64_t)len : -1);
    if (bytes)
        memcpy(out.data + out.end, bytes, len);
    out.end += bytes ? len : 0;
}

/* Opens a packet; close_packet() writes its length. */
static size_t open_packet(int type)
{
    reserve(&out, 2048);
    size_t at = out.end;
    put_int(0);
    put_int(type);
    return at;
}

static void close_packet(size_t at)
{
    size_t end = out.end;
    out.end = at;
    put_int((int64_t)(end - at - 4));
    out.end = end;
}

/* Spread like random ones, as bearerbox's are: the store's pages are touched in no order. The digit in the middle tells
 * what it is the id of. */
static void uuid_text(uint32_t kind, uint64_t number, char text[UUID_TEXT + 1])
{
    uint64_t half[2];
    for (int i = 0; i < 2; i++) { /* splitmix64 */
        uint64_t z = life + (2 * number + (uint64_t)i + 1) * UINT64_C(0x9E3779B97F4A7C15) + ((uint64_t)kind << 40);
        z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
        half[i] = z ^ (z >> 31);
    }
    snprintf(text, UUID_TEXT + 1, "%08x-%04x-4%03x-8%02x%x-%012" PRIx64, (unsigned)(half[0] >> 32),
             (unsigned)(half[0] >> 16) & 0xffff, (unsigned)half[0] & 0xfff, (unsigned)(half[1] >> 56), kind,
             half[1] & UINT64_C(0xffffffffffff));
}

struct sms {
    const char *sender, *receiver, *text, *id, *dlr_url;
    size_t sender_len, receiver_len, text_len;
    int type, dlr_mask;
};

static void put_sms(const struct sms *sms)
{
    size_t at = open_packet(MSG_SMS);
    put_string(sms->sender, sms->sender_len);
    put_string(sms->receiver, sms->receiver_len);
    put_string(NULL, 0); /* udh */
    put_string(sms->text, sms->text_len);
    put_int(time(NULL));
    put_string("tsel", 4); /* smsc_id */
    put_string(NULL, 0);   /* smsc_number */
    put_string(NULL, 0);   /* foreign_id */
    put_string(NULL, 0);   /* service */
    put_string(NULL, 0);   /* account */
    put_string(sms->id, UUID_TEXT);
    put_int(sms->type);
    put_int(-1); /* mclass */
    put_int(-1); /* mwi */
    put_int(0);  /* coding */
    put_int(-1); /* compress */
    put_int(-1); /* validity */
    put_int(-1); /* deferred */
    put_int(sms->dlr_mask);
    put_string(sms->dlr_url, sms->dlr_url ? strlen(sms->dlr_url) : 0);
    put_int(-1); /* pid */
    put_int(-1); /* alt_dcs */
    put_int(-1); /* rpi */
    put_string("UTF-8", 5);
    put_string(NULL, 0); /* boxc_id */
    put_string(NULL, 0); /* binfo */
    put_int(-1);         /* msg_left */
    put_int(-1);         /* priority */
    put_int(-1);         /* resend_try */
    put_int(-1);         /* resend_time */
    put_string(NULL, 0); /* meta_data */
    close_packet(at);
}

static void put_mo(size_t number)
{
    char sender[24], id[UUID_TEXT + 1];
    int len = snprintf(sender, sizeof sender, "+62811%09zu", number);
    uuid_text(0, number, id);
    put_sms(&(struct sms){.sender = sender,
                          .sender_len = (size_t)len,
                          .receiver = "1708",
                          .receiver_len = 4,
                          .text = body,
                          .text_len = sizeof body - 1,
                          .id = id,
                          .type = TYPE_MO,
                          .dlr_mask = -1});
}

static void put_ack(const uint8_t *id)
{
    size_t at = open_packet(MSG_ACK);
    put_int(0); /* ack_success */
    put_int(time(NULL));
    put_string(id, UUID_TEXT);
    close_packet(at);
}

/* --- what the box says --------------------------------------------------------------------------------------- */

struct field {
    int64_t number;
    const uint8_t *bytes;
    size_t len;
};

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void read_fields(const uint8_t *at, const uint8_t *end, const char *kinds, struct field *fields)
{
    for (size_t i = 0; kinds[i]; i++) {
        if (end - at < 4)
            die("packet", "too short");
        fields[i].number = (int32_t)be32(at);
        at += 4;
        if (kinds[i] == 'i' || fields[i].number < 0)
            continue;
        fields[i].bytes = at;
        fields[i].len = (size_t)fields[i].number;
        if ((size_t)(end - at) < fields[i].len)
            die("packet", "a string longer than its packet");
        at += fields[i].len;
    }
}

/* The MO that an MT answers, counted from the first of this burst; SIZE_MAX: none. */
static size_t answered_by(const struct burst *burst, const struct field *receiver)
{
    char digits[10] = "";
    if (receiver->len != 15)
        return SIZE_MAX;
    memcpy(digits, receiver->bytes + 6, 9);
    size_t number = strtoul(digits, NULL, 10), first = numbers_used - burst->messages;
    return number >= first && number < numbers_used ? number - first : SIZE_MAX;
}

static void report(struct burst *burst, const struct field *mt, int bit)
{
    char id[UUID_TEXT + 1], url[URL_MAX + 1] = "";
    if (mt[F_DLR_MASK].number <= 0 || !(mt[F_DLR_MASK].number & bit) || mt[F_DLR_URL].len > URL_MAX)
        return;
    memcpy(url, mt[F_DLR_URL].bytes, mt[F_DLR_URL].len);
    uuid_text(1, reports_made++, id);
    put_sms(&(struct sms){.sender = (const char *)mt[F_RECEIVER].bytes,
                          .sender_len = mt[F_RECEIVER].len,
                          .receiver = (const char *)mt[F_SENDER].bytes,
                          .receiver_len = mt[F_SENDER].len,
                          .text = bit == 8 ? "ACK/" : "id:1 stat:DELIVRD",
                          .text_len = bit == 8 ? 4 : 17,
                          .id = id,
                          .dlr_url = url,
                          .type = TYPE_REPORT,
                          .dlr_mask = bit});
    burst->reports++;
}

static void take_mt(struct burst *burst, const struct field *mt, uint64_t now)
{
    size_t number = answered_by(burst, &mt[F_RECEIVER]);
    if (number == SIZE_MAX || burst->latency_us[number] != 0) {
        burst->doubles++;
    } else {
        uint64_t us = (now - burst->sent_ns[number]) / 1000;
        burst->latency_us[number] = us == 0 ? 1 : us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
        burst->answered++;
    }
    put_ack(mt[F_ID].bytes);
    report(burst, mt, 8);
    report(burst, mt, 1);
}

static void take(struct burst *burst, const uint8_t *packet, size_t len, uint64_t now)
{
    struct field fields[FIELDS_SMS] = {0};
    if (len < 4)
        die("packet", "without a type");
    switch (be32(packet)) {
    case MSG_SMS:
        read_fields(packet + 4, packet + len, sms_fields, fields);
        take_mt(burst, fields, now);
        break;
    case MSG_ACK:
        read_fields(packet + 4, packet + len, "iis", fields);
        if (fields[0].number != 0 || fields[2].len != UUID_TEXT)
            die("ack", "not a success");
        if (fields[2].bytes[22] == '1') /* the kind in uuid_text() */
            burst->reports_acked++;
        else
            burst->mo_acked++;
        break;
    default:
        break;
    }
}

/* --- the line ------------------------------------------------------------------------------------------------ */

static void flush(void)
{
    while (out.start < out.end) {
        ssize_t n = send(line, out.data + out.start, out.end - out.start, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n < 0)
            die("send", strerror(errno));
        out.start += (size_t)n;
    }
}

static void receive(struct burst *burst)
{
    if (in.start > 0) {
        memmove(in.data, in.data + in.start, in.end - in.start);
        in.end -= in.start;
        in.start = 0;
    }
    reserve(&in, IN_BYTES);
    ssize_t n = recv(line, in.data + in.end, in.room - in.end, MSG_DONTWAIT);
    if (n == 0)
        die("receive", "the box closed the line");
    if (n < 0 && errno != EAGAIN && errno != EINTR)
        die("receive", strerror(errno));
    if (n <= 0)
        return;
    in.end += (size_t)n;
    uint64_t now = now_ns();
    while (in.end - in.start >= 4 && in.end - in.start - 4 >= be32(in.data + in.start)) {
        size_t len = be32(in.data + in.start);
        take(burst, in.data + in.start + 4, len, now);
        in.start += 4 + len;
    }
}

static size_t outstanding(const struct burst *b)
{
    return b->sent - b->mo_acked + b->reports - b->reports_acked;
}

/* How many MO are due by now. */
static size_t due(const struct burst *b, uint64_t now)
{
    if (b->rate <= 0)
        return b->messages;
    double n = (double)(now - b->began_ns) * b->rate / 1e9 + 1;
    return n < (double)b->messages ? (size_t)n : b->messages;
}

static void feed(struct burst *b)
{
    uint64_t now = now_ns();
    size_t until = due(b, now);
    while (b->sent < until && outstanding(b) < b->window && out.end - out.start < IN_BYTES) {
        /* At a rate the time counts from when the MO was due: waiting for the window is latency too. */
        b->sent_ns[b->sent] = b->rate > 0 ? b->began_ns + (uint64_t)((double)b->sent * 1e9 / b->rate) : now;
        put_mo(numbers_used - b->messages + b->sent);
        b->sent++;
    }
}

static void wait_for_line(const struct burst *b)
{
    struct pollfd item = {.fd = line, .events = (short)(POLLIN | (out.start < out.end ? POLLOUT : 0))};
    struct timespec patience = {QUIET_S, 0};
    if (b->rate > 0 && b->sent < b->messages && outstanding(b) < b->window) {
        uint64_t next = b->began_ns + (uint64_t)((double)b->sent * 1e9 / b->rate), now = now_ns();
        uint64_t wait = next > now ? next - now : 0;
        patience = (struct timespec){(time_t)(wait / 1000000000), (long)(wait % 1000000000)};
    }
    int n = ppoll(&item, 1, &patience, NULL);
    if (n < 0 && errno != EINTR)
        die("poll", strerror(errno));
    if (n == 0 && patience.tv_sec == QUIET_S) {
        fprintf(stderr, "peer: sent %zu, acked %zu, answered %zu, reports %zu of which acked %zu\n", b->sent,
                b->mo_acked, b->answered, b->reports, b->reports_acked);
        die("the box", "has been silent for a minute");
    }
}

/* --- a burst ------------------------------------------------------------------------------------------------- */

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void print_result(struct burst *b, double seconds, double answered_seconds)
{
    size_t n = b->messages;
    qsort(b->latency_us, n, sizeof *b->latency_us, by_size);
    printf("{\"messages\": %zu, \"seconds\": %.4f, \"per_s\": %.1f, \"p50_us\": %u, \"p99_us\": %u, \"p999_us\": %u, "
           "\"max_us\": %u, \"reports\": %zu, \"doubles\": %zu, \"settled_s\": %.4f}\n",
           n, answered_seconds, (double)n / answered_seconds, b->latency_us[n / 2], b->latency_us[n * 99 / 100],
           b->latency_us[n * 999 / 1000], b->latency_us[n - 1], b->reports, b->doubles, seconds);
    fflush(stdout);
}

static void run_burst(size_t messages, size_t window, double rate)
{
    struct burst b = {.messages = messages, .window = window, .rate = rate};
    double answered_seconds = 0;
    b.sent_ns = calloc(messages, sizeof *b.sent_ns);
    b.latency_us = calloc(messages, sizeof *b.latency_us);
    if (!b.sent_ns || !b.latency_us)
        die("memory", strerror(ENOMEM));
    numbers_used += messages;
    b.began_ns = now_ns();
    while (b.answered < messages || b.mo_acked < messages || b.reports_acked < b.reports) {
        feed(&b);
        flush();
        wait_for_line(&b);
        receive(&b);
        if (b.answered == messages && answered_seconds == 0)
            answered_seconds = (double)(now_ns() - b.began_ns) / 1e9;
    }
    print_result(&b, (double)(now_ns() - b.began_ns) / 1e9, answered_seconds);
    free(b.sent_ns);
    free(b.latency_us);
}

/* --- the box comes ------------------------------------------------------------------------------------------- */

static int listen_anywhere(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, len) != 0 || listen(fd, 1) != 0 ||
        getsockname(fd, (struct sockaddr *)&address, &len) != 0)
        die("listen", strerror(errno));
    printf("{\"port\": %u}\n", ntohs(address.sin_port));
    fflush(stdout);
    return fd;
}

static void greet(int listener)
{
    const int on = 1;
    uint8_t head[8];
    line = accept(listener, NULL, NULL);
    if (line < 0)
        die("accept", strerror(errno));
    (void)setsockopt(line, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (recv(line, head, sizeof head, MSG_WAITALL) != (ssize_t)sizeof head || be32(head + 4) != MSG_ADMIN)
        die("the box", "does not identify itself first");
    size_t left = be32(head) - 4;
    uint8_t rest[256];
    struct field fields[2] = {0};
    if (left > sizeof rest || recv(line, rest, left, MSG_WAITALL) != (ssize_t)left)
        die("the box", "does not identify itself first");
    read_fields(rest, rest + left, "is", fields);
    printf("{\"box\": \"%.*s\"}\n", (int)fields[1].len, (const char *)fields[1].bytes);
    fflush(stdout);
}

int main(void)
{
    char order[128];
    if (getrandom(&life, sizeof life, 0) != (ssize_t)sizeof life)
        die("random", strerror(errno));
    greet(listen_anywhere());
    while (fgets(order, sizeof order, stdin)) {
        size_t messages, window;
        double rate;
        if (sscanf(order, "%zu %zu %lf", &messages, &window, &rate) != 3 || messages == 0 || window == 0)
            die("order", "expected MESSAGES WINDOW RATE");
        run_burst(messages, window, rate);
    }
    return 0;
}
