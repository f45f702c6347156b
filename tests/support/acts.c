/*
 * Does one act by name, so that a test can watch it: acts ACT [WORD...].
 *   acts obey    reads acts from standard input, one a line; each is done by a child of its own,
 * and answered with a line: the child's exit status. Its pid is a scope for all of them. Acts made
 * for what a C library hides: openat2, 32-bit calls, io_uring, a program in a memfd. Exit status: 0
 * done, 1 the kernel refused (the errno is on stderr), 2 no such act.
 */
#define _GNU_SOURCE
#include "acts.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/io_uring.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { most_words = 32, longest_line = 4096 };

struct act {
    const char* name;
    int fewest_words;
    int (*run)(char** words); /* NULL-terminated; 0 or -1 with errno */
};

static int done(long result) {
    return result < 0 ? -1 : 0;
}

static int act_open(char** words) {
    return done(syscall(SYS_openat, AT_FDCWD, words[0], O_RDONLY));
}

static int act_write(char** words) {
    int fd = openat(AT_FDCWD, words[0], O_WRONLY | O_CREAT | O_APPEND, 0644);
    return fd < 0 ? -1 : done(write(fd, "acts\n", 5));
}

static int act_truncate(char** words) {
    return done(openat(AT_FDCWD, words[0], O_WRONLY | O_CREAT | O_TRUNC, 0644));
}

static int act_creat(char** words) {
#ifdef SYS_creat
    return done(syscall(SYS_creat, words[0], 0644));
#else
    return done(openat(AT_FDCWD, words[0], O_CREAT | O_WRONLY | O_TRUNC, 0644));
#endif
}

static int act_openat2(char** words) {
    struct open_how how = {.flags = O_RDONLY};
    return done(syscall(SYS_openat2, AT_FDCWD, words[0], &how, sizeof(how)));
}

/* Relative to a directory's descriptor: openat-at DIRECTORY NAME. */
static int act_openat_at(char** words) {
    int directory = open(words[0], O_PATH | O_DIRECTORY);
    return directory < 0 ? -1 : done(openat(directory, words[1], O_RDONLY));
}

/* Relative to the working directory: open-in DIRECTORY NAME. */
static int act_open_in(char** words) {
    return chdir(words[0]) ? -1 : done(openat(AT_FDCWD, words[1], O_RDONLY));
}

#ifdef __x86_64__
/* The 32-bit open (number 5, which is fstat's in 64 bits); its path must lie below 4 GiB. */
static int act_open_32(char** words) {
    char* low =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (low == MAP_FAILED)
        return -1;
    snprintf(low, 4096, "%s", words[0]);
    long result = 5;
    __asm__ volatile("int $0x80"
                     : "+a"(result)
                     : "b"(low), "c"(O_RDONLY), "d"(0)
                     : "memory", "r8", "r9", "r10", "r11");
    if (result < 0) {
        errno = (int)-result;
        return -1;
    }
    return 0;
}
#endif

/* One request through a ring of its own, without liburing: the kernel's interface is small enough.
 */
static int through_io_uring(struct io_uring_sqe request) {
    struct io_uring_params params = {0};
    int ring = (int)syscall(SYS_io_uring_setup, 2, &params);
    if (ring < 0)
        return -1;
    size_t submission_size = params.sq_off.array + params.sq_entries * sizeof(uint32_t);
    size_t completion_size = params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe);
    char* submission =
        mmap(NULL, submission_size, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQ_RING);
    char* completion =
        mmap(NULL, completion_size, PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_CQ_RING);
    struct io_uring_sqe* entry = mmap(NULL, params.sq_entries * sizeof(*entry),
                                      PROT_READ | PROT_WRITE, MAP_SHARED, ring, IORING_OFF_SQES);
    if (submission == MAP_FAILED || completion == MAP_FAILED || entry == MAP_FAILED)
        return -1;
    *entry = request;
    uint32_t* tail = (uint32_t*)(submission + params.sq_off.tail);
    ((uint32_t*)(submission + params.sq_off.array))[0] = 0;
    __atomic_store_n(tail, *tail + 1, __ATOMIC_RELEASE);
    if (syscall(SYS_io_uring_enter, ring, 1, 1, IORING_ENTER_GETEVENTS, NULL, 0) < 0)
        return -1;
    struct io_uring_cqe* answer = (struct io_uring_cqe*)(completion + params.cq_off.cqes);
    if (answer->res < 0) {
        errno = -answer->res;
        return -1;
    }
    return 0;
}

static int act_open_io_uring(char** words) {
    return through_io_uring((struct io_uring_sqe){.opcode = IORING_OP_OPENAT,
                                                  .fd = AT_FDCWD,
                                                  .addr = (uintptr_t)words[0],
                                                  .open_flags = O_RDONLY});
}

static int act_unlink_io_uring(char** words) {
    return through_io_uring((struct io_uring_sqe){
        .opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD, .addr = (uintptr_t)words[0]});
}

static int act_exec(char** words) {
    execvp(words[0], words);
    return -1;
}

/* connect ADDRESS PORT, IPv4 or IPv6; a refusal is an answer too, so it counts as done. */
static int act_connect(char** words) {
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(words[1]))};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = four.sin_port};
    int is_four = inet_pton(AF_INET, words[0], &four.sin_addr) == 1;
    if (!is_four && inet_pton(AF_INET6, words[0], &six.sin6_addr) != 1) {
        errno = EINVAL;
        return -1;
    }
    int fd = socket(is_four ? AF_INET : AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0);
    int result = is_four ? connect(fd, (struct sockaddr*)&four, sizeof(four))
                         : connect(fd, (struct sockaddr*)&six, sizeof(six));
    int expected = errno == EINPROGRESS || errno == ECONNREFUSED || errno == ENETUNREACH;
    return result && !expected ? -1 : 0;
}

static int act_connect_io_uring(char** words) {
    struct sockaddr_in there = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(words[1]))};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (inet_pton(AF_INET, words[0], &there.sin_addr) != 1)
        return -1;
    int result = through_io_uring((struct io_uring_sqe){
        .opcode = IORING_OP_CONNECT, .fd = fd, .addr = (uintptr_t)&there, .off = sizeof(there)});
    return result && errno != ECONNREFUSED && errno != ENETUNREACH ? -1 : 0;
}

static int act_connect_unix(char** words) {
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof(address.sun_path), "%s", words[0]);
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    return connect(fd, (struct sockaddr*)&address, sizeof(address));
}

/* A program whose standard streams are a TCP connection to ourselves: exec-on-socket PROGRAM... */
static int act_exec_on_socket(char** words) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    int stream = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(listener, (struct sockaddr*)&address, length) || listen(listener, 1) ||
        getsockname(listener, (struct sockaddr*)&address, &length) ||
        connect(stream, (struct sockaddr*)&address, length))
        return -1;
    int accepted = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
    if (accepted < 0 || shutdown(accepted, SHUT_WR)) /* the shell reads the end of its input */
        return -1;
    for (int standard = 0; standard < 3; ++standard)
        dup2(stream, standard);
    execvp(words[0], words);
    return -1;
}

/* As a program with a setuid bit: root by its effective id, then by its real one. */
static int act_become_root(char** words) {
    if (setresuid((uid_t)atoi(words[0]), 0, 0))
        return -1;
    return setuid(0);
}

static int act_setuid(char** words) {
    return setuid((uid_t)atoi(words[0]));
}
static int act_setgid(char** words) {
    return setgid((gid_t)atoi(words[0]));
}
static int act_chmod(char** words) {
    return chmod(words[1], (mode_t)strtoul(words[0], NULL, 8));
}
static int act_rename(char** words) {
    return rename(words[0], words[1]);
}
static int act_unlink(char** words) {
    return unlink(words[0]);
}
static int act_unlinkat(char** words) {
    return unlinkat(AT_FDCWD, words[0], 0);
}
static int act_symlink(char** words) {
    return symlink(words[0], words[1]);
}

static int act_link(char** words) {
    return linkat(AT_FDCWD, words[0], AT_FDCWD, words[1], 0);
}
static int act_packet_socket(char** words) {
    (void)words;
    return done(socket(AF_PACKET, SOCK_RAW, 0));
}

/* Asks the kernel to load what is no module: there is no such descriptor, or the kernel takes none.
 */
static int act_load_module(char** words) {
    (void)words;
    return syscall(SYS_finit_module, -1, "", 0) && (errno == EBADF || errno == ENOSYS) ? 0 : -1;
}

static int act_trace_me(char** words) {
    (void)words;
    return done(ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

/* Attaches to a child of its own, and ends it. */
static int act_trace_child(char** words) {
    (void)words;
    pid_t child = fork();
    if (child == 0)
        for (;;)
            pause();
    long attached = child < 0 ? -1 : ptrace(PTRACE_ATTACH, child, NULL, NULL);
    int error = errno;
    if (child > 0) {
        kill(child, SIGKILL);
        waitpid(child, NULL, __WALL);
    }
    errno = error;
    return done(attached);
}

/* open-flood COUNT PATH: open and close it that often. */
static int act_open_flood(char** words) {
    for (long left = atol(words[0]); left > 0; --left) {
        int fd = openat(AT_FDCWD, words[1], O_RDONLY);
        if (fd >= 0)
            close(fd);
    }
    return 0;
}

static int run_in_child(char** words);

/* exec-each COUNT PROGRAM...: a child that runs it, so often, one after the other. */
static int act_exec_each(char** words) {
    for (long left = atol(words[0]); left > 0; --left)
        if (run_in_child((char*[]){"exec", words[1], words[2], NULL}))
            return -1;
    return 0;
}

/* as UID ACT...: another act with another real, effective and saved user. */
static int act_as(char** words) {
    if (setgroups(0, NULL) || setuid((uid_t)atoi(words[0])))
        return -1;
    _exit(run(words + 1));
}

/* without-network ACT...: another act where no packet can leave. */
static int act_without_network(char** words) {
    if (unshare(CLONE_NEWNET))
        return -1;
    _exit(run(words));
}

static const struct act acts[] = {
    {"open", 1, act_open},
    {"write", 1, act_write},
    {"truncate", 1, act_truncate},
    {"creat", 1, act_creat},
    {"openat2", 1, act_openat2},
    {"openat-at", 2, act_openat_at},
    {"open-in", 2, act_open_in},
#ifdef __x86_64__
    {"open-32", 1, act_open_32},
#endif
    {"open-io_uring", 1, act_open_io_uring},
    {"unlink-io_uring", 1, act_unlink_io_uring},
    {"exec", 1, act_exec},
    {"exec-copy", 2, act_exec_copy},
    {"exec-memfd", 1, act_exec_memfd},
    {"exec-padded", 3, act_exec_padded},
    {"exec-on-socket", 1, act_exec_on_socket},
    {"connect", 2, act_connect},
    {"connect-io_uring", 2, act_connect_io_uring},
    {"connect-unix", 1, act_connect_unix},
    {"setuid", 1, act_setuid},
    {"become-root", 1, act_become_root},
    {"setgid", 1, act_setgid},
    {"chmod", 2, act_chmod},
    {"rename", 2, act_rename},
    {"unlink", 1, act_unlink},
    {"unlinkat", 1, act_unlinkat},
    {"symlink", 2, act_symlink},
    {"link", 2, act_link},
    {"packet-socket", 0, act_packet_socket},
    {"load-module", 0, act_load_module},
    {"trace-me", 0, act_trace_me},
    {"trace-child", 0, act_trace_child},
    {"open-flood", 2, act_open_flood},
    {"exec-each", 2, act_exec_each},
    {"as", 2, act_as},
    {"without-network", 1, act_without_network},
    {"bound", 3, act_bound},
    {"after", 2, act_after},
    {"meet", 2, act_meet},
    {"on-terminal", 1, act_on_terminal},
};

int run(char** words) {
    int count = 0;
    while (words[count])
        ++count;
    for (size_t i = 0; count && i < sizeof(acts) / sizeof(acts[0]); ++i) {
        if (strcmp(acts[i].name, words[0]) || count - 1 < acts[i].fewest_words)
            continue;
        if (!acts[i].run(words + 1))
            return 0;
        fprintf(stderr, "acts: %s: %s\n", words[0], strerror(errno));
        return 1;
    }
    fprintf(stderr, "acts: no such act, or words are missing: %s\n", count ? words[0] : "");
    return 2;
}

static int run_in_child(char** words) {
    pid_t child = fork();
    if (child < 0)
        return 1;
    if (child == 0)
        _exit(run(words));
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static int obey(void) {
    char line[longest_line];
    /* Acts neither read our orders nor write among our answers. */
    FILE* orders = fdopen(fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3), "r");
    int answers = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (!orders || answers < 0)
        return 1;
    dup2(nothing, STDIN_FILENO);
    dup2(STDERR_FILENO, STDOUT_FILENO);
    while (fgets(line, sizeof(line), orders)) {
        char* words[most_words + 1] = {0};
        int count = 0;
        for (char* word = strtok(line, " \n"); word && count < most_words;
             word = strtok(NULL, " \n"))
            words[count++] = word;
        int status = run_in_child(words);
        dprintf(answers, "%d\n", status);
    }
    return 0;
}

int main(int argc, char** argv) {
    if (argc == 2 && !strcmp(argv[1], "obey"))
        return obey();
    return argc > 1 ? run(argv + 1) : 2;
}
