/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of people, where the words say that one comes: "nama", "a.n.", "ttd", "saya Budi", "dari Bpk Slamet", a
 * name that closes the text. After the first sort whatever is no common word is a name; after the others it has to
 * look like one: in the list of names, or with a capital. Third persons stay unless their number is beside them.
 */
#include "redact_priv.h"

enum {
    NAME_WORDS_MAX = 4,
    FILL_MAX = 7,
    TITLES_MAX = 4,
    BESIDE_WORDS_MAX = 3,
    DATA_FIELDS_MIN = 2,
    NIK_DIGITS = 14,
    ABBREVIATION_MAX = 4,
    BETWEEN_MAX = 4,
    WITHIN_MAX = 8
};

static bool known(const struct scan *scan, size_t t)
{
    return scan_word(scan, t, WORD_GIVEN);
}

static bool known_too(const struct scan *scan, size_t t)
{
    return known(scan, t) || scan_word(scan, t, WORD_GIVEN_TOO);
}

static bool all_capitals(const struct scan *scan, size_t t)
{
    for (size_t i = scan->token[t].from; i < scan->token[t].to; i++)
        if (!scan->cell[i].capital)
            return false;
    return true;
}

/* A capital that says something: not in a text, or after a word, that is all capitals, and not of an abbreviation. */
static bool capital(const struct scan *scan, size_t t)
{
    if (!scan->token[t].capital || scan->shouting)
        return false;
    if (!all_capitals(scan, t))
        return true;
    bool loud = t > 0 && scan_kind(scan, t - 1, TOKEN_WORD) && all_capitals(scan, t - 1);
    return !loud && token_len(&scan->token[t]) > ABBREVIATION_MAX;
}

/* --- from where a name may begin to where it ends ------------------------------------------------------------- */

/* Behind "pak", "H.", "Drs. H."; *titled when there was one. */
static size_t skip_titles(const struct scan *scan, size_t t, bool *titled)
{
    for (int i = 0; i < TITLES_MAX && scan_word(scan, t, WORD_TITLE); i++) {
        bool whole = scan_word(scan, t, WORD_TITLE_WHOLE);
        t++;
        t += !whole && scan_sign(scan, t, ".") && scan_tight(scan, t);
        *titled = true;
    }
    return t;
}

static bool first_word(const struct scan *scan, size_t t, enum trust trust)
{
    if (!scan_kind(scan, t, TOKEN_WORD) || token_len(&scan->token[t]) < 2)
        return false;
    if (known(scan, t) || (known_too(scan, t) && trust != TRUST_KNOWN && known(scan, t + 1)))
        return true; /* "Imam" is one where "Mustofa" follows */
    if (scan_common(scan, t) || scan_verb(scan, t))
        return false;
    return trust == TRUST_ANY || (trust == TRUST_LOOKS && capital(scan, t));
}

/* After the first word of a name: another one, also when it is a word of another meaning too. */
static bool next_word(const struct scan *scan, size_t t, enum trust trust, size_t words)
{
    if (!scan_kind(scan, t, TOKEN_WORD) || token_len(&scan->token[t]) < 2)
        return false;
    if (known_too(scan, t))
        return true;
    return !scan_common(scan, t) && !scan_verb(scan, t) && (trust == TRUST_ANY || capital(scan, t) || words < 2);
}

/* "M.", "M", "bin": not a name, and inside of one. How many tokens. */
static size_t small_word(const struct scan *scan, size_t t, bool after)
{
    bool letter = scan_kind(scan, t, TOKEN_WORD) && token_len(&scan->token[t]) == 1;
    bool dot = letter && scan_sign(scan, t + 1, ".") && scan_tight(scan, t + 1);
    if (dot)
        return 2;
    return letter || (after && scan_word(scan, t, WORD_JOIN)) ? 1 : 0;
}

/* The end of the name at token t; t when there is none. */
static size_t name_end(const struct scan *scan, size_t t, enum trust trust)
{
    size_t words = 0, end = t, at = t;
    while (words < NAME_WORDS_MAX) {
        size_t small = small_word(scan, at, words > 0);
        if (small > 0 && scan_kind(scan, at + small, TOKEN_WORD)) {
            at += small;
            continue;
        }
        bool dotted = t > 0 && scan_sign(scan, t - 1, ".") && scan_tight(scan, t);
        if (words > 0 && scan_sign(scan, at, dotted ? "'-." : "'-") && scan_tight(scan, at) &&
            scan_tight(scan, at + 1)) {
            at++;
            continue;
        }
        if (!(words == 0 ? first_word(scan, at, trust) : next_word(scan, at, trust, words)))
            break;
        words++;
        end = ++at;
        if (at - t > 3 * NAME_WORDS_MAX)
            break;
    }
    return end;
}

/* A name, with or without titles, at t; its end, or 0. */
size_t redact_name_at(struct scan *scan, size_t t, enum trust trust)
{
    bool titled = false;
    size_t from = skip_titles(scan, t, &titled);
    from += titled && scan_sign(scan, from, ":="); /* "nama bapak: Supriyadi" */
    if (titled && trust == TRUST_LOOKS)
        trust = TRUST_ANY;
    else if (titled && trust == TRUST_KNOWN)
        trust = TRUST_LOOKS;
    size_t end = name_end(scan, from, trust);
    if (end == from)
        return 0;
    scan_found(scan, from, end, REDACT_NAME);
    return end;
}

/* --- words before a name ------------------------------------------------------------------------------------ */

/* The signs and words that may stand between "nama" and the name. */
static size_t skip_fill(const struct scan *scan, size_t t)
{
    for (int i = 0; i < FILL_MAX; i++) {
        if (scan_sign(scan, t, ".") && scan_tight(scan, t))
            t++;
        else if (scan_sign(scan, t, ":=-,(\"'*/>") || scan_word(scan, t, WORD_NAME_FILL))
            t++;
        else
            break;
    }
    return t;
}

/* "a.n.", "a/n", "an."; "an" alone after a document or before a known name. The token behind it, or 0. */
static size_t after_an(const struct scan *scan, size_t t)
{
    if (scan_is(scan, t, "a") && scan_sign(scan, t + 1, "./") && scan_is(scan, t + 2, "n"))
        return t + 3 + (size_t)scan_sign(scan, t + 3, ".");
    if (!scan_is(scan, t, "an"))
        return 0;
    if (scan_sign(scan, t + 1, ".:"))
        return t + 2;
    bool document = t > 0 && scan_word(scan, t - 1, WORD_DOC);
    bool number = t > 0 && (scan_kind(scan, t - 1, TOKEN_NUMBER) || scan_kind(scan, t - 1, TOKEN_MARK));
    return t == 0 || number || document || known(scan, t + 1) || scan_word(scan, t + 1, WORD_TITLE) ? t + 1 : 0;
}

static size_t after_regards(const struct scan *scan, size_t t)
{
    return scan_is(scan, t, "hormat") && scan_word(scan, t + 1, WORD_OWN) ? t + 2 : 0;
}

static void after_self(struct scan *scan, size_t t)
{
    size_t at = t + 1;
    at += scan_is(scan, at, "sendiri") || scan_is(scan, at, "adalah") || scan_is(scan, at, "am") ||
          scan_is(scan, at, "m") || scan_is(scan, at, "is");
    at += scan_sign(scan, at, ",:'(");
    at += scan_is(scan, at, "m");
    bool alone = scan_sign(scan, at + 1, ",./("); /* "sy cahyo. Tolong …" */
    (void)redact_name_at(scan, at, alone || scan->shouting || scan->whispering ? TRUST_ANY : TRUST_LOOKS);
}

/* "dari" is also before places: only a title or a colon lets an unknown name pass. */
static void after_from(struct scan *scan, size_t t)
{
    size_t at = t + 1 + scan_is(scan, t + 1, "warga");
    bool colon = scan_sign(scan, at, ":=");
    at += colon;
    at += scan_is(scan, at, "is");
    bool caseless = scan->shouting || scan->whispering;
    enum trust trust = colon && caseless                          ? TRUST_ANY
                       : colon || scan_word(scan, at, WORD_TITLE) ? TRUST_LOOKS
                                                                  : TRUST_KNOWN;
    (void)redact_name_at(scan, at, trust);
}

static bool last_token(const struct scan *scan, size_t t)
{
    while (scan_sign(scan, t, ").!\"'-"))
        t++;
    return t >= scan->tokens;
}

/* A name is what is left of the text behind "salam"; behind "salam kenal pak," it may go on. */
static void after_closing(struct scan *scan, size_t t)
{
    bool titled = false, meeting = scan_is(scan, t + 1, "kenal");
    size_t at = skip_titles(scan, skip_fill(scan, t + 1 + meeting), &titled);
    at += titled && scan_sign(scan, at, ",");
    size_t end = name_end(scan, at, meeting ? TRUST_LOOKS : TRUST_ANY);
    if (end > at && (meeting || last_token(scan, end) || known(scan, at)))
        scan_found(scan, at, end, REDACT_NAME);
}

/* "Nama lgkp: Theresia": what is called a name and has a colon behind was only the sort of name. */
static void after_name(struct scan *scan, size_t t)
{
    size_t end = redact_name_at(scan, skip_fill(scan, t), TRUST_ANY);
    for (size_t at = t, next; end == 0 && at < t + WITHIN_MAX && scan_kind(scan, at, TOKEN_WORD); at = next) {
        size_t found = known(scan, at) ? redact_name_at(scan, at, TRUST_LOOKS) : 0; /* "nama salah tulis Ahmad" */
        next = found > at ? found : at + 1; /* "Raden" is known, and alone no name */
    }
    if (end > 0 && scan_sign(scan, end, ":="))
        (void)redact_name_at(scan, skip_fill(scan, end), TRUST_ANY);
}

static void look_behind(struct scan *scan, size_t t)
{
    size_t at = after_an(scan, t);
    if (at == 0)
        at = after_regards(scan, t);
    if (at == 0 && scan_is(scan, t, "bertanda") && scan_is(scan, t + 1, "tangan"))
        at = t + 2;
    if (at == 0 && scan_word(scan, t, WORD_NAME))
        at = t + 1;
    if (at > 0)
        after_name(scan, at);
    else if (scan_word(scan, t, WORD_SELF))
        after_self(scan, t);
    else if (scan_word(scan, t, WORD_FROM))
        after_from(scan, t);
    if (scan_word(scan, t, WORD_CLOSING))
        after_closing(scan, t);
}

/* --- names without a word before them ------------------------------------------------------------------------ */

/* "Salam, keluarga besar Bpk. …": a title before t that is the sender's, not of whom the text is for. */
static bool greeted(const struct scan *scan, size_t t)
{
    size_t at = t - 1;
    at -= at > 0 && scan_sign(scan, at, ".");
    if (!scan_word(scan, at, WORD_TITLE))
        return false;
    for (int i = 0; i < BETWEEN_MAX && at > 0; i++)
        if (scan_is(scan, --at, "salam") || scan_is(scan, at, "hormat") || scan_is(scan, at, "keluarga"))
            return true;
    return false;
}

/* "Terima kasih. (Suparman)": up to three words behind the last sign, or behind a title. */
static void signature(struct scan *scan)
{
    size_t end = scan->tokens;
    while (end > 0 && scan_sign(scan, end - 1, ").!\"'-"))
        end--;
    for (size_t words = 1; words <= BESIDE_WORDS_MAX && words < end; words++) {
        size_t from = end - words;
        if (!scan_kind(scan, from, TOKEN_WORD))
            return;
        bool street = scan_sign(scan, from - 1, ".") && from > 1 && scan_word(scan, from - 2, WORD_STREET);
        bool titled = greeted(scan, from);
        bool alone = scan_kind(scan, from - 1, TOKEN_SIGN) && !street && known(scan, from);
        if ((titled || alone) && name_end(scan, from, titled ? TRUST_ANY : TRUST_LOOKS) == end) {
            scan_found(scan, from, end, REDACT_NAME);
            return;
        }
    }
}

/* "siti aminah rt 3 …": two words of which the first is a name open the text. */
static void opening(struct scan *scan)
{
    size_t end = known(scan, 0) ? name_end(scan, 0, TRUST_KNOWN) : 0;
    if (end >= 2)
        scan_found(scan, 0, end, REDACT_NAME);
}

/* The name that ends before token `end`: three words at most. */
void redact_name_before(struct scan *scan, size_t end, enum trust trust)
{
    for (size_t words = BESIDE_WORDS_MAX; words > 0; words--) {
        size_t first = end - words;
        if (end < words)
            continue;
        bool titled = first > 0 && scan_word(scan, first - 1, WORD_TITLE);
        bool street = first > 0 && (scan_word(scan, first - 1, WORD_STREET) || scan_sign(scan, first - 1, "."));
        enum trust own = titled ? TRUST_LOOKS : street ? TRUST_KNOWN : trust;
        if (name_end(scan, first, own) == end) {
            scan_found(scan, first, end, REDACT_NAME);
            return;
        }
    }
}

/* A name beside a number: "Hendri Gunawan 3374…", "0815… (Pak Darto)", "Victor - 0878…", "Rudy on 0811…". */
static void beside(struct scan *scan, const struct span *number)
{
    size_t at = number->to, from = number->from;
    for (int i = 0; i < 2 && scan_sign(scan, at, "()/,-:."); i++)
        at++;
    (void)redact_name_at(scan, at, TRUST_LOOKS);
    for (int i = 0; i < 2 && from > 0 && scan_sign(scan, from - 1, "()/,-:"); i++)
        from--;
    redact_name_before(scan, from, TRUST_LOOKS);
    size_t before = from;
    for (int i = 0; i < BETWEEN_MAX && before > 0 &&
                    (scan_sign(scan, before - 1, "()/,-:.") || scan_word(scan, before - 1, WORD_PHONE) ||
                     scan_word(scan, before - 1, WORD_ID) || scan_word(scan, before - 1, WORD_PHONE_FILL));
         i++)
        before--;
    if (before < from)
        redact_name_before(scan, before, TRUST_KNOWN);
}

/* "DATA nama#NIK#alamat": all of it, as the help asks for it in this form. */
static bool data_command(struct scan *scan)
{
    size_t fields = 0;
    bool nik = false;
    bool data = scan_is(scan, 0, "data"), form = scan_is(scan, 0, "reg") || scan_is(scan, 0, "daftar");
    if (!data && !form)
        return false;
    for (size_t t = 1; t < scan->tokens; t++) {
        fields += scan_sign(scan, t, "#");
        nik = nik || (scan_kind(scan, t, TOKEN_NUMBER) && token_len(&scan->token[t]) >= NIK_DIGITS);
    }
    if (fields < DATA_FIELDS_MIN && !(fields > 0 && nik))
        return false;
    scan_found(scan, 1, scan->tokens, REDACT_NAME);
    return true;
}

/* The findings of redact_find_numbers() are the only ones yet. */
void redact_find_names(struct scan *scan)
{
    size_t numbers = scan->spans;
    if (data_command(scan))
        return;
    for (size_t i = 0; i < numbers; i++) {
        struct span span = scan->span[i];
        if (span.kind == REDACT_NIK || span.kind == REDACT_PHONE)
            beside(scan, &span);
    }
    for (size_t t = 0; t < scan->tokens; t++)
        look_behind(scan, t);
    signature(scan);
    opening(scan);
}
