/* SPDX-License-Identifier: BSD-2-Clause */
/* What the responder makes of bearerbox's store-status: which replies bearerbox still has, and which it has not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../workers/responder/inquiry.c"
#include "../../workers/responder/store_status.c"
#include "../../workers/responder/store_status_page.c"

#include <arpa/inet.h>
#include <sys/wait.h>

#define TITLE "[SMS ID] [Type] [Time] [Sender] [Receiver] [SMSC ID] [BOX ID] [Flags] [UDH] [Message]\n"
#define OK_HEAD "HTTP/1.0 200 OK\r\nServer: Kannel\r\nContent-Type: text/plain\r\n\r\n"
#define REST " [smpp] [aduan] [0:0:0:0:0] [] [teks]\n"

static int listener;
static char url[64];
static struct config config;
static struct config_bearerbox links[2];
static struct config_box boxes[2];
static struct inquiry *inquiry;
static int verdicts[16]; /* by the id's first byte; 0: none yet, else the verdict + 1 */
static uint64_t now_ms;
static unsigned told;

static void on_verdict(void *ctx, const uint8_t id[UUID_BYTES], enum inquiry_verdict verdict)
{
    (void)ctx;
    assert_int_equal(verdicts[id[0]], 0);
    verdicts[id[0]] = (int)verdict + 1;
    told++;
}

static int set_up(void **state)
{
    (void)state;
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(listener, 5), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &len), 0);
    snprintf(url, sizeof url, "http://127.0.0.1:%u/store-status.txt?password=x", ntohs(address.sin_port));
    for (int i = 0; i < 2; i++) {
        links[i] = (struct config_bearerbox){.name = "main", .status_url = url};
        boxes[i] = (struct config_box){.name = "box", .bearerboxes = &links[i], .bearerbox_count = 1};
    }
    config = (struct config){.boxes = boxes, .box_count = 2};
    inquiry = inquiry_new(on_verdict, NULL);
    memset(verdicts, 0, sizeof verdicts);
    now_ms = 1000;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    inquiry_free(inquiry);
    if (listener >= 0)
        close(listener);
    return 0;
}

static void ask(unsigned n, const char *receiver)
{
    uint8_t id[UUID_BYTES] = {(uint8_t)n};
    inquiry_ask(inquiry, id, receiver, strlen(receiver));
}

static void work(void)
{
    (void)inquiry_work(inquiry, &config, now_ms);
}

/* Takes the request that is under way. */
static int request(void)
{
    char line[256];
    int peer = accept(listener, NULL, NULL);
    assert_true(peer >= 0);
    work(); /* connected now: it is sent */
    ssize_t n = recv(peer, line, sizeof line - 1, 0);
    assert_true(n > 0);
    line[n] = '\0';
    assert_non_null(strstr(line, "GET /store-status.txt?password=x HTTP/1.0\r\n"));
    return peer;
}

static void answer(int peer, const char *text)
{
    assert_int_equal(send(peer, text, strlen(text), 0), (ssize_t)strlen(text));
    close(peer);
}

/* Works until nothing is left to be read of what was answered. The next reading may have begun by then, and lie where
 * this one lay. */
static void digest(void)
{
    unsigned told_before = told, done_before = inquiry->readings_done;
    while (inquiry->reading && told == told_before && inquiry->readings_done == done_before) {
        struct pollfd ready = {.fd = inquiry->reading->fd, .events = POLLIN};
        (void)poll(&ready, 1, 100);
        work();
    }
}

static void reading(const char *text)
{
    work();
    int peer = request();
    answer(peer, text);
    digest();
}

static void held_by_id_by_report_or_absent(void **state)
{
    (void)state;
    ask(3, "6281200000003");
    ask(1, "+6281200000001");
    ask(2, "081200000002");
    ask(4, "6281200000001"); /* the same citizen as 1 */
    reading(OK_HEAD TITLE "[01000000-0000-0000-0000-000000000000] [MT-REPLY] [2026-11-21 21:00:00] [1708] [1]" REST
                          "[ffffffff-0000-0000-0000-000000000000] [DLR-MO] [2026-11-21 21:00:00] [1708] [6281200000002]"
                          " [smpp]\n");
    assert_int_equal(verdicts[1] + verdicts[2] + verdicts[3], 0); /* once is not enough */
    assert_int_equal(inquiry_work(inquiry, &config, now_ms), now_ms + SETTLE_MS);
    now_ms += SETTLE_MS;
    reading(OK_HEAD TITLE);
    assert_int_equal(verdicts[1], INQUIRY_HELD + 1);
    assert_int_equal(verdicts[2], INQUIRY_HELD + 1);
    assert_int_equal(verdicts[3], INQUIRY_ABSENT + 1);
    assert_int_equal(verdicts[4], INQUIRY_ABSENT + 1);
    assert_true(inquiry_work(inquiry, &config, now_ms) == UINT64_MAX);
}

static void the_second_reading_counts_as_the_first(void **state)
{
    (void)state;
    ask(1, "6281200000001");
    ask(4, "6281200000001");
    ask(5, "6281200000005");
    reading(OK_HEAD TITLE);
    now_ms += SETTLE_MS;
    work();
    ask(6, "6281200000006"); /* comes too late for this round */
    int peer = request();
    answer(peer, OK_HEAD TITLE "[ee000000-0000-0000-0000-000000000000] [DLR-MO] [t] [6281200000001] [1708]" REST
                               "[no uuid] [MO] [t] [6281] [1708]" REST "\n");
    digest();
    assert_int_equal(verdicts[1], INQUIRY_HELD + 1);
    assert_int_equal(verdicts[4], INQUIRY_HELD + 1);
    assert_int_equal(verdicts[5], INQUIRY_ABSENT + 1);
    assert_int_equal(verdicts[6], 0);
    inquiry_abandon(inquiry);
    assert_int_equal(verdicts[6], INQUIRY_UNKNOWN + 1);
}

static void what_is_no_store_status_tells_nothing(void **state)
{
    (void)state;
    static const char *const answers[] = {
        OK_HEAD "Denied\n",
        "HTTP/1.0 404 Not found\r\n\r\n",
        "SSH-2.0-OpenSSH\r\n",
        OK_HEAD TITLE "[01000000-0000-0000-0000-000000000000] [MT-REPLY\n",
        OK_HEAD TITLE "garbage\n",
        OK_HEAD TITLE "[01000000-0000-0000", /* bearerbox died over it */
        OK_HEAD,
        "",
    };
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++) {
        memset(verdicts, 0, sizeof verdicts);
        ask(1, "6281200000001");
        reading(answers[i]);
        assert_int_equal(verdicts[1], INQUIRY_UNKNOWN + 1);
    }
}

/* bearerbox takes the question about reply 1 and never answers. */
static void meets_silence(void)
{
    ask(1, "6281200000001");
    work();
    int peer = request();
    now_ms += SILENCE_MS + 1;
    work();
    close(peer);
}

static void silence_and_refusal_tell_nothing(void **state)
{
    (void)state;
    meets_silence();
    assert_int_equal(verdicts[1], INQUIRY_UNKNOWN + 1);
    assert_non_null(
        strstr(inquiry_silence(inquiry, now_ms + 500, 500), "cannot tell what it holds: no answer in time; 1"));
    assert_null(inquiry_silence(inquiry, now_ms + 501, 500)); /* it was not asked since */

    close(listener);
    listener = -1;
    ask(2, "6281200000001");
    for (int i = 0; i < 100 && !verdicts[2]; i++)
        work();
    assert_int_equal(verdicts[2], INQUIRY_UNKNOWN + 1);

    links[0].status_url = links[1].status_url = "http://name.example/";
    ask(3, "6281200000001");
    work();
    assert_int_equal(verdicts[3], INQUIRY_UNKNOWN + 1);
    links[0].status_url = links[1].status_url = "";
    assert_false(inquiry_possible(&config));
}

static void silence_is_over_when_all_tell(void **state)
{
    (void)state;
    meets_silence();
    assert_non_null(inquiry_silence(inquiry, now_ms, 1000));
    ask(2, "6281200000002");
    for (int i = 0; i < READINGS; i++) {
        reading(OK_HEAD TITLE);
        now_ms += SETTLE_MS;
    }
    assert_int_equal(verdicts[2], INQUIRY_ABSENT + 1);
    assert_null(inquiry_silence(inquiry, now_ms, UINT64_MAX));
}

static void abandoned_in_the_middle(void **state)
{
    (void)state;
    ask(1, "6281200000001");
    work();
    inquiry_abandon(inquiry);
    assert_int_equal(verdicts[1], INQUIRY_UNKNOWN + 1);
    inquiry_abandon(inquiry);
    assert_true(inquiry_possible(&config));
}

static void many_rows(void **state)
{
    (void)state;
    enum { ROWS_COUNT = 3000 };
    size_t size = sizeof OK_HEAD TITLE + ROWS_COUNT * 800;
    char *text = malloc(size);
    assert_non_null(text);
    int len = snprintf(text, size, "%s", OK_HEAD TITLE);
    for (unsigned i = 0; i < ROWS_COUNT; i++)
        len += snprintf(text + len, size - (size_t)len,
                        "[%08x-0000-0000-0000-000000000000] [MT-REPLY] [t] [1708] [%u] %600d\n", i << 20, i, 7);
    ask(1, "1"); /* 01000000 is row 16 */
    work();
    int peer = request();
    pid_t child = fork(); /* it does not fit into the socket's buffers */
    assert_true(child >= 0);
    if (child == 0) {
        for (ssize_t at = 0, n; at < len; at += n) {
            n = send(peer, text + at, (size_t)(len - at), 0);
            if (n <= 0)
                _exit(1);
        }
        _exit(0);
    }
    close(peer);
    digest();
    int status;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
    now_ms += SETTLE_MS;
    reading(OK_HEAD TITLE);
    assert_int_equal(verdicts[1], INQUIRY_HELD + 1);
    free(text);
}

static void urls(void **state)
{
    (void)state;
    static const char *const bad[] = {"",
                                      "https://127.0.0.1/",
                                      "http://127.0.0.1",
                                      "http://localhost:13000/",
                                      "http://:80/",
                                      "http://127.0.0.1:/",
                                      "http://127.0.0.1:1234567/",
                                      "http://127.0.0.1x/",
                                      "http://[::1/",
                                      "http://[::1]x/",
                                      "http://127.0.0.1/a b"};
    static const char *const good[] = {"http://127.0.0.1/", "http://127.0.0.1:13000/store-status.txt?password=a:b",
                                       "http://[::1]:13000/x", "http://[::1]/x"};
    struct status_url out;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_int_equal(status_url_parse(bad[i], &out), E_INVALID);
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_int_equal(status_url_parse(good[i], &out), OK);
    assert_string_equal(out.path, "/x");
    assert_int_equal(status_url_parse(good[1], &out), OK);
    assert_int_equal(((struct sockaddr_in *)&out.address)->sin_port, htons(13000));
    assert_string_equal(out.path, "/store-status.txt?password=a:b");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(held_by_id_by_report_or_absent, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_second_reading_counts_as_the_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_is_no_store_status_tells_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(silence_and_refusal_tell_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(silence_is_over_when_all_tell, set_up, tear_down),
        cmocka_unit_test_setup_teardown(abandoned_in_the_middle, set_up, tear_down),
        cmocka_unit_test_setup_teardown(many_rows, set_up, tear_down),
        cmocka_unit_test(urls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
