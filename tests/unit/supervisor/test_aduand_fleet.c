/* SPDX-License-Identifier: BSD-2-Clause */
/* Real processes (shell scripts stand where the programs stand) are started, taken over, scaled, drained and stopped
 * in the promised order. Waits for pidfds; the fleet's clock is ours, so no wait is ever slept. */
#include "clock.h"
#include "fleet.h"
#include "lockfile.h"
#include "log.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { PATIENCE_MS = 20000 };

struct scene {
    char dir[40];
    struct config *config;
    struct fleet fleet;
    uint64_t now_ms;
};

static void write_script(const struct scene *scene, const char *program, const char *body)
{
    char path[96];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s", scene->dir, program);
    file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\n%s\n", body);
    fclose(file);
    assert_int_equal(chmod(path, 0700), 0);
}

static int setup(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    struct fault fault;
    char text[512];

    log_open("test", "", LOG_LEVEL_ERROR);
    strcpy(scene->dir, "/tmp/aduan-fleet.XXXXXX");
    assert_non_null(mkdtemp(scene->dir));
    snprintf(text, sizeof text,
             "desk: {name: x, shortcodes: [1]}\nrun: {dir: %s}\nworkers: {classifiers: 2}\n"
             "boxes: [{name: box1, bearerboxes: [{name: m, tls: yes, tls_ca: /ca, tls_cert: /c,\n"
             " tls_name: n}]}]\n",
             scene->dir);
    if (config_parse("aduan.yaml", scene->dir, text, strlen(text), &scene->config, &fault))
        fail_msg("%s", fault.text);
    for (enum role r = 0; r < ROLE_END; r++)
        write_script(scene, role_program(r), "exec sleep 1000");
    fleet_init(&scene->fleet, scene->config, scene->dir);
    scene->now_ms = clock_mono_ms();
    *state = scene;
    return 0;
}

static int teardown(void **state)
{
    struct scene *scene = *state;
    char command[96];

    for (size_t i = 0; i < scene->fleet.count; i++) {
        struct process *p = scene->fleet.items[i];
        struct process_end end;
        process_signal(p, SIGKILL);
        if (p->pid && poll(&(struct pollfd){p->pidfd, POLLIN, 0}, 1, PATIENCE_MS) == 1)
            process_reap(p, &end);
    }
    fleet_done(&scene->fleet);
    config_free(scene->config);
    snprintf(command, sizeof command, "rm -rf %s", scene->dir);
    assert_int_equal(system(command), 0);
    free(scene);
    return 0;
}

static void reconcile(struct scene *scene)
{
    (void)fleet_reconcile(&scene->fleet, scene->now_ms);
}

/* Waits until the process of that name ends, and lets the fleet know. */
static void await_end(struct scene *scene, const char *name)
{
    struct process *p = fleet_find(&scene->fleet, name);

    assert_non_null(p);
    assert_int_equal(poll(&(struct pollfd){p->pidfd, POLLIN, 0}, 1, PATIENCE_MS), 1);
    fleet_ended(&scene->fleet, p, scene->now_ms);
}

static bool lives(const struct scene *scene, const char *name)
{
    const struct process *p = fleet_find(&scene->fleet, name);
    return p && p->pid;
}

static void all_that_is_wanted_is_started(void **state)
{
    struct scene *scene = *state;

    reconcile(scene);
    assert_int_equal(fleet_running(&scene->fleet, ROLE_CLASSIFIER), 2);
    assert_int_equal(fleet_running(&scene->fleet, ROLE_RESPONDER), 1);
    assert_int_equal(fleet_running(&scene->fleet, ROLE_BOX), 1);
    assert_int_equal(fleet_running(&scene->fleet, ROLE_FEED), 1);
    assert_true(lives(scene, "feed.1"));
    assert_false(fleet_empty(&scene->fleet));
    assert_false(fleet_is_up(&scene->fleet));
}

static void without_a_feed_none_is_started_and_one_that_lives_is_stopped(void **state)
{
    struct scene *scene = *state;

    scene->config->feed_enabled = false;
    reconcile(scene);
    assert_null(fleet_find(&scene->fleet, "feed.1"));
    scene->config->feed_enabled = true;
    reconcile(scene);
    assert_true(lives(scene, "feed.1"));
    scene->config->feed_enabled = false;
    reconcile(scene);
    await_end(scene, "feed.1");
    reconcile(scene);
    assert_null(fleet_find(&scene->fleet, "feed.1"));
    assert_true(lives(scene, "box1"));
}

static void a_process_has_a_session_and_only_its_own_descriptors(void **state)
{
    struct scene *scene = *state;
    char path[96], text[64] = "";
    FILE *file;

    snprintf(path, sizeof path, "%s/seen", scene->dir);
    char body[256];
    snprintf(body, sizeof body, "{ cut -d' ' -f1,6 /proc/$$/stat; ls /proc/self/fd | wc -l; } > %s", path);
    write_script(scene, "aduan-responder", body);
    int leak = dup(STDERR_FILENO);
    reconcile(scene);
    await_end(scene, "responder.1");
    close(leak);
    file = fopen(path, "r");
    assert_non_null(file);
    int pid = 0, sid = 0, count = -1;
    assert_int_equal(fread(text, 1, sizeof text - 1, file) > 0, 1);
    fclose(file);
    assert_int_equal(sscanf(text, "%d %d %d", &pid, &sid, &count), 3);
    assert_int_equal(pid, sid);
    assert_int_equal(count, 4); /* 0, 1, 2, and the one that ls reads the directory by */
}

static void scaling_down_drains_the_highest_and_forgets_it(void **state)
{
    struct scene *scene = *state;

    reconcile(scene);
    scene->fleet.scale.count[ROLE_CLASSIFIER] = 1;
    reconcile(scene);
    assert_int_not_equal(fleet_find(&scene->fleet, "classifier.2")->kill_at_ms, 0);
    assert_int_equal(fleet_find(&scene->fleet, "classifier.1")->kill_at_ms, 0);
    await_end(scene, "classifier.2");
    reconcile(scene);
    assert_null(fleet_find(&scene->fleet, "classifier.2"));
    scene->fleet.scale.count[ROLE_CLASSIFIER] = 3;
    reconcile(scene);
    assert_true(lives(scene, "classifier.2"));
    assert_true(lives(scene, "classifier.3"));
}

static void who_does_not_drain_in_time_is_killed(void **state)
{
    struct scene *scene = *state;
    char ready[96], body[256];

    snprintf(ready, sizeof ready, "%s/ready", scene->dir);
    assert_int_equal(mkfifo(ready, 0600), 0);
    snprintf(body, sizeof body, "trap '' TERM\necho x > %s\nwhile :; do sleep 1000; done", ready);
    write_script(scene, "aduan-responder", body);
    reconcile(scene);
    FILE *fifo = fopen(ready, "r"); /* opens once the script ignores SIGTERM */
    assert_int_equal(fgetc(fifo), 'x');
    fclose(fifo);
    scene->fleet.scale.count[ROLE_RESPONDER] = 0;
    uint64_t next = fleet_reconcile(&scene->fleet, scene->now_ms);
    assert_int_equal(next, scene->now_ms + scene->config->drain_s * 1000);
    scene->now_ms = next;
    reconcile(scene);
    assert_true(fleet_find(&scene->fleet, "responder.1")->killed);
    pid_t group = fleet_find(&scene->fleet, "responder.1")->pid;
    await_end(scene, "responder.1");
    kill(-group, SIGKILL); /* its sleep */
    reconcile(scene);
    assert_null(fleet_find(&scene->fleet, "responder.1"));
}

static void a_death_is_followed_by_a_wait_and_a_new_life(void **state)
{
    struct scene *scene = *state;

    reconcile(scene);
    struct process *p = fleet_find(&scene->fleet, "classifier.1");
    pid_t first = p->pid;
    process_signal(p, SIGKILL);
    await_end(scene, "classifier.1");
    assert_string_equal(p->note, "died: signal 9 (Killed)");
    assert_int_equal(p->restarts, 1);
    uint64_t next = fleet_reconcile(&scene->fleet, scene->now_ms);
    assert_int_equal(next, scene->now_ms + POLICY_UNBORN_FIRST_MS);
    assert_false(lives(scene, "classifier.1"));
    scene->now_ms = next;
    reconcile(scene);
    assert_true(lives(scene, "classifier.1"));
    assert_int_not_equal(p->pid, first);
}

static void a_program_that_cannot_run_is_tried_again_later(void **state)
{
    struct scene *scene = *state;
    char path[96];

    snprintf(path, sizeof path, "%s/aduanbox", scene->dir);
    assert_int_equal(unlink(path), 0);
    reconcile(scene);
    await_end(scene, "box1");
    assert_non_null(strstr(fleet_find(&scene->fleet, "box1")->note, "could not be executed"));
}

/* A process that takes a lock by that name and lives until it is told to end. */
static pid_t orphan(const struct scene *scene, const char *name)
{
    int ready[2];
    char byte;

    assert_int_equal(pipe(ready), 0);
    pid_t pid = fork();
    if (pid == 0) {
        struct lockfile *lock;
        if (lockfile_take(scene->dir, name, &lock, NULL))
            _exit(1);
        (void)!write(ready[1], "x", 1);
        close(ready[0]);
        close(ready[1]);
        while (1)
            pause();
    }
    close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    return pid;
}

static void whoever_holds_a_lock_is_taken_over(void **state)
{
    struct scene *scene = *state;
    pid_t box = orphan(scene, "box1"), third = orphan(scene, "classifier.3"), stranger = orphan(scene, "other");
    pid_t socket = orphan(scene, "box1.in");
    pid_t self = orphan(scene, "aduand");

    fleet_adopt(&scene->fleet);
    assert_int_equal(fleet_find(&scene->fleet, "box1")->pid, box);
    assert_true(fleet_find(&scene->fleet, "box1")->adopted);
    assert_null(fleet_find(&scene->fleet, "other"));
    assert_null(fleet_find(&scene->fleet, "aduand"));
    assert_null(fleet_find(&scene->fleet, "box1.in"));
    reconcile(scene);
    assert_int_equal(fleet_running(&scene->fleet, ROLE_BOX), 1);
    /* Beyond the count: taken over, then drained. */
    assert_int_not_equal(fleet_find(&scene->fleet, "classifier.3")->kill_at_ms, 0);
    await_end(scene, "classifier.3");
    waitpid(third, NULL, WNOHANG);
    /* A lock taken after the start of aduand counts too. */
    process_signal(fleet_find(&scene->fleet, "classifier.1"), SIGKILL);
    await_end(scene, "classifier.1");
    pid_t other = orphan(scene, "classifier.1");
    scene->now_ms += POLICY_UNBORN_FIRST_MS;
    reconcile(scene);
    assert_int_equal(fleet_find(&scene->fleet, "classifier.1")->pid, other);
    kill(stranger, SIGKILL);
    kill(self, SIGKILL);
    kill(socket, SIGKILL);
    waitpid(socket, NULL, 0);
    waitpid(stranger, NULL, 0);
    waitpid(self, NULL, 0);
}

static void a_stop_drains_workers_before_boxes(void **state)
{
    struct scene *scene = *state;

    reconcile(scene);
    fleet_stop(&scene->fleet, scene->now_ms);
    fleet_stop(&scene->fleet, scene->now_ms + 1);
    assert_int_equal(scene->fleet.stop_at_ms, scene->now_ms);
    reconcile(scene);
    assert_int_equal(fleet_find(&scene->fleet, "box1")->kill_at_ms, 0);
    await_end(scene, "classifier.1");
    await_end(scene, "classifier.2");
    reconcile(scene);
    assert_int_equal(fleet_find(&scene->fleet, "box1")->kill_at_ms, 0);
    await_end(scene, "responder.1");
    reconcile(scene);
    assert_int_equal(fleet_find(&scene->fleet, "box1")->kill_at_ms, scene->now_ms + scene->config->drain_s * 1000);
    assert_int_equal(fleet_find(&scene->fleet, "feed.1")->kill_at_ms, scene->now_ms + scene->config->drain_s * 1000);
    await_end(scene, "feed.1");
    await_end(scene, "box1");
    reconcile(scene);
    assert_true(fleet_empty(&scene->fleet));
}

static void draining_all_and_resuming_keeps_that_order(void **state)
{
    struct scene *scene = *state;

    reconcile(scene);
    assert_int_equal(scale_hold(&scene->fleet.scale, "all"), OK);
    reconcile(scene);
    assert_int_equal(fleet_find(&scene->fleet, "box1")->kill_at_ms, 0);
    await_end(scene, "classifier.1");
    await_end(scene, "classifier.2");
    await_end(scene, "responder.1");
    reconcile(scene);
    await_end(scene, "box1");
    await_end(scene, "feed.1");
    reconcile(scene);
    assert_true(fleet_empty(&scene->fleet));
    assert_int_equal(scene->fleet.count, 5);
    assert_int_equal(scale_release(&scene->fleet.scale, "all"), OK);
    reconcile(scene);
    assert_int_equal(fleet_running(&scene->fleet, ROLE_CLASSIFIER), 2);
    assert_true(lives(scene, "box1"));
}

static void a_hurried_stop_kills_all(void **state)
{
    struct scene *scene = *state;

    reconcile(scene);
    fleet_stop(&scene->fleet, scene->now_ms);
    fleet_kill(&scene->fleet);
    for (size_t i = 0; i < scene->fleet.count; i++)
        await_end(scene, scene->fleet.items[i]->name);
    assert_true(fleet_empty(&scene->fleet));
}

static bool hear(struct scene *scene, const char *name, pid_t pid, Aduan__Wire__Status__State said)
{
    Aduan__Wire__Status status = ADUAN__WIRE__STATUS__INIT;

    status.name = (char *)name;
    status.pid = (uint32_t)pid;
    status.state = said;
    return fleet_heard(&scene->fleet, &status, scene->now_ms);
}

static void words_are_taken_from_the_living_only(void **state)
{
    struct scene *scene = *state;

    reconcile(scene);
    assert_false(hear(scene, "nobody", 1, ADUAN__WIRE__STATUS__STATE__READY));
    assert_false(hear(scene, "box1", 1, ADUAN__WIRE__STATUS__STATE__READY));
    for (size_t i = 0; i < scene->fleet.count; i++) {
        assert_false(fleet_is_up(&scene->fleet));
        assert_true(hear(scene, scene->fleet.items[i]->name, scene->fleet.items[i]->pid,
                         i ? ADUAN__WIRE__STATUS__STATE__READY : ADUAN__WIRE__STATUS__STATE__DEGRADED));
    }
    assert_true(fleet_is_up(&scene->fleet));
    assert_true(hear(scene, "box1", fleet_find(&scene->fleet, "box1")->pid, ADUAN__WIRE__STATUS__STATE__STARTING));
    assert_false(fleet_is_up(&scene->fleet));
}

static void only_who_has_spoken_is_told_to_reload(void **state)
{
    struct scene *scene = *state;

    reconcile(scene);
    assert_int_equal(fleet_hup(&scene->fleet), 0);
    assert_true(
        hear(scene, "responder.1", fleet_find(&scene->fleet, "responder.1")->pid, ADUAN__WIRE__STATUS__STATE__READY));
    assert_int_equal(fleet_hup(&scene->fleet), 1);
    await_end(scene, "responder.1");
    assert_string_equal(fleet_find(&scene->fleet, "responder.1")->note, "died: signal 1 (Hangup)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_that_is_wanted_is_started, setup, teardown),
        cmocka_unit_test_setup_teardown(without_a_feed_none_is_started_and_one_that_lives_is_stopped, setup, teardown),
        cmocka_unit_test_setup_teardown(a_process_has_a_session_and_only_its_own_descriptors, setup, teardown),
        cmocka_unit_test_setup_teardown(scaling_down_drains_the_highest_and_forgets_it, setup, teardown),
        cmocka_unit_test_setup_teardown(who_does_not_drain_in_time_is_killed, setup, teardown),
        cmocka_unit_test_setup_teardown(a_death_is_followed_by_a_wait_and_a_new_life, setup, teardown),
        cmocka_unit_test_setup_teardown(a_program_that_cannot_run_is_tried_again_later, setup, teardown),
        cmocka_unit_test_setup_teardown(whoever_holds_a_lock_is_taken_over, setup, teardown),
        cmocka_unit_test_setup_teardown(a_stop_drains_workers_before_boxes, setup, teardown),
        cmocka_unit_test_setup_teardown(draining_all_and_resuming_keeps_that_order, setup, teardown),
        cmocka_unit_test_setup_teardown(a_hurried_stop_kills_all, setup, teardown),
        cmocka_unit_test_setup_teardown(words_are_taken_from_the_living_only, setup, teardown),
        cmocka_unit_test_setup_teardown(only_who_has_spoken_is_told_to_reload, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
