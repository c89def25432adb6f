/* SPDX-License-Identifier: BSD-2-Clause */
/* Names of roles and slots. */
#include "roles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name, *program;
} roles[ROLE_END] = {
    [ROLE_CLASSIFIER] = {"classifier", "aduan-classifier"},
    [ROLE_RESPONDER] = {"responder", "aduan-responder"},
    [ROLE_FEED] = {"feed", "aduan-feed"},
    [ROLE_BOX] = {"box", "aduanbox"},
};

const char *role_name(enum role role)
{
    return roles[role].name;
}

const char *role_program(enum role role)
{
    return roles[role].program;
}

enum role role_parse(const char *word)
{
    enum role role = 0;

    while (role < ROLE_END && strcmp(roles[role].name, word) != 0)
        role++;
    return role;
}

void slot_name(enum role role, unsigned number, char out[SLOT_NAME_BYTES])
{
    snprintf(out, SLOT_NAME_BYTES, "%s.%u", role_name(role), number);
}

bool slot_parse(const char *name, enum role *role, unsigned *number)
{
    for (enum role r = 0; r < ROLE_SLOTTED; r++) {
        size_t len = strlen(role_name(r));
        const char *digits = name + len + 1;
        if (strncmp(name, role_name(r), len) != 0 || name[len] != '.')
            continue;
        if (*digits < '1' || *digits > '9' || strlen(digits) > 4 || strspn(digits, "0123456789") != strlen(digits))
            return false;
        *role = r;
        *number = (unsigned)strtoul(digits, NULL, 10);
        return true;
    }
    return false;
}
