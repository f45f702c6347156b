#include "engine/source/canary_security.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cerrno>

#include "engine/base/fd.h"

namespace saker {

namespace {

/// What is asked of a socket nobody has bound or connected: the kernel refuses, but asks before.
void use_unbound_socket(event_id event) {
    const Fd socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const sockaddr no_address{};
    switch (event) {
        case EVENT_socket_bind:
            ::bind(socket.get(), &no_address, sizeof(no_address));
            break;
        case EVENT_socket_listen:
            ::listen(socket.get(), 0);
            break;
        case EVENT_socket_accept:
            ::accept4(socket.get(), nullptr, nullptr, SOCK_CLOEXEC);
            break;
        case EVENT_socket_sendmsg:
            ::send(socket.get(), "", 0, MSG_NOSIGNAL | MSG_DONTWAIT);
            break;
        default:
            break;
    }
}

/// An attribute there is not is not replaced; of a file of our own, for it takes no privilege.
void replace_no_attribute() {
    const Fd file(::memfd_create("saker-canary", MFD_CLOEXEC));
    ::fsetxattr(file.get(), "user.saker-canary", "", 0, XATTR_REPLACE);
}

}  // namespace

event_id call_that_asks(event_id event) {
    switch (event) {
        case EVENT_path_unlink:
            return EVENT_unlinkat;
        case EVENT_path_mkdir:
            return EVENT_mkdirat;
        case EVENT_path_mknod:
            return EVENT_mknodat;
        case EVENT_path_symlink:
            return EVENT_symlinkat;
        case EVENT_path_link:
            return EVENT_linkat;
        case EVENT_path_rename:
            return EVENT_renameat2;
        case EVENT_path_chmod:
        case EVENT_inode_setattr:
            return EVENT_fchmodat;
        case EVENT_path_chown:
            return EVENT_fchownat;
        case EVENT_path_truncate:
            return EVENT_truncate;
        default:
            return event;
    }
}

bool have_asked(event_id event) {
    switch (event) {
        case EVENT_path_rmdir:
            ::unlinkat(AT_FDCWD, "/sys/kernel", AT_REMOVEDIR);
            return true;
        case EVENT_inode_setxattr:
            replace_no_attribute();
            return true;
        case EVENT_sb_mount:  // nothing without a type
            return ::mount("saker-canary", "/", nullptr, 0, nullptr) == 0 || errno != EPERM;
        case EVENT_sb_umount:  // flags that never go together, which is seen after the kernel asked
            return ::umount2("/proc", MNT_EXPIRE | MNT_DETACH) == 0 || errno != EPERM;
        case EVENT_socket_create:
        case EVENT_socket_bind:
        case EVENT_socket_listen:
        case EVENT_socket_accept:
        case EVENT_socket_sendmsg:
            use_unbound_socket(event);
            return true;
        default:
            return true;
    }
}

}  // namespace saker
