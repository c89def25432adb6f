/* SPDX-License-Identifier: BSD-2-Clause */
/* What the targets share. An input is read as bytes, as lines, or as pieces with a length in front of each. */
#ifndef ADUAN_TESTS_FUZZ_H
#define ADUAN_TESTS_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void fuzz_must(bool holds)
{
    if (!holds)
        abort();
}

/* Exactly as long as it is, so that a read beyond is seen; free(). */
static inline void *fuzz_copy(const void *data, size_t len)
{
    void *copy = malloc(len > 0 ? len : 1);
    fuzz_must(copy != NULL);
    if (len > 0)
        memcpy(copy, data, len);
    return copy;
}

/* The same as a C string: up to the first NUL. free() */
static inline char *fuzz_text(const void *data, size_t len)
{
    char *text = strndup(data, len);
    fuzz_must(text != NULL);
    return text;
}

struct fuzz_input {
    const uint8_t *at;
    size_t left;
};

/* The next piece: two bytes of length, the low one first, and so many bytes, or as many as there are. */
static inline bool fuzz_piece(struct fuzz_input *in, const uint8_t **piece, size_t *len)
{
    if (in->left < 2)
        return false;
    size_t wanted = (size_t)(in->at[0] | in->at[1] << 8);
    in->at += 2;
    in->left -= 2;
    *piece = in->at;
    *len = wanted < in->left ? wanted : in->left;
    in->at += *len;
    in->left -= *len;
    return true;
}

/* One byte; 0 when there is none. */
static inline uint8_t fuzz_byte(struct fuzz_input *in)
{
    if (in->left == 0)
        return 0;
    in->left--;
    return *in->at++;
}

/* The path of a file that holds these bytes, mode 0600, until the next call with this number (0 or 1). No disk. */
static inline const char *fuzz_file(unsigned number, const void *data, size_t len)
{
    static int fds[2] = {-1, -1};
    static char paths[2][32];
    if (fds[number] < 0) {
        fds[number] = memfd_create("fuzz", MFD_CLOEXEC);
        fuzz_must(fds[number] >= 0 && fchmod(fds[number], 0600) == 0);
        snprintf(paths[number], sizeof paths[number], "/proc/self/fd/%d", fds[number]);
    }
    fuzz_must(ftruncate(fds[number], 0) == 0 && pwrite(fds[number], data, len, 0) == (ssize_t)len);
    return paths[number];
}

static char fuzz_dir_path[128];

static inline void fuzz_dir_remove(void)
{
    char command[sizeof fuzz_dir_path + 16];
    snprintf(command, sizeof command, "rm -rf '%s'", fuzz_dir_path);
    if (system(command) != 0)
        perror(command);
}

/* A directory of this process, below $TMPDIR, gone at its end. */
static inline const char *fuzz_dir(void)
{
    const char *above = getenv("TMPDIR");
    if (fuzz_dir_path[0])
        return fuzz_dir_path;
    snprintf(fuzz_dir_path, sizeof fuzz_dir_path, "%s/aduan-fuzz-XXXXXX", above && *above ? above : "/tmp");
    fuzz_must(mkdtemp(fuzz_dir_path) != NULL && atexit(fuzz_dir_remove) == 0);
    return fuzz_dir_path;
}

#endif
