/* The first process of an arm64 machine: loads the probes family by family, attaches them, acts
 * before them and reads what they recorded; one line for each fact (`judge` reads them):
 *   vm: begin RELEASE MACHINE COUNT programs
 *   program FAMILY NAME SECTION absent|refused|loaded|attached [WHY]
 *   record FAMILY EVENT COUNT, and how many of them had the name and arguments we opened with
 *   lost FAMILY EVENT REASON COUNT
 *   vm: end
 */
#include "load.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <linux/types.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "probes/knobs.h"

#define PROOF "/proof-of-open"
#define PROOF_MODE 0640

static const char* const event_names[] = {
#define FIELD(type, name, doc)
#define EVENT(name, lane, category, doc, ...) #name,
#include "probes/events.def"
#undef EVENT
#undef FIELD
};

/* What came out of the rings. */
struct tally {
    unsigned records[EVENT_COUNT];
    unsigned with_name[EVENT_COUNT]; /* of our file */
};

/* Whether what was in the registers of the call that opened is in the record. */
static int has_our_arguments(const struct event_header* header) {
    const struct openat_event* event = (const struct openat_event*)header;
    if (header->event != EVENT_openat)
        return 1;
    return (int)event->dirfd == AT_FDCWD && event->mode == PROOF_MODE && (int)event->fd >= 0 &&
           (event->flags & O_ACCMODE) == O_RDWR;
}

static int count_record(void* context, void* data, size_t size) {
    struct tally* tally = context;
    const struct event_header* header = data;
    if (size < sizeof(*header) || header->event >= EVENT_COUNT)
        return 0;
    ++tally->records[header->event];
    if (memmem(data, size, PROOF, strlen(PROOF)) && has_our_arguments(header))
        ++tally->with_name[header->event];
    return 0;
}

/* A child that opens a file and becomes a program that ends. */
static void act(void) {
    const pid_t child = fork();
    if (child == 0) {
        const int file = openat(AT_FDCWD, PROOF, O_RDWR | O_CREAT, PROOF_MODE);
        if (file >= 0)
            close(file);
        execl("/init", PROOF, "end", NULL);
        _exit(1);
    }
    waitpid(child, NULL, 0);
}

/* Tells the probes that all events are wanted, and that we are not to be reported. */
static struct control* take_control(struct bpf_object* object) {
    const int map = bpf_object__find_map_fd_by_name(object, ".data.control");
    struct control* control =
        mmap(NULL, sizeof(*control), PROT_READ | PROT_WRITE, MAP_SHARED, map, 0);
    if (control == MAP_FAILED)
        return NULL;
    memset(control->wanted, 1, sizeof(control->wanted));
    control->self_tgid = (__u32)getpid();
    return control;
}

/* The dispatcher sends the exits of openat to their program. */
static void dispatch_openat(struct bpf_object* object, struct control* control) {
    const __u32 index = EVENT_openat + SYSCALL_FIRST_EVENT;
    const struct bpf_program* program = bpf_object__find_program_by_name(object, "on_openat");
    const int descriptor = program ? bpf_program__fd(program) : -1;
    const int map = bpf_object__find_map_fd_by_name(object, "syscall_programs");
    if (descriptor >= 0 && bpf_map_update_elem(map, &index, &descriptor, BPF_ANY) == 0)
        control->native[__NR_openat] = (__u8)index;
}

static void print_tally(const char* family, const struct tally* tally) {
    for (unsigned event = 0; event < EVENT_COUNT; ++event) {
        if (tally->records[event] != 0)
            printf("record %s %s %u %u\n", family, event_names[event], tally->records[event],
                   tally->with_name[event]);
    }
}

/* What the probes counted as lost: possible CPUs times a value each. */
static void print_losses(const char* family, struct bpf_object* object) {
    const int map = bpf_object__find_map_fd_by_name(object, "losses");
    const int cpus = libbpf_num_possible_cpus();
    __u64* values = calloc((size_t)cpus, sizeof(*values));
    for (__u32 row = 0; values && row < EVENT_COUNT * LOSS_COUNT; ++row) {
        __u64 lost = 0;
        if (bpf_map_lookup_elem(map, &row, values) != 0)
            continue;
        for (int cpu = 0; cpu < cpus; ++cpu)
            lost += values[cpu];
        if (lost != 0)
            printf("lost %s %s %u %llu\n", family, event_names[row / LOSS_COUNT], row % LOSS_COUNT,
                   lost);
    }
    free(values);
}

static void prove(const struct family* family, struct bpf_object* object) {
    struct tally tally = {0};
    struct control* control = take_control(object);
    struct ring_buffer* rings = ring_buffer__new(
        bpf_object__find_map_fd_by_name(object, "critical_ring"), count_record, &tally, NULL);
    if (!control || !rings) {
        printf("family %s: its maps cannot be read\n", family->name);
        return;
    }
    ring_buffer__add(rings, bpf_object__find_map_fd_by_name(object, "bulk_ring"), count_record,
                     &tally);
    dispatch_openat(object, control);
    attach_family(family, object);
    act();
    ring_buffer__consume(rings);
    print_tally(family->name, &tally);
    print_losses(family->name, object);
    ring_buffer__free(rings);
    munmap(control, sizeof(*control));
}

static long seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    return now.tv_sec;
}

static void mount_all(void) {
    mkdir("/proc", 0755);
    mkdir("/sys", 0755);
    mount("proc", "/proc", "proc", 0, NULL);
    mount("sysfs", "/sys", "sysfs", 0, NULL);
    mount("tracefs", "/sys/kernel/tracing", "tracefs", 0, NULL);
}

int main(int count, char** arguments) {
    struct utsname machine;
    (void)arguments;
    if (count > 1)
        return 0; /* what act() starts */
    setvbuf(stdout, NULL, _IOLBF, 0);
    mount_all();
    uname(&machine);
    printf("vm: begin %s %s %zu programs\n", machine.release, machine.machine, program_count());
    for (const struct family* family = families; family->name; ++family) {
        struct bpf_object* object = load_family(family);
        if (object)
            prove(family, object);
        close_family(object);
        printf("family %s: done at %ld s\n", family->name, seconds());
    }
    printf("vm: end\n");
    fflush(stdout);
    sync();
    reboot(RB_POWER_OFF);
    return 0;
}
