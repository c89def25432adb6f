/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The far end of bearerbox's fake SMSC link, as Kannel's fakesmsc is, with a clock: sends SMS of distinct senders,
 * never more than WINDOW without an answer, and times each answer by its receiver.
 *
 *   phone PORT
 *   on stdin          MESSAGES WINDOW RATE          (RATE 0: as fast as the window allows)
 *   on stdout         one JSON line a burst: rate, latency in microseconds
 */
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER_BYTES = 1 << 20, LINE_MAX_BYTES = 512, QUIET_S = 60 };

static const char text[] = "Jalan+berlubang+di+depan+pasar+Grogolan%2C+Pekalongan.+Mohon+diperbaiki";

struct burst {
    size_t messages, window, sent, answered, strays;
    double rate;
    uint64_t began_ns;
    uint64_t *sent_ns;
    uint32_t *latency_us; /* by SMS; 0: no answer yet */
};

static int line;
static char in[BUFFER_BYTES], out[BUFFER_BYTES];
static size_t in_len, out_at, out_len, numbers_used;

static _Noreturn void die(const char *what, const char *why)
{
    fprintf(stderr, "phone: %s: %s\n", what, why);
    exit(1);
}

static uint64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static void feed(struct burst *b)
{
    uint64_t now = now_ns();
    double due = b->rate > 0 ? (double)(now - b->began_ns) * b->rate / 1e9 + 1 : (double)b->messages;
    size_t until = due < (double)b->messages ? (size_t)due : b->messages;
    if (out_at == out_len)
        out_at = out_len = 0;
    while (b->sent < until && b->sent - b->answered < b->window && sizeof out - out_len > LINE_MAX_BYTES) {
        b->sent_ns[b->sent] = b->rate > 0 ? b->began_ns + (uint64_t)((double)b->sent * 1e9 / b->rate) : now;
        out_len += (size_t)snprintf(out + out_len, LINE_MAX_BYTES, "62811%09zu 1708 text %s\n",
                                    numbers_used - b->messages + b->sent, text);
        b->sent++;
    }
}

static void flush(void)
{
    while (out_at < out_len) {
        ssize_t n = send(line, out + out_at, out_len - out_at, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        if (n < 0)
            die("send", strerror(errno));
        out_at += (size_t)n;
    }
}

/* "1708 62811000000042 text …" */
static void take(struct burst *b, const char *at, uint64_t now)
{
    const char *receiver = strchr(at, ' ');
    size_t first = numbers_used - b->messages, number = SIZE_MAX;
    if (receiver && strncmp(receiver + 1, "62811", 5) == 0)
        number = strtoul(receiver + 6, NULL, 10);
    if (number < first || number >= numbers_used || b->latency_us[number - first] != 0) {
        b->strays++;
        return;
    }
    uint64_t us = (now - b->sent_ns[number - first]) / 1000;
    b->latency_us[number - first] = us == 0 ? 1 : us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
    b->answered++;
}

static void receive(struct burst *b)
{
    ssize_t n = recv(line, in + in_len, sizeof in - 1 - in_len, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0)
        die("receive", n == 0 ? "bearerbox closed the line" : strerror(errno));
    in_len += (size_t)n;
    in[in_len] = '\0';
    uint64_t now = now_ns();
    char *at = in;
    for (char *end; (end = memchr(at, '\n', (size_t)(in + in_len - at))) != NULL; at = end + 1)
        take(b, at, now);
    in_len -= (size_t)(at - in);
    memmove(in, at, in_len);
}

static void wait_for_line(const struct burst *b)
{
    struct pollfd item = {.fd = line, .events = (short)(POLLIN | (out_at < out_len ? POLLOUT : 0))};
    struct timespec patience = {QUIET_S, 0};
    if (b->rate > 0 && b->sent < b->messages && b->sent - b->answered < b->window) {
        uint64_t next = b->began_ns + (uint64_t)((double)b->sent * 1e9 / b->rate), now = now_ns();
        uint64_t wait = next > now ? next - now : 0;
        patience = (struct timespec){(time_t)(wait / 1000000000), (long)(wait % 1000000000)};
    }
    if (ppoll(&item, 1, &patience, NULL) == 0 && patience.tv_sec == QUIET_S) {
        fprintf(stderr, "phone: sent %zu, answered %zu\n", b->sent, b->answered);
        die("the line", "has been silent for a minute");
    }
}

static int by_size(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void run_burst(struct burst *b)
{
    size_t n = b->messages;
    b->sent_ns = calloc(n, sizeof *b->sent_ns);
    b->latency_us = calloc(n, sizeof *b->latency_us);
    if (!b->sent_ns || !b->latency_us)
        die("memory", strerror(ENOMEM));
    numbers_used += n;
    b->began_ns = now_ns();
    while (b->answered < n) {
        feed(b);
        flush();
        wait_for_line(b);
        receive(b);
    }
    double seconds = (double)(now_ns() - b->began_ns) / 1e9;
    qsort(b->latency_us, n, sizeof *b->latency_us, by_size);
    printf("{\"messages\": %zu, \"seconds\": %.4f, \"per_s\": %.1f, \"p50_us\": %u, \"p99_us\": %u, \"p999_us\": %u, "
           "\"max_us\": %u, \"strays\": %zu}\n",
           n, seconds, (double)n / seconds, b->latency_us[n / 2], b->latency_us[n * 99 / 100],
           b->latency_us[n * 999 / 1000], b->latency_us[n - 1], b->strays);
    fflush(stdout);
    free(b->sent_ns);
    free(b->latency_us);
}

int main(int argc, char **argv)
{
    const int on = 1;
    char order[128];
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    if (argc != 2)
        return 2;
    to.sin_port = htons((uint16_t)atoi(argv[1]));
    line = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (line < 0 || connect(line, (struct sockaddr *)&to, sizeof to) != 0)
        die("bearerbox's fake link", strerror(errno));
    (void)setsockopt(line, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    while (fgets(order, sizeof order, stdin)) {
        struct burst b = {0};
        if (sscanf(order, "%zu %zu %lf", &b.messages, &b.window, &b.rate) != 3 || b.messages == 0 || b.window == 0)
            die("order", "expected MESSAGES WINDOW RATE");
        run_burst(&b);
    }
    return 0;
}
