/* Acts that set a stage: a copy of a program, a place, a time, a terminal or a network of their
 * own. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "acts.h"

static int copy_into(const char* source, int into) {
    int from = open(source, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (from < 0 || into < 0 || fstat(from, &status))
        return -1;
    for (off_t copied = 0; copied < status.st_size;) {
        char block[65536];
        ssize_t size = read(from, block, sizeof(block));
        if (size <= 0 || write(into, block, (size_t)size) != size)
            return -1;
        copied += size;
    }
    return close(from);
}

/* A new file that is run: exec-copy PROGRAM PLACE [ARGUMENT...]; the file stays. */
int act_exec_copy(char** words) {
    int into = open(words[1], O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0755);
    if (copy_into(words[0], into) || close(into))
        return -1;
    execv(words[1], words + 1);
    return -1;
}

/* A copy of a program in anonymous memory: exec-memfd PROGRAM [ARGUMENT...]. */
int act_exec_memfd(char** words) {
    int memory = memfd_create("acts", MFD_CLOEXEC);
    if (copy_into(words[0], memory))
        return -1;
    return fexecve(memory, words, environ);
}

/* after MILLISECONDS ACT...: another act, by a process that is so old by then. */
int act_after(char** words) {
    long wait = atol(words[0]);
    struct timespec left = {wait / 1000, wait % 1000 * 1000000};
    while (nanosleep(&left, &left))
        if (errno != EINTR)
            return -1;
    _exit(run(words + 1));
}

/* meet ADDRESS PORT: a TCP connection to ourselves by that IPv4 address, in a network of our own.
 */
int act_meet(char** words) {
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)atoi(words[1]))};
    struct ifreq up = {.ifr_name = "lo", .ifr_flags = IFF_UP | IFF_RUNNING};
    struct ifreq alias = {.ifr_name = "lo:1"};
    if (inet_pton(AF_INET, words[0], &address.sin_addr) != 1 || unshare(CLONE_NEWNET))
        return -1;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    int stream = socket(AF_INET, SOCK_STREAM, 0);
    memcpy(&alias.ifr_addr,
           &(struct sockaddr_in){.sin_family = AF_INET, .sin_addr = address.sin_addr},
           sizeof(struct sockaddr_in));
    if (ioctl(listener, SIOCSIFFLAGS, &up) || ioctl(listener, SIOCSIFADDR, &alias) ||
        bind(listener, (struct sockaddr*)&address, sizeof(address)) || listen(listener, 1))
        return -1;
    return connect(stream, (struct sockaddr*)&address, sizeof(address));
}

/* exec-padded BYTES PROGRAM ARGUMENT: the program, with so many bytes of an argument before this
 * one. */
int act_exec_padded(char** words) {
    size_t length = (size_t)atol(words[0]);
    char* padding = calloc(1, length + 1);
    if (!padding)
        return -1;
    memset(padding, 'x', length);
    execvp(words[1], (char*[]){words[1], padding, words[2], NULL});
    return -1;
}

/* on-terminal PROGRAM [ARGUMENT...]: a program that has a terminal of its own, to its end. */
int act_on_terminal(char** words) {
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    char block[4096];
    int status = 0;
    if (master < 0 || grantpt(master) || unlockpt(master))
        return -1;
    pid_t child = fork();
    if (child == 0) {
        int terminal = setsid() < 0 ? -1 : open(ptsname(master), O_RDWR);
        if (terminal < 0 || ioctl(terminal, TIOCSCTTY, 0))
            _exit(1);
        for (int standard = 0; standard < 3; ++standard)
            dup2(terminal, standard);
        execvp(words[0], words);
        _exit(1);
    }
    while (child > 0 && read(master, block, sizeof(block)) > 0) {
    }
    if (child < 0 || waitpid(child, &status, 0) < 0)
        return -1;
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

/* bound SOURCE TARGET ACT...: another act where SOURCE is mounted over TARGET too. */
int act_bound(char** words) {
    if (unshare(CLONE_NEWNS) || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
        mount(words[0], words[1], NULL, MS_BIND, NULL))
        return -1;
    _exit(run(words + 2));
}
