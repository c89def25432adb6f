/* SPDX-License-Identifier: BSD-2-Clause */
#include "status_url.h"

#include <netdb.h>
#include <stdbool.h>
#include <string.h>

enum { HOST_MAX = 64, PORT_MAX = 6 };

/* Copies [from, to); false when it is empty or too long. */
static bool part(const char *from, const char *to, char *out, size_t size)
{
    size_t len = (size_t)(to - from);
    if (len == 0 || len >= size)
        return false;
    memcpy(out, from, len);
    out[len] = '\0';
    return true;
}

int status_url_parse(const char *url, struct status_url *out)
{
    static const char scheme[] = "http://";
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM};
    char host[HOST_MAX], port[PORT_MAX] = "80";
    struct addrinfo *found;

    if (strncmp(url, scheme, sizeof scheme - 1) != 0)
        return E_INVALID;
    const char *from = url + sizeof scheme - 1, *path = strchr(from, '/');
    if (!path || strpbrk(path, " \t\r\n"))
        return E_INVALID;
    bool bracketed = *from == '[';
    const char *end = bracketed ? memchr(from, ']', (size_t)(path - from)) : from + strcspn(from, ":/");
    if (!end || !part(from + bracketed, end, host, sizeof host))
        return E_INVALID;
    end += bracketed;
    if (*end == ':' ? !part(end + 1, path, port, sizeof port) : end != path)
        return E_INVALID;
    if (getaddrinfo(host, port, &hints, &found) != 0)
        return E_INVALID;
    memcpy(&out->address, found->ai_addr, found->ai_addrlen);
    out->address_len = found->ai_addrlen;
    out->path = path;
    freeaddrinfo(found);
    return OK;
}
