/* SPDX-License-Identifier: BSD-2-Clause */
/* The C client, printing what it delivers: one line `epoch:sequence kind ticket` an event. ADUAN_PUBLISH, ADUAN_REPLAY,
 * ADUAN_TOPIC and the keys come from the environment. With a file as argument it goes on where that file ends. */
#include <aduan.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int print(void *arg, const struct aduan_event *event)
{
    char line[256];
    int length = 0;
    for (int i = 0; i < 16; i++)
        length += sprintf(line + length, "%02x", event->epoch[i]);
    length += snprintf(line + length, sizeof line - (size_t)length, ":%" PRIu64 " %s %" PRIu64 "\n", event->sequence,
                       event->kind, event->ticket);
    return write(*(int *)arg, line, (size_t)length) == length ? 0 : 1;
}

static void say(void *arg, const char *text)
{
    (void)arg;
    fprintf(stderr, "print: %s\n", text);
}

/* The position of the last whole line; what is behind it goes. */
static bool resume(int out, struct aduan_options *options)
{
    char data[256];
    off_t size = lseek(out, 0, SEEK_END), from = size > 200 ? size - 200 : 0;
    ssize_t bytes = pread(out, data, 200, from);
    while (bytes > 0 && data[bytes - 1] != '\n')
        bytes--;
    if (ftruncate(out, from + bytes) || bytes < 34)
        return false;
    data[bytes - 1] = '\0';
    const char *line = strrchr(data, '\n') ? strrchr(data, '\n') + 1 : data;
    for (int i = 0; i < 16; i++)
        sscanf(line + (ptrdiff_t)2 * i, "%2hhx", &options->epoch[i]);
    return sscanf(line + 32, ":%" SCNu64, &options->sequence) == 1;
}

int main(int argc, char **argv)
{
    struct aduan_options options = {.publish = getenv("ADUAN_PUBLISH"), .replay = getenv("ADUAN_REPLAY")};
    options.topic = getenv("ADUAN_TOPIC");
    options.server_key = getenv("ADUAN_SERVER_KEY");
    options.secret_key = getenv("ADUAN_SECRET_KEY");
    options.news = say;
    int out = STDOUT_FILENO;
    if (argc > 1) {
        out = open(argv[1], O_RDWR | O_APPEND | O_CREAT, 0600);
        options.has_position = out >= 0 && resume(out, &options);
    }
    int rc = aduan_follow(&options, print, &out);
    fprintf(stderr, "print: ended, %d\n", rc);
    return 1;
}
