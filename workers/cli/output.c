/* SPDX-License-Identifier: BSD-2-Clause */
/* Text on a terminal: display widths, harmless copies of what strangers wrote, colours, times and sizes. */
#include "output.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include <utf8proc.h>

static const char *const paints[] = {
    [PAINT_NONE] = "",          [PAINT_BOLD] = "\033[1m",    [PAINT_DIM] = "\033[2m",   [PAINT_RED] = "\033[31m",
    [PAINT_GREEN] = "\033[32m", [PAINT_YELLOW] = "\033[33m", [PAINT_CYAN] = "\033[36m",
};

const char *paint_on(const struct cli *cli, enum paint paint)
{
    return cli->color ? paints[paint] : "";
}

const char *paint_off(const struct cli *cli, enum paint paint)
{
    return cli->color && paint != PAINT_NONE ? "\033[0m" : "";
}

/* The next code point and its length in bytes (≥ 1); -1 for a byte that begins none. */
static utf8proc_int32_t next(const uint8_t *bytes, size_t len, size_t *step)
{
    utf8proc_int32_t code;
    utf8proc_ssize_t got = utf8proc_iterate(bytes, (utf8proc_ssize_t)len, &code);

    *step = got > 0 ? (size_t)got : 1;
    return got > 0 ? code : -1;
}

static size_t columns_of(utf8proc_int32_t code)
{
    int width = code < 0 ? 1 : utf8proc_charwidth(code);

    return width > 0 ? (size_t)width : 0;
}

size_t output_width(const char *utf8)
{
    size_t len = strlen(utf8), width = 0, step;

    for (size_t i = 0; i < len; i += step)
        width += columns_of(next((const uint8_t *)utf8 + i, len - i, &step));
    return width;
}

/* What a terminal would act upon instead of showing: controls, and format characters that reorder text. The joiners
 * U+200C and U+200D stay: scripts and emoji need them. */
static bool is_harmful(utf8proc_int32_t code)
{
    utf8proc_category_t category;

    if (code == 0x200C || code == 0x200D)
        return false;
    category = utf8proc_category(code);
    return category == UTF8PROC_CATEGORY_CC || category == UTF8PROC_CATEGORY_CF || category == UTF8PROC_CATEGORY_ZL ||
           category == UTF8PROC_CATEGORY_ZP;
}

char *output_clean(const void *bytes, size_t len, bool lines)
{
    const uint8_t *in = bytes;
    char *out = malloc(3 * len + 1), *at = out;
    size_t step;

    if (!out)
        abort();
    for (size_t i = 0; i < len; i += step) {
        utf8proc_int32_t code = next(in + i, len - i, &step);

        if (code < 0) {
            memcpy(at, "\xEF\xBF\xBD", 3);
            at += 3;
        } else if (code == '\n' && lines) {
            *at++ = '\n';
        } else if (code == '\n' || code == '\t' || code == '\r') {
            *at++ = ' ';
        } else if (is_harmful(code)) {
            *at++ = '?';
        } else {
            memcpy(at, in + i, step);
            at += step;
        }
    }
    *at = 0;
    return out;
}

char *output_cut(const void *bytes, size_t len, size_t columns)
{
    char *text = output_clean(bytes, len, false);
    size_t bytes_len = strlen(text), width = 0, keep = 0, step;

    if (output_width(text) <= columns)
        return text;
    for (size_t i = 0; i < bytes_len; i += step) {
        width += columns_of(next((uint8_t *)text + i, bytes_len - i, &step));
        if (width + 1 > columns)
            break;
        keep = i + step;
    }
    text = realloc(text, keep + sizeof "…");
    if (!text)
        abort();
    strcpy(text + keep, columns ? "…" : "");
    return text;
}

size_t output_terminal_columns(const struct cli *cli)
{
    struct winsize size;

    if (!cli->terminal)
        return 0;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}

const char *output_bytes(uint64_t bytes, char out[32])
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    double value = (double)bytes;
    size_t unit = 0;

    while (value >= 1024 && unit + 1 < sizeof units / sizeof units[0]) {
        value /= 1024;
        unit++;
    }
    snprintf(out, 32, unit ? "%.1f %s" : "%.0f %s", value, units[unit]);
    return out;
}

const char *output_time(uint64_t at_us, char out[32])
{
    time_t seconds = (time_t)(at_us / 1000000);
    struct tm local;

    if (!localtime_r(&seconds, &local) || strftime(out, 32, "%Y-%m-%d %H:%M:%S", &local) == 0)
        strcpy(out, "?");
    return out;
}
