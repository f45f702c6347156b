/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Where kernels differ, each difference with the commit that made it. The other headers know
 * nothing of kernel versions; the running kernel's BTF decides, never a version number.
 */
#pragma once

/* In this order: libbpf's headers need the kernel's types before them. */
/* clang-format off */
#include "probes/kernel.h"

#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>
#define __VMLINUX_H__ /* the registers are named as in the kernel */
#include <bpf/bpf_tracing.h>
#undef __VMLINUX_H__
#include <bpf/bpf_endian.h>
/* clang-format on */

/*
 * get(a, b, c) is a->b->c on a pointer the verifier knows the type of: a plain load, no helper
 * call. peek(a, b, c) is the same on any address.
 */
#define get(...) (___arrow(__VA_ARGS__))
#define peek(...) BPF_CORE_READ(__VA_ARGS__)

/*
 * follow(type, address, a, b) is peek, or get where KERNEL_CASTS says that the kernel gives an
 * address a type after the fact (a35b9af4ec2c, 6.2): a load costs a tenth of a helper call. A
 * program file compiled both ways has its programs twice, those with casts named on_…_casts; the
 * loader takes them where it can.
 */
#ifdef KERNEL_CASTS
extern void* bpf_rdonly_cast(const void* address, __u32 type) __ksym __weak;
#define cast(type, address) \
    ((type*)bpf_rdonly_cast((const void*)(address), bpf_core_type_id_kernel(type)))
#define follow(type, address, ...) get(cast(type, address), __VA_ARGS__)
#define VARIANT(program) program##_casts
#else
#define follow(type, address, ...) peek((const type*)(address), __VA_ARGS__)
#define VARIANT(program) program
#endif

/*
 * reach is get where every call of the host passes, else peek: for each pointer that get follows,
 * the verifier of newer kernels searches all types by name four times (6fcd486b3a0a, 6.4), half a
 * millisecond of starting time.
 */
#ifdef EVERY_CALL_PASSES
#define reach(...) get(__VA_ARGS__)
#else
#define reach(...) peek(__VA_ARGS__)
#endif

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct timespec64 {
    __s64 tv_sec;
    long tv_nsec;
};
struct inode___times {
    struct timespec64 i_ctime, i_mtime;
};
/* 13bc24457850 (6.6): i_ctime renamed to __i_ctime; 12cd44023651 (6.7): likewise i_mtime. */
struct inode___hidden_times {
    struct timespec64 __i_ctime, __i_mtime;
};
/* 3aa63a569c64 (6.11): the timespecs became separate members. */
struct inode___split_times {
    __s64 i_ctime_sec, i_mtime_sec;
    __u32 i_ctime_nsec, i_mtime_nsec;
};

struct io_kiocb___result {
    int result;
};

#pragma clang attribute pop

/* f122a08b197d (6.3): two 32-bit halves became one number; the bytes are the same. */
#define capabilities(cred, set)                           \
    ({                                                    \
        __u64 bits = 0;                                   \
        bpf_core_read(&bits, sizeof(bits), &(cred)->set); \
        bits;                                             \
    })

#define SECOND_NS 1000000000ULL

static __always_inline __u64 inode_ctime(const struct inode* inode) {
    const struct inode___split_times* split = (const void*)inode;
    const struct inode___hidden_times* hidden = (const void*)inode;
    const struct inode___times* plain = (const void*)inode;

    /* 4e40eff0b573 (6.13): the top bit of the nanoseconds says that somebody asked for the time. */
    if (bpf_core_field_exists(split->i_ctime_sec))
        return peek(split, i_ctime_sec) * SECOND_NS + (peek(split, i_ctime_nsec) & ~(1U << 31));
    if (bpf_core_field_exists(hidden->__i_ctime))
        return peek(hidden, __i_ctime.tv_sec) * SECOND_NS + peek(hidden, __i_ctime.tv_nsec);
    return peek(plain, i_ctime.tv_sec) * SECOND_NS + peek(plain, i_ctime.tv_nsec);
}

static __always_inline __u64 inode_mtime(const struct inode* inode) {
    const struct inode___split_times* split = (const void*)inode;
    const struct inode___hidden_times* hidden = (const void*)inode;
    const struct inode___times* plain = (const void*)inode;

    if (bpf_core_field_exists(split->i_mtime_sec))
        return peek(split, i_mtime_sec) * SECOND_NS + peek(split, i_mtime_nsec);
    if (bpf_core_field_exists(hidden->__i_mtime))
        return peek(hidden, __i_mtime.tv_sec) * SECOND_NS + peek(hidden, __i_mtime.tv_nsec);
    return peek(plain, i_mtime.tv_sec) * SECOND_NS + peek(plain, i_mtime.tv_nsec);
}

/*
 * Several members of one object read with one helper call: a view of its first bytes. What a kernel
 * keeps further behind is read by itself; which, is settled when the program is loaded.
 */
#define VIEW_BYTES 112

struct view {
    __u64 bytes[VIEW_BYTES / 8];
};

#ifdef KERNEL_CASTS

static __always_inline void view(struct view* view, const void* object, __u32 bytes) {}

#define seen(view, bytes_read, object, member) follow(typeof(*(object)), object, member)

#else

static __always_inline void view(struct view* view, const void* object, __u32 bytes) {
    if (bpf_probe_read_kernel(view, bytes, object))
        __builtin_memset(view, 0, sizeof(*view));
}

#define seen(view, bytes_read, object, member)                                            \
    ({                                                                                    \
        const __u32 offset = bpf_core_field_offset((object)->member);                     \
        typeof((object)->member) value;                                                   \
        if (offset + sizeof(value) <= (bytes_read))                                       \
            value = *(typeof(value)*)((char*)(view)->bytes + offset);                     \
        else                                                                              \
            bpf_probe_read_kernel(&value, sizeof(value), (const char*)(object) + offset); \
        value;                                                                            \
    })

#endif
