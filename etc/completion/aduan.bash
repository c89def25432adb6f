# SPDX-License-Identifier: BSD-2-Clause
# bash completion for aduan; made by: aduan completion bash
_aduan() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}
    local first='' second='' words='' options='' i skip=''
    COMPREPLY=()
    for ((i = 1; i < COMP_CWORD; i++)); do
        if [ -n "$skip" ]; then skip=''; continue; fi
        case ${COMP_WORDS[i]} in
        --config | --as) skip=1 ;;
        -*) ;;
        *) if [ -z "$first" ]; then first=${COMP_WORDS[i]}
           elif [ -z "$second" ]; then second=${COMP_WORDS[i]}; fi ;;
        esac
    done
    case $previous in
    --config) mapfile -t COMPREPLY < <(compgen -f -- "$current"); return ;;
    --state) words='received verified assigned in_progress answered closed held archived refused_by_agency' ;;
    esac
    case "$first $second" in
    "status "*) options=" --wait" ;;
    "scale "*) options=" --wait --timeout" ;;
    "drain "*) options=" --wait --timeout" ;;
    "stop "*) options=" --wait --timeout" ;;
    "tail "*) options=" --from --since --count" ;;
    "config reference"*) options=" --markdown --mdoc" ;;
    "tickets "*) options=" --state --category --agency --type --shortcode --sender --since --until --limit --after" ;;
    "ticket show"*) options=" --reveal" ;;
    "classify "*) options=" --sender --to --incomplete" ;;
    "send "*) options=" --from --to --timeout --count --no-wait --host --port" ;;
    "phone "*) options=" --from --to --timeout --host --port" ;;
    "help "*) options=" --mdoc" ;;
    esac
    if [ -n "$words" ]; then :
    elif [ -z "$first" ]; then words=" status top scale drain resume reload stop tail verify stats quarantine backup restore config key replies tickets ticket classify send phone completion help"
    elif [ -z "$second" ] || [ "$first" = scale ]; then
        case $first in
        quarantine) words=" list" ;;
        config) words=" check reference" ;;
        key) words=" create" ;;
        replies) words=" lint" ;;
        ticket) words=" show verify assign start reply note close hold resume archive refuse reopen" ;;
        scale) words='classifier= responder='; compopt -o nospace 2>/dev/null ;;
        completion) words='bash zsh' ;;
        backup | restore) mapfile -t COMPREPLY < <(compgen -d -- "$current"); return ;;
        help) words=" status top scale drain resume reload stop tail verify stats quarantine backup restore config key replies tickets ticket classify send phone completion help" ;;
        esac
    fi
    case $current in
    -*) mapfile -t COMPREPLY < <(compgen -W "$options --config --json --as --no-color --help --version" -- "$current") ;;
    *) mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current") ;;
    esac
}
complete -F _aduan aduan
