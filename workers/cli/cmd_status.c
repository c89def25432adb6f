/* SPDX-License-Identifier: BSD-2-Clause */
/* `aduan status` and `aduan top`. */
#include "commands.h"
#include "output.h"
#include "status.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

static bool is_ready(const json_t *status, const void *ctx)
{
    (void)ctx;
    return status_ready(status);
}

static int show(const struct cli *cli, json_t *status)
{
    if (cli->json)
        return output_json(json_incref(status));
    status_print(cli, status, stdout);
    return CLI_OK;
}

/* Waits for the line and shows it as it then is. */
static int wait_ready(struct cli *cli)
{
    uint64_t seconds;
    json_t *status = NULL;
    char why[512] = "";
    int code = cli_option_count(cli, "wait", 0, 86400, 0, &seconds);

    if (code != CLI_OK)
        return code;
    code = line_wait(cli, is_ready, NULL, seconds, &status);
    if (status)
        status_why_not(status, why, sizeof why);
    if (code == CLI_NOT_RUNNING)
        cli_remark(cli, "aduand does not answer");
    else if (code == CLI_FAILED)
        cli_remark(cli, "not ready after %llu s: %s", (unsigned long long)seconds, *why ? why : "see the status");
    if (status && show(cli, status) != CLI_OK && code == CLI_OK)
        code = CLI_FAILED;
    json_decref(status);
    return code;
}

int cmd_status(struct cli *cli)
{
    struct fault fault = {0};
    json_t *status;
    int err, code;

    if (cli_option(cli, "wait"))
        return wait_ready(cli);
    err = line_status(cli, &status, &fault);
    if (err && err != E_GONE)
        return cli_fail_fault(cli, err, &fault);
    if (err)
        status = line_status_offline(cli);
    code = show(cli, status);
    json_decref(status);
    return err ? cli_fail_fault(cli, err, &fault) : code;
}

/* --- top --- */

static struct termios cooked;

static void leave_screen(void)
{
    static const char back[] = "\033[?25h\033[?1049l";

    tcsetattr(STDIN_FILENO, TCSAFLUSH, &cooked);
    if (write(STDOUT_FILENO, back, sizeof back - 1) < 0)
        return; /* the terminal is gone, and with it what had to be put back */
}

/* Keys come at once and unseen, on a screen of its own. */
static void enter_screen(void)
{
    struct termios raw = cooked;

    atexit(leave_screen);
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &raw);
    fputs("\033[?1049h\033[?25l", stdout);
}

/* Draws over what was there, without a flicker: every line is cleared behind its end, and what is below too. */
static void draw(const char *text)
{
    struct winsize size;
    unsigned rows = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row ? size.ws_row : 24;

    fputs("\033[H", stdout);
    for (unsigned row = 0; *text && row + 1 < rows; row++) {
        size_t len = strcspn(text, "\n");

        fwrite(text, 1, len, stdout);
        fputs("\033[K\n", stdout);
        text += len + (text[len] == '\n');
    }
    fputs("\033[J", stdout);
    fflush(stdout);
}

static void frame(struct cli *cli)
{
    struct fault fault = {0};
    json_t *status = NULL;
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);

    if (!out)
        abort();
    if (line_status(cli, &status, &fault) == OK)
        status_print(cli, status, out);
    else
        fprintf(out, "%s%s%s\n", paint_on(cli, PAINT_RED), fault.text, paint_off(cli, PAINT_RED));
    fprintf(out, "\n%sq leaves%s\n", paint_on(cli, PAINT_DIM), paint_off(cli, PAINT_DIM));
    if (fclose(out) != 0)
        abort();
    draw(text);
    free(text);
    json_decref(status);
}

static int stop_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC);
}

/* False when the keyboard says to leave. */
static bool take_key(void)
{
    char key;

    return read(STDIN_FILENO, &key, 1) == 1 && key != 'q' && key != 'Q' && key != 3 && key != 27;
}

int cmd_top(struct cli *cli)
{
    struct pollfd fds[2] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.events = POLLIN}};

    if (cli->json)
        return cli_fail(cli, CLI_USAGE, "top draws on a terminal; for programs there is: aduan status --json");
    if (!cli->terminal || tcgetattr(STDIN_FILENO, &cooked) != 0)
        return cli_fail(cli, CLI_USAGE, "top wants a terminal; without one: aduan status");
    fds[1].fd = stop_signals();
    enter_screen();
    do {
        frame(cli);
        if (poll(fds, 2, 1000) < 0 || fds[1].revents)
            break;
    } while (!fds[0].revents || take_key());
    close(fds[1].fd);
    return CLI_OK;
}
