#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "load.h"
#include "probes/knobs.h"

#define PROBES "/saker.bpf.o"
#define DISPATCHED "tp_btf/sys_exit" /* by on_sys_exit; they are not attached themselves */
#define MOST_LINKS 1024

const struct family families[] = {
    {"tracing", {"tp_btf/", "iter"}},
    {"lsm", {"lsm/"}},
    {"fentry", {"fentry/"}},
    {"fexit", {"fexit/"}},
    {"kprobe", {"kprobe/"}},
    {"tracepoint", {"tracepoint/"}},
    {NULL, {NULL}},
};

static struct btf* kernel_types;
static struct bpf_link* links[MOST_LINKS];
static size_t link_count;

/* What libbpf said of a load that failed. */
static char culprit[128];
static char reason[512];

/* The end of the verifier's log, or the last thing said; on one line. */
static void keep_reason(const char* said) {
    const char* end = strstr(said, "-- END PROG LOAD LOG");
    const char* start = end ? end : said;
    size_t length = end ? 0 : strlen(said);
    for (int line = 0; end && start > said && line < 5; line += start[-1] == '\n')
        --start, ++length;
    if (length >= sizeof(reason))
        start += length - sizeof(reason) + 1, length = sizeof(reason) - 1;
    memcpy(reason, start, length);
    reason[length] = '\0';
    for (char* at = reason; *at; ++at) {
        if (*at == '\n')
            *at = ' ';
    }
}

static int listen_to(enum libbpf_print_level level, const char* format, va_list arguments) {
    char* said = NULL;
    const char* program;
    if (level == LIBBPF_DEBUG || vasprintf(&said, format, arguments) < 0)
        return 0;
    program = strstr(said, "prog '");
    if (strstr(said, "BEGIN PROG LOAD LOG") || reason[0] == '\0')
        keep_reason(said);
    if (program && strstr(said, "failed to") && culprit[0] == '\0')
        sscanf(program, "prog '%127[^']", culprit);
    free(said);
    return 0;
}

/* The kernel's name of a call, where it is another. */
static const char* kernel_name(const char* call) {
    static const char* const renamed[][2] = {{"sendfile", "sendfile64"},
                                             {"prlimit", "prlimit64"},
                                             {"umount2", "umount"},
                                             {"personality", "arm64_personality"}};
    for (size_t index = 0; index < sizeof(renamed) / sizeof(renamed[0]); ++index) {
        if (strcmp(call, renamed[index][0]) == 0)
            return renamed[index][1];
    }
    return call;
}

/* What the program hooks, as the kernel calls it. */
static void target_of(const struct bpf_program* program, char* target, size_t size) {
    static const char* const prefixes[] = {"fexit/__arm64_sys_", "tracepoint/syscalls/sys_exit_"};
    const char* section = bpf_program__section_name(program);
    const char* slash = strrchr(section, '/');
    for (size_t index = 0; index < sizeof(prefixes) / sizeof(prefixes[0]); ++index) {
        const size_t length = strlen(prefixes[index]);
        if (strncmp(section, prefixes[index], length) == 0) {
            snprintf(target, size, "%.*s%s", (int)(section + length - slash - 1), slash + 1,
                     kernel_name(section + length));
            return;
        }
    }
    snprintf(target, size, "%s", slash ? slash + 1 : "");
}

/* Whether the kernel has what the program hooks; what needs no type is always tried. */
static int has_target(const struct bpf_program* program) {
    const char* section = bpf_program__section_name(program);
    char target[96], name[128];
    int kind = BTF_KIND_FUNC;
    target_of(program, target, sizeof(target));
    if (strncmp(section, "tp_btf/", 7) == 0) {
        snprintf(name, sizeof(name), "btf_trace_%s", target);
        kind = BTF_KIND_TYPEDEF;
    } else if (strncmp(section, "lsm/", 4) == 0) {
        snprintf(name, sizeof(name), "bpf_lsm_%s", target);
    } else if (strncmp(section, "fe", 2) == 0) {
        snprintf(name, sizeof(name), "%s", target);
    } else {
        return 1;
    }
    return btf__find_by_name_kind(kernel_types, name, kind) > 0;
}

static int is_of(const struct family* family, const struct bpf_program* program) {
    const char* section = bpf_program__section_name(program);
    for (size_t index = 0; index < 3 && family->sections[index]; ++index) {
        if (strncmp(section, family->sections[index], strlen(family->sections[index])) == 0)
            return 1;
    }
    return 0;
}

static void say(const struct family* family, const struct bpf_program* program, const char* fate,
                const char* why) {
    printf("program %s %s %s %s %s\n", family->name, bpf_program__name(program),
           bpf_program__section_name(program), fate, why);
}

/* Everything the probes can be told to do before loading, so that the verifier walks it all. */
static int fill_knobs(struct bpf_object* object) {
    struct bpf_map* map = bpf_object__find_map_by_name(object, ".rodata.knobs");
    size_t size = 0;
    /* libbpf 1.1 gives the place the value will be loaded from, and calls it const. */
    struct knobs* knobs = map ? (struct knobs*)bpf_map__initial_value(map, &size) : NULL;
    if (!knobs || size < sizeof(*knobs))
        return 0;
    knobs->scope = SCOPE_host;
    knobs->hierarchy = HIERARCHY_unified;
    knobs->threads = 1;
    knobs->asked_twice = 1;
    knobs->stashes = STASH_opened | STASH_changed | STASH_names | STASH_peer | STASH_exec;
    return 1;
}

/* `without` are the names of those refused before, each ended by a blank. */
static struct bpf_object* open_family(const struct family* family, const char* without,
                                      int is_first) {
    struct bpf_object* object = bpf_object__open_file(PROBES, NULL);
    struct bpf_program* program;
    if (!object || !fill_knobs(object)) {
        printf("family %s: the probes cannot be opened: %s\n", family->name, reason);
        return NULL;
    }
    bpf_map__set_max_entries(bpf_object__find_map_by_name(object, "slots"),
                             2 * (__u32)libbpf_num_possible_cpus());
    bpf_object__for_each_program(program, object) {
        char name[160];
        const int mine = is_of(family, program);
        const int there = mine && has_target(program);
        snprintf(name, sizeof(name), " %s ", bpf_program__name(program));
        bpf_program__set_autoload(program, there && !strstr(without, name));
        if (mine && !there && is_first)
            say(family, program, "absent", "");
        if (there && strcmp(family->name, "fexit") == 0) {
            char target[96];
            target_of(program, target, sizeof(target));
            bpf_program__set_attach_target(program, 0, target);
        }
    }
    return object;
}

size_t program_count(void) {
    struct bpf_object* object = bpf_object__open_file(PROBES, NULL);
    struct bpf_program* program;
    size_t count = 0;
    if (object) {
        bpf_object__for_each_program(program, object)++ count;
    }
    bpf_object__close(object);
    return count;
}

struct bpf_object* load_family(const struct family* family) {
    char without[16384] = " ";
    libbpf_set_print(listen_to);
    if (!kernel_types)
        kernel_types = btf__load_vmlinux_btf();
    for (int round = 0;; ++round) {
        struct bpf_object* object = open_family(family, without, round == 0);
        struct bpf_program* blamed;
        culprit[0] = reason[0] = '\0';
        if (!object || bpf_object__load(object) == 0)
            return object;
        blamed = bpf_object__find_program_by_name(object, culprit);
        if (!blamed || strlen(without) + strlen(culprit) + 2 > sizeof(without)) {
            printf("family %s: refused: %s\n", family->name, reason);
            bpf_object__close(object);
            return NULL;
        }
        say(family, blamed, "refused", reason);
        strcat(strcat(without, culprit), " ");
        bpf_object__close(object);
    }
}

static int attaches_itself(const struct bpf_program* program) {
    const char* section = bpf_program__section_name(program);
    if (strncmp(section, "iter", 4) == 0)
        return 0; /* it is read, when somebody asks */
    return strcmp(section, DISPATCHED) != 0 ||
           strcmp(bpf_program__name(program), "on_sys_exit") == 0;
}

/* libbpf would take a tracepoint's name from the section. */
static struct bpf_link* attach(const struct bpf_program* program) {
    char target[96];
    if (strncmp(bpf_program__section_name(program), "tracepoint/", 11) != 0)
        return bpf_program__attach(program);
    target_of(program, target, sizeof(target));
    return bpf_program__attach_tracepoint(program, "syscalls", target);
}

void attach_family(const struct family* family, struct bpf_object* object) {
    struct bpf_program* program;
    bpf_object__for_each_program(program, object) {
        struct bpf_link* link;
        if (bpf_program__fd(program) < 0)
            continue;
        if (!attaches_itself(program) || link_count == MOST_LINKS) {
            say(family, program, "loaded", "");
            continue;
        }
        link = attach(program);
        if (link) {
            links[link_count++] = link;
            say(family, program, "attached", "");
        } else {
            char why[32];
            snprintf(why, sizeof(why), "error %d", errno);
            say(family, program, "loaded", why);
        }
    }
}

void close_family(struct bpf_object* object) {
    while (link_count != 0)
        bpf_link__destroy(links[--link_count]);
    bpf_object__close(object);
}
