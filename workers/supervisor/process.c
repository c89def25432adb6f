/* SPDX-License-Identifier: BSD-2-Clause */
/* Mechanism only: whether and when is fleet.c's business. */
#include "process.h"
#include "clock.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXEC_FAILED = 127 };

static void begin_life(struct process *p, pid_t pid, int pidfd, bool adopted)
{
    p->pid = pid;
    p->pidfd = pidfd;
    p->adopted = adopted;
    p->started_ms = clock_mono_ms();
    p->started_us = clock_now_us();
    p->kill_at_ms = 0;
    p->killed = false;
    figures_reset(&p->figures);
}

/* In the child: nothing but calls that are safe after a fork of a process with threads. */
static _Noreturn void become(char *const argv[])
{
    sigset_t none;

    sigemptyset(&none);
    signal(SIGPIPE, SIG_DFL);
    setsid();
    close_range(STDERR_FILENO + 1, ~0U, 0);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execv(argv[0], argv);
    _exit(EXEC_FAILED);
}

int process_start(struct process *p, char *const argv[], struct fault *fault)
{
    pid_t pid = fork();
    int pidfd;

    if (pid == 0)
        become(argv);
    if (pid < 0)
        return fault_set(fault, E_IO, "%s cannot be started: %s", p->name, strerror(errno));
    pidfd = pidfd_open(pid, 0);
    if (pidfd < 0) {
        int cause = errno;
        kill(pid, SIGKILL);
        waitpid(pid, NULL, 0);
        return fault_set(fault, E_IO, "%s cannot be watched: %s", p->name, strerror(cause));
    }
    begin_life(p, pid, pidfd, false);
    return OK;
}

int process_adopt(struct process *p, pid_t pid, struct fault *fault)
{
    int pidfd = pidfd_open(pid, 0);

    if (pidfd < 0)
        return fault_set(fault, E_GONE, "%s (process %d) cannot be watched: %s", p->name, (int)pid, strerror(errno));
    begin_life(p, pid, pidfd, true);
    return OK;
}

void process_signal(const struct process *p, int signal)
{
    if (p->pid)
        (void)pidfd_send_signal(p->pidfd, signal, NULL, 0);
}

void process_reap(struct process *p, struct process_end *out)
{
    siginfo_t info = {0};
    struct process_end end = {.code = -1};

    /* Without WNOHANG: a pidfd may be readable an instant before the kernel lets its process be waited for, and one
     * left unwaited would stay a zombie. Whoever is not our child fails at once. */
    if (waitid(P_PIDFD, (id_t)p->pidfd, &info, WEXITED) == 0) {
        end.known = true;
        if (info.si_code == CLD_EXITED)
            end.code = info.si_status;
        else
            end.signal = info.si_status;
    }
    close(p->pidfd);
    p->pidfd = -1;
    p->pid = 0;
    *out = end;
}

const char *process_end_text(const struct process_end *end, char *out, size_t size)
{
    if (!end->known)
        snprintf(out, size, "unknown cause");
    else if (end->signal)
        snprintf(out, size, "signal %d (%s)", end->signal, strsignal(end->signal));
    else if (end->code == EXEC_FAILED)
        snprintf(out, size, "exit code %d (its program could not be executed)", end->code);
    else
        snprintf(out, size, "exit code %d", end->code);
    return out;
}
