/* SPDX-License-Identifier: BSD-2-Clause */
/* The table of all commands. A new command is a row there and a function in the file of its group. */
#ifndef ADUAN_CLI_COMMANDS_H
#define ADUAN_CLI_COMMANDS_H

#include "cli.h"

const struct command *commands_all(size_t *count);
/* The command that the first of `words` name, the longest match; *used says how many of them it took. NULL: none. */
const struct command *commands_find(const char *const *words, size_t count, size_t *used);
/* The nearest spelling of a command for words that name none; NULL when nothing is near. */
const char *commands_nearest(const char *const *words, size_t count);
/* True when some command's first word is `word` and it has a second one. */
bool commands_is_group(const char *word);

/* The functions, by file. */
int cmd_status(struct cli *cli);
int cmd_top(struct cli *cli);
int cmd_scale(struct cli *cli);
int cmd_drain(struct cli *cli);
int cmd_resume(struct cli *cli);
int cmd_reload(struct cli *cli);
int cmd_stop(struct cli *cli);
int cmd_config_check(struct cli *cli);
int cmd_config_reference(struct cli *cli);
int cmd_keygen(struct cli *cli);
int cmd_rekey(struct cli *cli);
int cmd_purge(struct cli *cli);
int cmd_replies_lint(struct cli *cli);
int cmd_tickets(struct cli *cli);
int cmd_ticket_show(struct cli *cli);
int cmd_ticket_change(struct cli *cli);
int cmd_ticket_correct(struct cli *cli);
int cmd_incidents(struct cli *cli);
int cmd_incident_show(struct cli *cli);
int cmd_incident_join(struct cli *cli);
int cmd_incident_split(struct cli *cli);
int cmd_incident_reply(struct cli *cli);
int cmd_tail(struct cli *cli);
int cmd_feed_key(struct cli *cli);
int cmd_feed_trim(struct cli *cli);
int cmd_integrator_add(struct cli *cli);
int cmd_integrator_list(struct cli *cli);
int cmd_integrator_revoke(struct cli *cli);
int cmd_classify(struct cli *cli);
int cmd_train(struct cli *cli);
int cmd_evaluate(struct cli *cli);
int cmd_model_promote(struct cli *cli);
int cmd_replay(struct cli *cli);
int cmd_send(struct cli *cli);
int cmd_phone(struct cli *cli);
int cmd_verify(struct cli *cli);
int cmd_backup(struct cli *cli);
int cmd_restore(struct cli *cli);
int cmd_quarantine_list(struct cli *cli);
int cmd_quarantine_show(struct cli *cli);
int cmd_quarantine_retry(struct cli *cli);
int cmd_message_show(struct cli *cli);
int cmd_stats(struct cli *cli);
int cmd_completion(struct cli *cli);
int cmd_help(struct cli *cli);

#endif
