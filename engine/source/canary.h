// Harmless acts of our own, one for each hook: a hook that does not report them does not work.
#pragma once

#include "engine/source/hooks.h"

namespace saker {

/// Acts of which hooks need not tell.
struct Undone {
    EventSet refused;  // a filter of system calls may have refused them before they began
    EventSet unknown_to_uring{};  // this kernel has no such request

    bool concerns(const Hook& hook) const {
        return (hook.events & (hook.via == VIA_io_uring ? unknown_to_uring : refused)).any();
    }
};

/// Does what makes these events happen. Nothing is left behind and nothing of the process is
/// changed: calls are made with arguments the kernel refuses, or that change nothing; a child runs
/// a program of a few bytes that ends at once.
/// Gives back what could not be done, so that no hook can have seen it.
Undone act_for(const EventSet& events);

}  // namespace saker
