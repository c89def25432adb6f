# SPDX-License-Identifier: BSD-2-Clause
"""Which decoders each target is there for: whole files, or "file:function,function" where a file does more than read.

tests/fuzz/run counts the lines and branches of these, over all that a corpus reaches.
"""
CORE = "workers/core/"
FRAME = ("proto/frame.c:frame_parse_header,is_utf8,bound_of,body_in_bounds,value_in_bounds,item_bytes,"
         "unknown_in_bounds,has_bounds,frame_encode,take_memory,leave_memory,unpack,frame_decode,frame_body_free,known")
FRAME_MEMORY = ("proto/frame_memory.c:fill_next,frame_memory_new,add_block,frame_memory_take,frame_memory_exhausted,"
                "frame_memory_of,frame_memory_begins_with,frame_memory_drop")
YAML = ("build_scalar,adopt,build_sequence,by_text_then_place,refuse_doubles,build_mapping,build,parser_fault,"
        "load_only,yaml_doc_parse,yaml_node_get,yaml_fault,lower,least,distance,yaml_nearest")
COMMANDS = ("matches,commands_find,commands_is_group,commands_nearest")

DECODERS = {
    "answer": [CORE + "worker/control_answer.c"],
    "box": ["plugin/roster.c", "plugin/dispatch.c:dispatch_ack", "plugin/outbound.c:outbound_submit"],
    "command": ["workers/cli/args.c", "workers/cli/commands.c:" + COMMANDS, "workers/cli/citizen.c",
                "workers/cli/cmd_fleet.c:parse_count", "workers/cli/cli.c:cli_option,cli_option_count",
                "workers/cli/cmd_message.c:parse_key,message_key"],
    "config": [CORE + "base/yaml_doc.c:" + YAML, CORE + "config/config_value.c", CORE + "config/config_retention.c",
               CORE + "config/config_check.c"],
    "control": ["workers/supervisor/control_server.c", "workers/supervisor/verbs.c", "workers/supervisor/figures.c"],
    "fake": ["workers/cli/fake_line.c"],
    "feed": ["workers/feed/requests.c:requests_turn,take,receive,dispatch,admitted,chose_routing_id,counted,"
             "ask_confirm,"
             "ask_replay,begin_replay,malformed,find_start,find_cursor,in_this_log,check_topics,ask_head,refuse,"
             "tell_confirmed,requests_confirmed,answer_to,requests_refuse,requests_truncated,requests_answer"],
    "files": [CORE + "base/key_file.c:parse,parse_line,parse_seal,read_keys,read_all,check_mode,key_file_read",
              CORE + "base/curve_key.c:curve_key_parse,parse_file,curve_key_load", CORE + "base/lines.c",
              CORE + "text/lexicon_make.c", CORE + "model/corpus_read.c:flags_read,line_add,line_read,corpus_read",
              "workers/supervisor/scale.c:scale_load,from_json,read_counts,scale_take_file"],
    "frame": [FRAME, FRAME_MEMORY],
    "model": [CORE + "model/model.c", CORE + "text/lexicon.c"],
    "number": [CORE + "desk/reply.c:reply_sender_kind,sender_kind_reason,is_digit,is_letter",
               CORE + "base/seal.c:seal_sender_id,seal_id",
               CORE + "desk/desk.c:is_own_shortcode,is_ourselves,envelope_reason,refuse,answer,kind_of,is_trying_out,"
               "receive,desk_receive"],
    "options": ["plugin/options.c"],
    "packet": ["plugin/packet.c:dash_before,packet_uuid_parse,take_integer,take_string,take_uuid,packet_unpack",
               "plugin/kannel.c:field,field_of,seconds,sms_from,dlr_url_parse,report_from,take_sms,take_ack,take_admin,"
               "kannel_unpack,ucs2,kannel_pack_mt", "plugin/utf16.c"],
    "page": ["workers/responder/store_status_page.c"],
    "parts": ["proto/frame.c:frame_type_name,frame_recv,take_part,recv_part,"
              "frame_send,send_part,part_copy,part_body,frame_done"],
    "places": [CORE + "places/places.c", CORE + "places/places_tokens.c", CORE + "places/places_named.c",
               CORE + "places/places_phrase.c", CORE + "places/places_load.c", CORE + "text/terms.c"],
    "redact": [CORE + "text/redact.c", CORE + "text/redact_scan.c", CORE + "text/redact_number.c",
               CORE + "text/redact_mail.c", CORE + "text/redact_digits.c"],
    "rules": [CORE + "base/yaml_doc.c:read_file,yaml_doc_load", CORE + "text/rules_load.c", CORE + "text/rules_terms.c",
              CORE + "text/rules_words.c"],
    "sealed": [CORE + "store/record_scan.c", CORE + "store/record_seal.c", CORE + "store/record_pack.c",
               CORE + "store/record_compress.c:record_decompress"],
    "templates": [CORE + "desk/templates_parse.c",
                  CORE + "desk/templates.c:price,template_find,template_load,language_load,is_yaml,file_load,"
                         "templates_load,templates_render"],
    "text": [CORE + "text/text.c", CORE + "text/gsm7.c", CORE + "text/udh.c", CORE + "base/ticket_id.c"],
    "understand": [CORE + "text/normalise.c:keep,put,put_meaning,put_number,put_unknown,put_known,shape_of,put_base,"
                   "put_leet,"
                   "put_word_and_number,put_single,put_joined,put_word,negates,pause_between,mark_negated,normalise",
                   CORE + "text/word.c",
                   CORE + "text/rules_match.c:tokens_read,fire,term_at,terms_match,patterns_match,winners_find,"
                   "agency_serves,agency_winner,harden,decide,rule_rank,rule_order,fired_sort,hits_list,label_name,answer,"
                   "rules_classify"],
    "words": [CORE + "base/uuid.c:uuid_parse,uuid_format,nibble,dash_before", CORE + "base/status_url.c",
              CORE + "store/view.c:view_topic_allowed,view_name_valid,view_tier_parse,view_tier_name",
              CORE + "store/store_integrator.c:store_cursor_name_valid", "workers/cli/when.c"],
}
