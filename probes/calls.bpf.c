/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Calls whose record is made as their row in events.def says: numbers, texts, names with what they
 * start from, and what was acted on. The loader turns rows into plans; one program follows them
 * all. A plan of calls without a row of their own serves any other call that rules name.
 */
#include "probes/object.bpf.h"
#include "probes/syscall_exit.bpf.h"

/* Members lie below this, as the verifier has to see. */
#define MEMBER_PLACES 512

static __always_inline void* member_at(struct event_header* header, __u64 offset) {
    return (char*)header + masked(offset, MEMBER_PLACES - 1);
}

static __always_inline __u64 argument_of(const struct call* call, __u32 index) {
    return index < CALL_NUMBER ? call->arguments[index] : call->number;
}

/* 16-bit ids say "leave it" with their own all ones. */
static __always_inline __u32 id_asked(const struct call* call, __u32 id) {
    if (!call->compat || !is_short_id_call(call->number))
        return id;
    return (__u16)id == 0xffff ? 0xffffffff : (__u16)id;
}

/* -1 where there is none: as a descriptor it is nobody's. */
static __always_inline int pointed_int(__u64 address) {
    int value = -1;

    if (bpf_probe_read_user(&value, sizeof(value), (const void*)address))
        return -1;
    return value;
}

static __always_inline void take_step(struct event_header* header, const struct call* call,
                                      const volatile struct call_step* step) {
    void* member = member_at(header, step->offset);
    __u32 index = step->argument;
    __u64 argument = argument_of(call, index);

    switch (step->kind) {
        case STEP_result:
            *(__s64*)member = call->result;
            break;
        case STEP_result32:
            *(__u32*)member = call->result;
            break;
        case STEP_word32:
            *(__u32*)member = argument;
            break;
        case STEP_word64:
            *(__u64*)member = argument;
            break;
        case STEP_int:
            *(__s64*)member = (int)argument;
            break;
        case STEP_long:
            *(__s64*)member = call->compat ? (int)argument : (__s64)argument;
            break;
        case STEP_id:
            *(__u32*)member = id_asked(call, argument);
            break;
        case STEP_text:
            put_user_string(header, member, (const void*)argument);
            break;
        case STEP_pointed64:
            bpf_probe_read_user(member, sizeof(__u64), (const void*)argument);
            break;
        case STEP_pointed_int:
            *(__s64*)member = pointed_int(argument);
            break;
        case STEP_pointed_int_second:
            *(__s64*)member = pointed_int(argument + sizeof(int));
            break;
        case STEP_sockaddr:
            put_sockaddr(header, member, (const void*)argument, argument_of(call, index + 1));
            break;
        default:
            break;
    }
}

static __always_inline void put_start_of_name(struct event_header* header, const struct call* call,
                                              const volatile struct call_name* name) {
    int descriptor = AT_FDCWD_VALUE;

    if (name->argument != WORKING_DIRECTORY)
        descriptor = argument_of(call, name->argument);
    put_directory_if_relative(header, member_at(header, name->directory),
                              member_at(header, name->name), descriptor);
}

static __always_inline __u32 object_mode(const struct file_members* file) {
    return file->file_type;
}

static __always_inline __u64 pipe_inode(const struct call* call) {
    struct file* file = file_of(current_task(), pointed_int(call->arguments[0]));

    return file ? peek(file, f_inode, i_ino) : 0;
}

static __always_inline void put_acted_on(struct event_header* header, const struct call* call,
                                         const volatile struct call_plan* plan) {
    void* members = member_at(header, plan->object_offset);
    long descriptor = (int)argument_of(call, plan->object_argument);
    struct object object;

    switch (plan->object) {
        case OBJECT_named:
            put_named(header, members, call);
            break;
        case OBJECT_renamed:
            put_renamed(header, members, call);
            break;
        case OBJECT_changed:
        case OBJECT_descriptor:
            if (plan->object == OBJECT_changed ? read_changed(header, &object, call)
                                               : read_by_descriptor(header, &object, descriptor))
                put_file_members(header, members, &object);
            else
                header->flags |= RECORD_UNRESOLVED;
            break;
        case OBJECT_opened:
            if (call->result >= 0 && read_by_descriptor(header, &object, call->result))
                put_file_members(header, members, &object);
            break;
        case OBJECT_working_directory:
        case OBJECT_root:
            if (call->result == 0 &&
                read_place(header, &object, plan->object == OBJECT_working_directory))
                put_file_members(header, members, &object);
            break;
        case OBJECT_duplicated:
            if (call->result < 0)
                break;
            if (read_by_descriptor(header, &object, call->result))
                put_file_members(header, members, &object);
            if ((object_mode(members) & S_IFMT_BITS) == S_IFSOCK_BITS)
                put_socket_of(header, (struct socket_members*)((struct file_members*)members + 1),
                              call->result);
            break;
        case OBJECT_pipe:
            if (call->result == 0)
                *(__u64*)members = pipe_inode(call);
            break;
        case OBJECT_socket:
            put_socket_of(header, members, descriptor);
            break;
        default:
            return;
    }
    drop_stash(current_task());
}

static __noinline int exit_call(struct call* call, __u32 event) {
    const volatile struct call_plan* plan;
    struct event_header* header;

    if (event >= EVENT_COUNT)
        return no_event(call);
    plan = &knobs.plans[event];
    header = begin_exit(event, sizeof(*header) + CALL_MEMBERS_MAX, current_task(), call);
    if (!header)
        return 0;
    header->size = plan->size;
    for (int index = 0; index < CALL_STEPS && plan->steps[index].kind != STEP_end; ++index)
        take_step(header, call, &plan->steps[index]);
    for (int index = 0; index < CALL_NAMES && index < plan->names_used; ++index)
        put_start_of_name(header, call, &plan->names[index]);
    put_acted_on(header, call, plan);
    event_submit(header);
    return 0;
}

/* The dispatcher knows the event; a call of a number nobody has is the daemon's own, or noise. */
SEC("tp_btf/sys_exit")
int BPF_PROG(on_call, struct pt_regs* regs, long result) {
    struct call call;

    read_call(&call, current_task(), regs, result);
    call.begun = begun_record();
    if (!call.begun)
        return 0;
    if (call.number == SYSCALL_CANARY && !(call.begun->flags & RECORD_CANARY))
        return no_event(&call);
    if (call.compat && call.number == COMPAT_SOCKETCALL)
        unpack_socketcall(&call, call.arguments[0]);
    return exit_call(&call, call.begun->event);
}

/* Where functions can be hooked, a program for each way into each call; 32-bit programs have a
 * second way into some, for ids of 16 bits or wider offsets. */
#define CALL(name, x86, arm64, compat, short_compat)            \
    static __always_inline int exit_##name(struct call* call) { \
        return exit_call(call, EVENT_##name);                   \
    }                                                           \
    AT_OWN_HOOKS(name, exit_##name)                             \
    AT_FUNCTION("fexit/__ia32_sys_" #name "16", name##_fexit32_second, exit_##name)
#define SOCKETCALL_CALL(name, number)                                      \
    static __always_inline int exit_socketcall_##name(struct call* call) { \
        return unpack_socketcall(call, number) ? exit_##name(call) : 0;    \
    }                                                                      \
    AT_FUNCTION(SOCKETCALL_FUNCTION, name##_fexit_socketcall, exit_socketcall_##name)
#define SYSCALL(...)
#define SOCKETCALL(...)
#include "probes/syscalls.def"

char LICENSE[] SEC("license") = "Dual BSD/GPL";
