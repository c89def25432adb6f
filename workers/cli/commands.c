/* SPDX-License-Identifier: BSD-2-Clause */
/* Every command of `aduan`, a row each. Help, the manual page and completion are made from these rows; the order here
 * is the order there. */
#include "commands.h"

#include "yaml_doc.h"

#include <string.h>

static const struct option_row wait_options[] = {
    {"wait", NULL, "return only when it is so"},
    {"timeout", "SECONDS", "give up waiting after this; default 60"},
    {NULL, NULL, NULL},
};
static const struct option_row status_options[] = {
    {"wait", "SECONDS", "wait until the line is ready: every process runs, every link is up; 1 when it is not by then"},
    {NULL, NULL, NULL},
};
static const struct option_row reference_options[] = {
    {"markdown", NULL, "as a Markdown table (the default)"},
    {"mdoc", NULL, "as mdoc(7), for the manual page"},
    {NULL, NULL, NULL},
};
static const struct option_row tickets_options[] = {
    {"state", "STATE",
     "received, verified, assigned, in_progress, answered, closed, held, archived, refused_by_agency"},
    {"category", "NAME", "only this category: jalan, sampah, …"},
    {"agency", "ID", "only this agency"},
    {"type", "NAME", "only this type: pengaduan, informasi, …"},
    {"shortcode", "NUMBER", "only what came to this number"},
    {"sender", "NUMBER", "only what came from this number, written as it came"},
    {"since", "WHEN", "opened since: 2d, 12h, 30m, 2026-11-01, 2026-11-01T08:00:00Z"},
    {"until", "WHEN", "opened before"},
    {"incident", "N", "only those of this incident"},
    {"limit", "N", "how many; default 20"},
    {"after", "ID", "the next page: tickets older than this one"},
    {NULL, NULL, NULL},
};
static const struct option_row incidents_options[] = {
    {"open", NULL, "only those with an open ticket"},
    {"category", "NAME", "only this category: jalan, sampah, …"},
    {"agency", "ID", "only this agency"},
    {"sort", "latest|count", "the one that changed last first (the default), or the largest"},
    {"limit", "N", "how many; default 20"},
    {"skip", "N", "the next page: leave out so many"},
    {NULL, NULL, NULL},
};
static const struct option_row incident_reply_options[] = {
    {"close", NULL, "then close each ticket"},
    {"unanswered", NULL, "leave out tickets that were answered before"},
    {NULL, NULL, NULL},
};
static const struct option_row show_options[] = {
    {"reveal", NULL, "show the citizen's number too; the ticket keeps a note of who looked"},
    {NULL, NULL, NULL},
};
static const struct option_row correct_options[] = {
    {"category", "NAME", "what it is about: jalan, sampah, …"},
    {"type", "NAME", "pengaduan, aspirasi, informasi, pujian, darurat, spam, lainnya; darurat makes it an emergency"},
    {NULL, NULL, NULL},
};
static const struct option_row tail_options[] = {
    {"from", "SEQ", "start at this sequence number; 1 is the beginning"},
    {"since", "WHEN", "start at this time: 10m, 2d, 2026-11-01"},
    {"count", "N", "stop after so many events"},
    {"kind", "NAME", "only this kind: ticket_opened, reply_failed, …"},
    {"category", "NAME", "only events of tickets of this category"},
    {"agency", "ID", "only events of tickets of this agency"},
    {"shortcode", "NUMBER", "only what came to this number"},
    {"ticket", "ID", "only this ticket"},
    {NULL, NULL, NULL},
};
static const struct option_row feed_key_options[] = {
    {"create", NULL, "make it first; a key that is there is never overwritten"},
    {NULL, NULL, NULL},
};
static const struct option_row feed_trim_options[] = {
    {"before", "WHEN", "events committed before this go: 30d, 2026-11-01"},
    {NULL, NULL, NULL},
};
static const struct option_row integrator_add_options[] = {
    {"tier", "TIER", "public: redacted; agency: what is assigned to --agency; full: everything, with numbers"},
    {"agency", "ID", "of tier agency"},
    {"key", "Z85", "the integrator's CURVE public key, 40 characters"},
    {"generate", NULL, "make a pair for it instead, and print the secret once"},
    {"rate", "N", "requests a second; default 50"},
    {NULL, NULL, NULL},
};
static const struct option_row keygen_options[] = {
    {"add", NULL, "add a key to the file, the newest from now on"},
    {"drop", "ID", "take out a key that nothing is sealed with any more"},
    {"list", NULL, "the numbers of its keys"},
    {NULL, NULL, NULL},
};
static const struct option_row purge_options[] = {
    {"dry-run", NULL, "only count what would go"},
    {"batch", "N", "records in one transaction; default 256"},
    {NULL, NULL, NULL},
};
static const struct option_row rekey_options[] = {
    {"batch", "N", "values in one transaction; default 256"},
    {NULL, NULL, NULL},
};
static const struct option_row classify_options[] = {
    {"explain", NULL, "in sentences, for a clerk"},
    {"batch", "FILE", "one text a line instead of TEXT, \"-\" for standard input; with --json an object a line"},
    {"sender", "NUMBER", "as if it came from this number"},
    {"to", "SHORTCODE", "as if it went to this number"},
    {"incomplete", NULL, "as if parts of it had not come"},
    {NULL, NULL, NULL},
};
#define PROMOTE_OPTIONS                                                                                                \
    {"tolerance", "POINTS", "what a class may lose, in points of a hundred; default 3"},                               \
    {                                                                                                                  \
        "force", NULL, "promote it whatever has got worse"                                                             \
    }
static const struct option_row promote_options[] = {
    PROMOTE_OPTIONS,
    {NULL, NULL, NULL},
};
#define LEARNING_OPTIONS                                                                                               \
    {"texts", "DIR", "labelled texts, every *.tsv in it; default /usr/share/aduan/training, the shipped ones"},        \
        {"corpus", "FILE[,FILE]", "more of them, in the same form"},                                                   \
        {"tickets", NULL, "learn from the corrected tickets of the store too; one in five is held out"},               \
        {"weight", "N", "a corrected ticket counts as so many texts; default 3"},                                      \
        {"lexicon", "FILE", "spellings and what they stand for; default /usr/share/aduan/lexicon.tsv"},                \
        {"categories", "FILE", "the rules that the model will work beside; default desk.categories"},                  \
    {                                                                                                                  \
        "agencies", "FILE", "their agencies; default desk.agencies"                                                    \
    }
static const struct option_row train_options[] = {
    {"promote", NULL, "then put it in the place of the running one, as model promote does"},
    PROMOTE_OPTIONS,
    LEARNING_OPTIONS,
    {NULL, NULL, NULL},
};
static const struct option_row evaluate_options[] = {
    {"folds", "N", "so many parts, each read by a model that learnt from the others; default 5"},
    {"seed", "N", "deal the texts into other parts; default 0"},
    {"model", "FILE", "no folds: this model reads every text"},
    {"svg", "FILE", "draw it: what was taken for what, and how far probabilities can be believed"},
    LEARNING_OPTIONS,
    {NULL, NULL, NULL},
};
static const struct option_row replay_options[] = {
    {"model", "FILE", "the model to compare the running one with"},
    {"days", "N", "tickets of so many days; default 30"},
    {"since", "WHEN", "opened since, instead of --days: 2d, 12h, 2026-11-01"},
    {"limit", "N", "list so many of the tickets that differ; default 100"},
    {NULL, NULL, NULL},
};
static const struct option_row send_options[] = {
    {"from", "NUMBER", "the citizen's number; default smoke.sender"},
    {"to", "SHORTCODE", "the desk's number; default the first of desk.shortcodes"},
    {"timeout", "SECONDS", "how long to wait for an answer; default 20"},
    {"count", "N", "send so many, each from the next number"},
    {"no-wait", NULL, "do not wait for answers"},
    {"host", "HOST", "where bearerbox's fake SMSC listens; default smoke.host"},
    {"port", "PORT", "its port; default smoke.port"},
    {NULL, NULL, NULL},
};
static const struct option_row phone_options[] = {
    {"from", "NUMBER", "the citizen's number; default smoke.sender"},
    {"to", "SHORTCODE", "the desk's number; default the first of desk.shortcodes"},
    {"timeout", "SECONDS", "when the input ends, wait so long for answers; default 20"},
    {"host", "HOST", "where bearerbox's fake SMSC listens; default smoke.host"},
    {"port", "PORT", "its port; default smoke.port"},
    {NULL, NULL, NULL},
};
static const struct option_row help_options[] = {
    {"mdoc", NULL, "the whole manual page as mdoc(7)"},
    {NULL, NULL, NULL},
};

#define CONTROL NEED_CONFIG
#define WRITES (NEED_CONFIG | NEED_SEAL | NEED_STORE_WRITE)
#define READS (NEED_CONFIG | NEED_SEAL | NEED_STORE)
#define TICKET_CHANGE(verb_words, operands, min, max, verb, help, ...)                                                 \
    {                                                                                                                  \
        "ticket " verb_words, NULL, FOR_STAFF, operands, min, max, NULL, help, {__VA_ARGS__}, WRITES,                  \
            cmd_ticket_change, verb                                                                                    \
    }

/* clang-format off */
static const struct command table[] = {
    /* running the line */
    {"status", NULL, FOR_OPERATORS, "", 0, 0, status_options,
     "Every process, link and queue at a glance. Each process with its pid, state, uptime, rate, backlog and the "
     "oldest message waiting; the bearerbox links; the size of the store; what is in quarantine. When aduand does "
     "not run, what can be seen without it is shown, and the exit code is 4.",
     {"aduan status", "aduan status --json | jq .processes"}, NEED_CONFIG, cmd_status, 0},
    {"top", NULL, FOR_OPERATORS, "", 0, 0, NULL,
     "The same as status, redrawn each second; q leaves.",
     {"aduan top"}, NEED_CONFIG, cmd_top, 0},
    {"scale", NULL, FOR_OPERATORS, "ROLE=N [ROLE=N]", 1, 4, wait_options,
     "Change how many workers run, live. Roles: classifier, responder. Workers that go are drained first; nothing "
     "is lost or sent twice by scaling.",
     {"aduan scale classifier=4 responder=2", "aduan scale classifier=1 --wait"}, CONTROL, cmd_scale, 0},
    {"drain", NULL, FOR_OPERATORS, "[NAME|ROLE]", 0, 1, wait_options,
     "Let processes finish what they hold, and keep them stopped. Without a name: every process; bearerbox then "
     "keeps new messages until resume.",
     {"aduan drain classifier.2", "aduan drain --wait"}, CONTROL, cmd_drain, 0},
    {"resume", NULL, FOR_OPERATORS, "[NAME|ROLE]", 0, 1, NULL,
     "Start again what drain has stopped.",
     {"aduan resume"}, CONTROL, cmd_resume, 0},
    {"reload", NULL, FOR_OPERATORS, "", 0, 0, NULL,
     "Read configuration, categories, agencies, replies and model again. A file that is wrong is refused with its line "
     "and column, and the line goes on with what it had. Waits until each worker has said whether it took it; exit "
     "code 1 and the cause when one did not, such as a model it cannot use.",
     {"aduan config check && aduan reload"}, CONTROL, cmd_reload, 0},
    {"stop", NULL, FOR_OPERATORS, "", 0, 0, wait_options,
     "Drain every process and stop aduand.",
     {"aduan stop --wait"}, CONTROL, cmd_stop, 0},
    {"tail", NULL, FOR_OPERATORS, "", 0, 0, tail_options,
     "Follow what happens: one line an event, as it is committed. Without --from or --since it starts now. Ends "
     "on ^C, or after --count events.",
     {"aduan tail", "aduan tail --since 10m --json", "aduan tail --since 1d --category jalan"}, READS, cmd_tail, 0},
    {"feed key", NULL, FOR_OPERATORS, "", 0, 0, feed_key_options,
     "Print the feed's public key, which integrators need beside their own. It is read from feed.key.",
     {"aduan feed key --create", "aduan feed key"}, NEED_CONFIG, cmd_feed_key, 0},
    {"feed trim", NULL, FOR_OPERATORS, "", 0, 0, feed_trim_options,
     "Take old events from the log now. Tickets and messages stay; an integrator who asks for what is gone is told "
     "where history begins. events.keep_days does the same by itself.",
     {"aduan feed trim --before 90d"}, WRITES, cmd_feed_trim, 0},
    {"integrator add", NULL, FOR_OPERATORS, "NAME", 1, 1, integrator_add_options,
     "Let an integrator see the feed over TCP. NAME becomes the name of its view and of its topics, v1.NAME.; it "
     "is never given to another key.",
     {"aduan integrator add acme --tier public --key 'Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID'",
      "aduan integrator add dpupr --tier agency --agency dpupr --generate"}, WRITES, cmd_integrator_add, 0},
    {"integrator list", "integrator", FOR_OPERATORS, "", 0, 0, NULL,
     "Who may see the feed, and who might once.",
     {"aduan integrator list --json"}, READS, cmd_integrator_list, 0},
    {"integrator revoke", NULL, FOR_OPERATORS, "NAME", 1, 1, NULL,
     "Let it in no more. Effective at once: what it is subscribed to falls silent, and its requests are refused.",
     {"aduan integrator revoke acme"}, WRITES, cmd_integrator_revoke, 0},
    {"verify", NULL, FOR_OPERATORS, "", 0, 0, NULL,
     "Walk the whole store and prove its promises. Every message has one ticket or one stated reason, every "
     "ticket its reply or the reason why not, indexes agree, events have no holes. Exit code 1 on any break.",
     {"aduan verify", "aduan verify --json"}, READS, cmd_verify, 0},
    {"stats", NULL, FOR_OPERATORS, "", 0, 0, NULL,
     "How much the store holds, and how much room is left.",
     {"aduan stats"}, READS, cmd_stats, 0},
    {"quarantine list", "quarantine", FOR_OPERATORS, "", 0, 0, NULL,
     "Messages that killed their classifier three times. They are kept raw, are out of the line's way, and wait "
     "for a person.",
     {"aduan quarantine list --json"}, READS, cmd_quarantine_list, 0},
    {"quarantine show", NULL, FOR_OPERATORS, "KEY", 1, 1, NULL,
     "One SMS of the quarantine as it came, byte for byte. KEY is what quarantine list prints.",
     {"aduan quarantine show 6920c1f45f3a1b7d7f2a4c0e9d6b8a1c2e3f4a5b"}, READS, cmd_quarantine_show, 0},
    {"quarantine retry", NULL, FOR_OPERATORS, "KEY", 1, 1, NULL,
     "Take an SMS out of quarantine: it is read again, here, from its stored bytes, and becomes what it should have "
     "been; its reply goes out. If it still kills whoever reads it, nothing has changed.",
     {"aduan quarantine retry 6920c1f45f3a1b7d7f2a4c0e9d6b8a1c2e3f4a5b"}, WRITES, cmd_quarantine_retry, 0},
    {"message show", NULL, FOR_OPERATORS, "KEY", 1, 1, NULL,
     "One SMS as it came, byte for byte, with its fate and the reason for it. KEY is what tail --json and quarantine "
     "list print. The sender is not shown.",
     {"aduan message show $(aduan tail --from 1 --count 1 --json | jq -r .message)"}, READS, cmd_message_show, 0},
    {"backup", NULL, FOR_OPERATORS, "DIR", 1, 1, NULL,
     "Copy the store while it runs, compacted and synced. The key file is not in it: keep a copy of that "
     "elsewhere, for without it no phone number can be read.",
     {"aduan backup /srv/backup/aduan-$(date +%F)"}, READS, cmd_backup, 0},
    {"restore", NULL, FOR_OPERATORS, "DIR", 1, 1, NULL,
     "Put a backup back as the store. The line must be stopped and the store's directory hold no store. "
     "Subscribers of the feed will see a new epoch.",
     {"aduan stop --wait && aduan restore /srv/backup/aduan-2026-11-20"}, NEED_CONFIG | NEED_SEAL, cmd_restore, 0},
    {"config check", NULL, FOR_OPERATORS, "[FILE]", 0, 1, NULL,
     "Check the configuration and every file it names. Says file:line:column, what was expected and the nearest "
     "valid key. Nothing is started or changed.",
     {"aduan config check", "aduan config check ./aduan.yaml"}, NEED_NOTHING, cmd_config_check, 0},
    {"config reference", NULL, FOR_OPERATORS, "", 0, 0, reference_options,
     "Every key of aduan.yaml: type, default, bounds and what it does.",
     {"aduan config reference", "aduan config reference --json"}, NEED_NOTHING, cmd_config_reference, 0},
    {"keygen", NULL, FOR_OPERATORS, "[FILE]", 0, 1, keygen_options,
     "Make the key file that numbers and texts are sealed with. Without FILE it goes where store.key points. An "
     "existing one is never overwritten. Keep a copy apart from the store.",
     {"aduan keygen", "aduan keygen --add && aduan rekey", "aduan keygen --drop 1"}, NEED_NOTHING, cmd_keygen, 0},
    {"rekey", NULL, FOR_OPERATORS, "", 0, 0, rekey_options,
     "Seal everything with the newest key of the key file. The line goes on meanwhile. What is killed goes on where it "
     "was when it is run again.",
     {"aduan keygen --add && aduan rekey"}, WRITES, cmd_rekey, 0},
    {"purge", NULL, FOR_OPERATORS, "", 0, 0, purge_options,
     "Take the texts and numbers of tickets that ended long ago out of the store. How long they are kept is "
     "retention.days and retention.categories. Category, agency, type, times and events stay. It may be run beside "
     "the line, and again when it was killed.",
     {"aduan purge --dry-run", "aduan purge --json"}, NEED_CONFIG | NEED_SEAL, cmd_purge, 0},
    {"replies lint", NULL, FOR_OPERATORS, "", 0, 0, NULL,
     "What every reply costs: alphabet and segments, and the character that makes it dear.",
     {"aduan replies lint"}, NEED_CONFIG, cmd_replies_lint, 0},

    /* working on tickets */
    {"tickets", "tickets list", FOR_STAFF, "", 0, 0, tickets_options,
     "List tickets, newest first. Filters combine; the last line says how to see the next page.",
     {"aduan tickets --state received --since 2d", "aduan tickets --agency dpupr --json"}, READS, cmd_tickets, 0},
    {"ticket show", NULL, FOR_STAFF, "ID", 1, 1, show_options,
     "Everything about one ticket: the text, why it was classed so, its history, its replies. The citizen's "
     "number is not shown unless --reveal asks for it.",
     {"aduan ticket show 1000015", "aduan ticket show 1000015 --reveal"},
     NEED_CONFIG | NEED_SEAL, cmd_ticket_show, 0},
    TICKET_CHANGE("verify", "ID [NOTE]", 1, 2, TICKET_VERIFY,
     "It is a case for this desk.",
     "aduan ticket verify 1000015"),
    TICKET_CHANGE("assign", "ID AGENCY [NOTE]", 2, 3, TICKET_ASSIGN,
     "Give it to an agency of agencies.yaml.",
     "aduan ticket assign 1000015 dpupr"),
    {"incidents", "incident list", FOR_STAFF, "", 0, 0, incidents_options,
     "List incidents: tickets of one problem, which the machine or a person has joined. Category, agency and text are "
     "those of the first ticket.",
     {"aduan incidents --open --sort count", "aduan incidents --category jalan --json | jq .incidents[].id"},
     READS, cmd_incidents, 0},
    {"incident show", NULL, FOR_STAFF, "N", 1, 1, NULL,
     "One incident with its tickets, the first ones of a large one; the rest: aduan tickets --incident N.",
     {"aduan incident show 3"}, READS, cmd_incident_show, 0},
    {"incident reply", NULL, FOR_STAFF, "N TEXT", 2, 2, incident_reply_options,
     "Answer all who reported it, at once. Each gets one SMS with the number of a ticket of their own; who has several "
     "in the incident gets it for the first. Each open ticket is answered, as by ticket reply; those on hold are passed over.",
     {"aduan incident reply 3 \"Lubang di Jl. Hayam Wuruk sudah ditambal. Terima kasih.\" --close"},
     WRITES, cmd_incident_reply, 0},
    {"incident join", NULL, FOR_STAFF, "N|new ID [ID…]", 2, CLI_OPERANDS_MAX, NULL,
     "Put tickets into an incident, or into a new one. A ticket that is in another one leaves that.",
     {"aduan incident join 3 1000013 1000020", "aduan incident join new 1000013 1000020"},
     WRITES, cmd_incident_join, 0},
    {"incident split", NULL, FOR_STAFF, "N ID [ID…]", 2, CLI_OPERANDS_MAX, NULL,
     "Take tickets out of an incident: they are of another problem. The machine joins them to nothing any more; a person "
     "still can. An incident ends with its last ticket.",
     {"aduan incident split 3 1000020"}, WRITES, cmd_incident_split, 0},
    {"ticket correct", NULL, FOR_STAFF, "ID [NOTE]", 1, 2, correct_options,
     "Say what it is about, when it was understood wrongly. To name the category or type that it has confirms it. The "
     "agency stays: assign gives it to another. aduan train --tickets learns from it.",
     {"aduan ticket correct 1000015 --category sampah", "aduan ticket correct 1000015 --type informasi"},
     WRITES, cmd_ticket_correct, TICKET_CORRECT},
    TICKET_CHANGE("start", "ID [NOTE]", 1, 2, TICKET_START,
     "The agency works on it.",
     "aduan ticket start 1000015"),
    TICKET_CHANGE("reply", "ID TEXT", 2, 2, TICKET_ANSWER,
     "Answer the citizen by SMS. Says first which alphabet the text needs and how many segments it costs.",
     "aduan ticket reply 1000015 \"Lubang sudah ditambal hari ini. Terima kasih.\""),
    TICKET_CHANGE("note", "ID TEXT", 2, 2, TICKET_NOTE,
     "Write something down that the citizen does not see.",
     "aduan ticket note 1000015 \"Petugas ke lokasi besok pagi\""),
    TICKET_CHANGE("close", "ID [NOTE]", 1, 2, TICKET_CLOSE,
     "It is done.",
     "aduan ticket close 1000015"),
    TICKET_CHANGE("hold", "ID [REASON]", 1, 2, TICKET_HOLD,
     "Set it aside for now.",
     "aduan ticket hold 1000015 \"menunggu data pelapor\""),
    TICKET_CHANGE("resume", "ID [NOTE]", 1, 2, TICKET_RESUME,
     "Take up what was held, where it was.",
     "aduan ticket resume 1000015"),
    TICKET_CHANGE("archive", "ID [REASON]", 1, 2, TICKET_ARCHIVE,
     "Nothing more will come of it.",
     "aduan ticket archive 1000015 \"laporan ganda\""),
    TICKET_CHANGE("refuse", "ID REASON", 2, 2, TICKET_REFUSE,
     "The agency says it is not its business.",
     "aduan ticket refuse 1000015 \"kewenangan provinsi\""),
    TICKET_CHANGE("reopen", "ID [NOTE]", 1, 2, TICKET_REOPEN,
     "Take up again what was closed or archived.",
     "aduan ticket reopen 1000015"),

    /* trying things out */
    {"classify", NULL, FOR_TRIALS, "[TEXT]", 0, 1, classify_options,
     "How the desk would understand a text, and why. Shows type, category, agency and urgency, the places it names, "
     "what the model guessed, every rule that fired and where, and the reply it would send with its cost. Nothing is "
     "stored. TEXT \"-\" is read from standard input.",
     {"aduan classify \"Jalan berlubang di depan pasar Grogolan\"",
      "aduan classify --explain \"tolong ada kebakaran di gang mawar\"", "aduan classify --json --batch texts.txt"},
     NEED_CONFIG, cmd_classify, 0},
    {"train", NULL, FOR_TRIALS, "FILE", 1, 1, train_options,
     "Learn a model from labelled texts, and write it to FILE. The same texts, lexicon and rules give the same bytes. "
     "An existing FILE is replaced in one step: who has it open keeps what was there. With --tickets it learns from "
     "what staff corrected and agencies refused as well; of those texts only hashes go into the model.",
     {"aduan train ./model.bin", "aduan train --tickets --promote ./new.bin && aduan reload"},
     NEED_NOTHING, cmd_train, 0},
    {"model promote", NULL, FOR_TRIALS, "FILE", 1, 1, promote_options,
     "Put a trained model in the place of the running one, if it is not worse. Both are compared, class by class, on "
     "what their training held out and on the corrected tickets that neither has learnt; a class of ten texts or more "
     "that has lost more than the tolerance refuses it, with a table. The model of before is kept beside it, and "
     "aduan reload takes the new one up.",
     {"aduan model promote ./new.bin && aduan reload", "aduan model promote /var/lib/aduan/model.bin.before --force"},
     NEED_CONFIG, cmd_model_promote, 0},
    {"evaluate", NULL, FOR_TRIALS, "", 0, 0, evaluate_options,
     "How well texts are understood, head by head. Accuracy, macro-F1, precision and recall of each class, what is taken "
     "for what, and how far the probabilities can be believed. The texts are dealt into folds, and each is read by a "
     "model that has not learnt it; the same seed gives the same figures.",
     {"aduan evaluate --svg evaluation.svg", "aduan evaluate --json | jq '.heads[] | {head, accuracy, macro_f1}'",
      "aduan evaluate --model ./model.bin --texts ./kept-apart"},
     NEED_NOTHING, cmd_evaluate, 0},
    {"replay", NULL, FOR_TRIALS, "", 0, 0, replay_options,
     "What another model would have routed differently. Reads the tickets of the last month again, with the running "
     "model and with this one, beside the same rules, and tells which would have gone to another agency; of those "
     "that a person corrected, which of the two was right. Nothing is changed.",
     {"aduan replay --model ./new.bin", "aduan replay --model ./new.bin --days 7 --json | jq .moves"},
     READS, cmd_replay, 0},
    {"send", NULL, FOR_TRIALS, "TEXT", 1, 1, send_options,
     "Send one SMS through the whole line and wait for its answer. It goes in through bearerbox's fake SMSC link, "
     "as a citizen's would. Only the answer is on standard output; exit code 1 and the cause when none came.",
     {"aduan send \"Lampu jalan mati di Jl. Merdeka\"", "aduan send --from +628123456789 --timeout 5 BANTUAN"},
     NEED_CONFIG, cmd_send, 0},
    {"phone", NULL, FOR_TRIALS, "", 0, 0, phone_options,
     "Be a citizen's phone. Type an SMS, see the answers arrive. /from NUMBER changes who you are, /quit leaves.",
     {"aduan phone", "printf 'Jalan rusak\\n' | aduan phone"}, NEED_CONFIG, cmd_phone, 0},
    {"completion", NULL, FOR_TRIALS, "bash|zsh", 1, 1, NULL,
     "Print the completion script of a shell.",
     {"source <(aduan completion bash)"}, NEED_NOTHING, cmd_completion, 0},
    {"help", NULL, FOR_TRIALS, "[COMMAND]", 0, 2, help_options,
     "Explain the program or a command.",
     {"aduan help ticket", "aduan help scale"}, NEED_NOTHING, cmd_help, 0},
};
/* clang-format on */

enum { TABLE_ROWS = sizeof table / sizeof table[0] };

const struct command *commands_all(size_t *count)
{
    *count = TABLE_ROWS;
    return table;
}

/* How many of `words` the space-separated name is; 0 when they are not its beginning. */
static size_t matches(const char *name, const char *const *words, size_t count)
{
    size_t used = 0;

    if (!name)
        return 0;
    for (;;) {
        size_t len = strcspn(name, " ");

        if (used == count || strlen(words[used]) != len || strncmp(words[used], name, len) != 0)
            return 0;
        used++;
        if (!name[len])
            return used;
        name += len + 1;
    }
}

const struct command *commands_find(const char *const *words, size_t count, size_t *used)
{
    const struct command *best = NULL;

    *used = 0;
    for (size_t i = 0; i < TABLE_ROWS; i++) {
        size_t direct = matches(table[i].words, words, count), alias = matches(table[i].alias, words, count);
        size_t most = direct > alias ? direct : alias;

        if (most > *used) {
            *used = most;
            best = &table[i];
        }
    }
    return best;
}

bool commands_is_group(const char *word)
{
    size_t len = strlen(word);

    for (size_t i = 0; i < TABLE_ROWS; i++)
        if (strncmp(table[i].words, word, len) == 0 && table[i].words[len] == ' ')
            return true;
    return false;
}

const char *commands_nearest(const char *const *words, size_t count)
{
    const char *names[2 * TABLE_ROWS];
    char both[128];
    size_t names_count = 0;

    for (size_t i = 0; i < TABLE_ROWS; i++)
        names[names_count++] = table[i].words;
    if (count > 1) {
        snprintf(both, sizeof both, "%s %s", words[0], words[1]);
        const char *near = yaml_nearest(both, names, names_count);
        if (near && strchr(near, ' '))
            return near;
    }
    return yaml_nearest(words[0], names, names_count);
}
