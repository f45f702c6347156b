/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* Calls of which all that tells is in the registers, or is one text. */
#include "probes/file.bpf.h"
#include "probes/syscall_exit.bpf.h"

#define WORD(index, member) event->member = call->arguments[index]
#define NUMBER(index, member) event->member = (int)call->arguments[index]
/* As wide as the caller's registers, with its sign. */
#define LONG(index, member) \
    event->member = call->compat ? (int)call->arguments[index] : (__s64)call->arguments[index]
#define TEXT(index, member) \
    put_user_string(&event->header, &event->member, (void*)call->arguments[index])

#define PLAIN_CALL(name, fill)                                              \
    SYSCALL_EXIT(name) {                                                    \
        struct name##_event* event =                                        \
            begin_exit(EVENT_##name, sizeof(*event), current_task(), call); \
                                                                            \
        if (!event)                                                         \
            return 0;                                                       \
        fill;                                                               \
        event_submit(&event->header);                                       \
        return 0;                                                           \
    }

/* FILE_MEMBERS, of the file behind a descriptor handed to the call. */
#define put_file_of(event, index)                                                 \
    do {                                                                          \
        struct file* file = file_of(current_task(), (int)call->arguments[index]); \
        struct object object;                                                     \
                                                                                  \
        if (file) {                                                               \
            read_file(&(event)->header, &object, file);                           \
            put_object(event, &object);                                           \
            (event)->header.flags |= RECORD_FD_LOOKUP;                            \
        } else {                                                                  \
            (event)->header.flags |= RECORD_UNRESOLVED;                           \
        }                                                                         \
    } while (0)

PLAIN_CALL(ptrace, event->res = call->result; WORD(2, addr); WORD(3, data); WORD(0, request);
           NUMBER(1, pid))
PLAIN_CALL(process_vm_readv, event->res = call->result; NUMBER(0, pid))
PLAIN_CALL(process_vm_writev, event->res = call->result; NUMBER(0, pid))
PLAIN_CALL(kill, event->res = call->result; NUMBER(0, pid); WORD(1, sig))
PLAIN_CALL(tkill, event->res = call->result; NUMBER(0, tid); WORD(1, sig))
PLAIN_CALL(tgkill, event->res = call->result; NUMBER(0, pid); NUMBER(1, tid); WORD(2, sig))
PLAIN_CALL(rt_sigqueueinfo, event->res = call->result; NUMBER(0, pid); WORD(1, sig))
PLAIN_CALL(pidfd_send_signal, event->res = call->result; NUMBER(0, fd); WORD(1, sig);
           WORD(3, flags))
PLAIN_CALL(pidfd_open, event->fd = call->result; NUMBER(0, pid); WORD(1, flags))
PLAIN_CALL(pidfd_getfd, event->fd = call->result; NUMBER(0, pid_fd); NUMBER(1, target_fd);
           WORD(2, flags))
PLAIN_CALL(setns, event->res = call->result; NUMBER(0, fd); WORD(1, nstype))
PLAIN_CALL(unshare, event->res = call->result; WORD(0, flags))
PLAIN_CALL(prctl, event->res = call->result; WORD(0, option); TEXT(1, arg2_str); LONG(1, arg2_int))
PLAIN_CALL(setsid, event->res = call->result)
PLAIN_CALL(setpgid, event->res = call->result; NUMBER(0, pid); NUMBER(1, pgid))
PLAIN_CALL(personality, event->res = call->result; WORD(0, persona))
PLAIN_CALL(seccomp, event->res = call->result; WORD(0, op); WORD(1, flags))
PLAIN_CALL(keyctl, event->res = call->result; WORD(0, operation); LONG(1, arg2); LONG(2, arg3);
           LONG(3, arg4); LONG(4, arg5))
PLAIN_CALL(add_key, event->res = call->result; TEXT(0, type); TEXT(1, description);
           NUMBER(4, keyring))
PLAIN_CALL(request_key, event->res = call->result; TEXT(0, type); TEXT(1, description);
           NUMBER(3, keyring))
PLAIN_CALL(memfd_create, event->fd = call->result; TEXT(0, name); WORD(1, flags))
PLAIN_CALL(memfd_secret, event->fd = call->result; WORD(0, flags))
PLAIN_CALL(mprotect, event->res = call->result; WORD(0, addr); WORD(1, length); WORD(2, prot))
PLAIN_CALL(pkey_mprotect, event->res = call->result; WORD(0, addr); WORD(1, length); WORD(2, prot);
           NUMBER(3, pkey))
PLAIN_CALL(mmap, event->res = call->result; WORD(0, addr); WORD(1, length); WORD(2, prot);
           WORD(3, flags); NUMBER(4, fd); WORD(5, offset))
PLAIN_CALL(mlock, event->res = call->result; WORD(0, addr); WORD(1, len))
PLAIN_CALL(mlock2, event->res = call->result; WORD(0, addr); WORD(1, len); WORD(2, flags))
PLAIN_CALL(munlock, event->res = call->result; WORD(0, addr); WORD(1, len))
PLAIN_CALL(mlockall, event->res = call->result; WORD(0, flags))
PLAIN_CALL(munlockall, event->res = call->result)
PLAIN_CALL(userfaultfd, event->res = call->result; WORD(0, flags))
PLAIN_CALL(init_module, event->res = call->result; WORD(1, length); TEXT(2, uargs))
PLAIN_CALL(finit_module, event->res = call->result; NUMBER(0, fd); TEXT(1, uargs); WORD(2, flags);
           put_file_of(event, 0))
PLAIN_CALL(delete_module, event->res = call->result; TEXT(0, name); WORD(1, flags))
PLAIN_CALL(kexec_load, event->res = call->result; WORD(0, entry); WORD(1, segments); WORD(3, flags))
PLAIN_CALL(kexec_file_load, event->res = call->result; NUMBER(0, fd); NUMBER(1, initrd_fd);
           TEXT(3, cmdline); WORD(4, flags); put_file_of(event, 0))
PLAIN_CALL(perf_event_open, event->fd = call->result; NUMBER(1, pid); NUMBER(2, cpu);
           NUMBER(3, group_fd); WORD(4, flags))
PLAIN_CALL(io_uring_enter, event->res = call->result; NUMBER(0, fd); WORD(1, to_submit);
           WORD(2, min_complete); WORD(3, flags))
PLAIN_CALL(io_uring_register, event->res = call->result; NUMBER(0, fd); WORD(1, opcode);
           WORD(2, arg); WORD(3, nr_args))
PLAIN_CALL(ioperm, event->res = call->result; WORD(0, from); WORD(1, count); NUMBER(2, turn_on))
PLAIN_CALL(iopl, event->res = call->result; NUMBER(0, level))
PLAIN_CALL(reboot, event->res = call->result; WORD(2, cmd))
PLAIN_CALL(swapon, event->res = call->result; TEXT(0, path); WORD(1, flags))
PLAIN_CALL(swapoff, event->res = call->result; TEXT(0, path))
PLAIN_CALL(settimeofday, event->res = call->result)
PLAIN_CALL(clock_settime, event->res = call->result; WORD(0, which_clock))
PLAIN_CALL(quotactl, event->res = call->result; WORD(0, cmd); TEXT(1, special); NUMBER(2, id))
PLAIN_CALL(inotify_init, event->res = call->result)
PLAIN_CALL(inotify_init1, event->res = call->result; WORD(0, flags))
PLAIN_CALL(fanotify_init, event->res = call->result; WORD(0, flags); WORD(1, event_f_flags))

char LICENSE[] SEC("license") = "Dual BSD/GPL";
