/* Loading the probes by family of hooks. */
#pragma once

#include <bpf/libbpf.h>

/* Programs loaded into the kernel together. */
struct family {
    const char* name;
    const char* sections[3]; /* what the names of their sections begin with */
};

/* Ended by one without a name. */
extern const struct family families[];

/* In the object with the probes. */
size_t program_count(void);

/* Loads what the kernel takes and prints what is absent or refused; null when nothing holds. */
struct bpf_object* load_family(const struct family* family);

/* Attaches every program that attaches by itself, and prints one line for each that was loaded. */
void attach_family(const struct family* family, struct bpf_object* object);

/* Detaches and unloads. */
void close_family(struct bpf_object* object);
