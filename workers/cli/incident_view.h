/* SPDX-License-Identifier: BSD-2-Clause */
/* An incident as JSON and as a card for people. */
#ifndef ADUAN_CLI_INCIDENT_VIEW_H
#define ADUAN_CLI_INCIDENT_VIEW_H

#include "cli.h"

/* What a list says of it: proto/schema/incidents.json. lead: its first ticket; NULL: it cannot be read. */
json_t *incident_json(const Aduan__Record__Incident *incident, const Aduan__Record__Ticket *lead);
/* The first of its tickets; NULL when it cannot be read. Free with free_unpacked. */
Aduan__Record__Ticket *incident_lead(const struct cli *cli, uint64_t id);
/* Shows one, with the first of its tickets (proto/schema/incident.json); an exit code. */
MUST_CHECK int incident_show(struct cli *cli, uint64_t id);

#endif
