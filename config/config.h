// Every setting, said once: its name, its default, its words, and where it is kept.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "config/kinds.h"
#include "config/output_setting.h"

namespace saker::config {

/// Which rules are meant: a name with * and ?, or a tag.
struct RuleTarget {
    std::string rule;
    std::string tag;

    template <class Setting>
    void describe(Setting&& setting) {
        setting("rule", rule, "name of the rule; * and ? stand for what you do not want to spell");
        setting("tag", tag, "a tag of the rule");
    }
};

/// One step of choosing rules; steps are taken in the order written.
struct RuleChoice {
    RuleTarget enable;
    RuleTarget disable;

    template <class Setting>
    void describe(Setting&& setting) {
        setting("enable", enable, "rules to enable");
        setting("disable", disable, "rules to disable");
    }
};

/// What an addition to outputs applies to; what is given must all hold.
struct AppendMatch {
    std::string rule;
    std::string source;
    std::vector<std::string> tags;

    template <class Setting>
    void describe(Setting&& setting) {
        setting("rule", rule, "only the rule of this name");
        setting("source", source, "only rules of this source");
        setting("tags", tags, "only rules that have all these tags");
    }
};

/// A field of its own in an alert: its name, and the format that fills it.
struct ExtraField {
    std::string name;
    std::string format;  // empty: the field of that name
};

struct AppendOutput {
    AppendMatch match;
    std::string extra_output;
    std::vector<ExtraField> extra_fields;
    bool suggested_output = true;

    template <class Setting>
    void describe(Setting&& setting) {
        setting("match", match, "which rules it applies to; all, if left out");
        setting("extra_output", extra_output, "text with %fields, appended to the message");
        setting("extra_fields", extra_fields,
                "fields added to output_fields: a field's name, or {name: text with %fields}");
        setting("suggested_output", suggested_output,
                "append the container's identity to the message");
    }
};

/// How floods of some rules' alerts are told; it replaces what is said for all.
struct ThrottleChoice {
    std::string rule;
    std::string tag;
    Duration interval{};
    std::vector<std::string> by;
    Where where{};

    template <class Setting>
    void describe(Setting&& setting) {
        setting("rule", rule, "name of the rule; * and ? stand for what you do not want to spell");
        setting("tag", tag, "a tag of the rule");
        setting("interval", interval, "as above, for these rules; 0 tells every alert");
        setting("by", by, "as above, for these rules; empty: as for all");
    }
};

/// How floods of alerts are told.
struct ThrottleSettings {
    Duration interval{};
    std::vector<std::string> by{"proc.exepath", "container.id"};
    uint32_t keys = 10'000;
    std::vector<ThrottleChoice> rules;
    Where where{};

    template <class Setting>
    void describe(Setting&& setting) {
        setting("interval", interval,
                "of alerts that are alike, the first is told at once and the others within this "
                "time by one summary with their count; 0 tells every alert");
        setting("by", by, "fields by which alerts of one rule are alike");
        setting("keys", keys,
                "floods that may be counted at a time; alerts beyond are told, every one");
        setting("rules", rules, "rules with an interval of their own; the last that fits holds");
    }
};

/// Where the daemon answers over HTTP.
struct WebSetting {
    bool enabled = false;
    std::string address = "127.0.0.1";
    Port port{8765};

    template <class Setting>
    void describe(Setting&& setting) {
        setting("enabled", enabled, "answer /healthz, /readyz, /metrics and /versions");
        setting("address", address, "where to listen; nothing there asks who is asking");
        setting("port", port, "of TCP");
    }
};

/// How much the daemon may use, and what it gives up for that.
struct BudgetSettings {
    Percent max_cpu{0};
    std::vector<std::string> shed{"close",        "close_range",   "dup",     "dup2",
                                  "dup3",         "pipe",          "pipe2",   "socketpair",
                                  "splice",       "sendfile",      "munlock", "munlockall",
                                  "inotify_init", "inotify_init1", "syscall", "recvfrom",
                                  "recvmsg",      "sendto",        "sendmsg", "signaldeliver"};
    Where where{};

    template <class Setting>
    void describe(Setting&& setting) {
        setting("max_cpu", max_cpu,
                "of one CPU; while the daemon uses more, events are shed, told by an alert and "
                "counted; 0 is no limit");
        setting("shed", shed,
                "events that may be shed, the least important first; those of processes, "
                "credentials and modules cannot be");
    }
};

/// The folders of one containerd.
struct ContainerdFolders {
    std::string root;
    std::string state;

    template <class Setting>
    void describe(Setting&& setting) {
        setting("root", root, "what it keeps: its database and images");
        setting("state", state, "what it keeps of running tasks");
    }
};

/// Who is asked what a container is called, and how long is waited for the answer.
struct ContainerSettings {
    bool enabled = true;
    uint32_t wait_milliseconds = 2000;
    uint32_t held_megabytes = 16;
    std::vector<std::string> docker_sockets{"/var/run/docker.sock"};
    std::vector<std::string> podman_sockets{"/run/podman/podman.sock"};
    std::vector<ContainerdFolders> containerd{
        {"/var/lib/containerd", "/run/containerd"},
        {"/var/lib/rancher/k3s/agent/containerd", "/run/k3s/containerd"}};
    std::vector<std::string> storage_folders{"/var/lib/containers/storage",
                                             "/run/containers/storage"};
    std::vector<std::string> runc_folders{"/run/runc"};

    template <class Setting>
    void describe(Setting&& setting) {
        setting("enabled", enabled, "ask runtimes for names, images and pods of containers");
        setting("wait_milliseconds", wait_milliseconds,
                "how long an event waits at most for what a rule wants of its container");
        setting("held_megabytes", held_megabytes,
                "memory for events that wait; when it is full the oldest waits no longer");
        setting("docker_sockets", docker_sockets, "where Docker listens");
        setting("podman_sockets", podman_sockets, "where Podman listens, if its service runs");
        setting("containerd", containerd, "folders of each containerd: root and state");
        setting("storage_folders", storage_folders,
                "folders of the storage that Podman and CRI-O keep containers in");
        setting("runc_folders", runc_folders, "where runc keeps the state of its containers");
    }
};

struct Config {
    std::vector<std::string> rules_files;
    std::vector<RuleChoice> rules;
    Urgency priority = Urgency::debug;
    Matching rule_matching = Matching::all;
    bool redact_secrets = true;
    std::vector<std::string> redact_names;
    std::vector<AppendOutput> append_output;
    ThrottleSettings throttle;
    std::vector<OutputSetting> outputs{OutputSetting::of_type("stdout")};
    uint32_t output_queue = 4096;
    std::string state_directory;
    bool json_include_output_property = true;
    bool json_include_message_property = false;
    bool json_include_output_fields_property = true;
    bool json_include_tags_property = true;
    bool time_format_iso_8601 = false;
    std::string hostname;
    std::map<std::string, std::string> labels;
    WebSetting web;
    bool watch_files = false;
    LogLevel log_level = LogLevel::info;
    bool sandbox = true;
    ContainerSettings containers;
    std::string scope = "host";
    RingMegabytes critical_ring_megabytes{4};
    RingMegabytes bulk_ring_megabytes{16};
    uint32_t canary_seconds = 10;
    BudgetSettings budget;

    template <class Setting>
    void describe(Setting&& setting) {
        setting("rules_files", rules_files,
                "rule files and directories, in order; empty: those shipped with this build");
        setting("rules", rules, "rules to enable and disable by name or tag, in order");
        setting("priority", priority, "the least urgent priority a rule may have to be loaded");
        setting("rule_matching", rule_matching,
                "all: every rule that holds alerts; first: only the first of them");
        setting("redact_secrets", redact_secrets,
                "cover passwords, tokens and keys in arguments, environments and data before "
                "anything is shown");
        setting("redact_names", redact_names,
                "names of secrets besides those known; a part of a name is enough");
        setting("append_output", append_output, "what is added to the outputs of rules");
        setting("throttle", throttle,
                "how floods of alerts are told; off, unless an interval is set");
        setting("outputs", outputs, "where alerts go");
        setting("output_queue", output_queue,
                "alerts that may wait for one output; more are dropped and counted");
        setting("state_directory", state_directory,
                "where alerts wait for remote outputs, and one daemon's lock, control socket and "
                "heartbeat; empty: $STATE_DIRECTORY, else /var/lib/saker");
        setting("json_include_output_property", json_include_output_property,
                "JSON alerts have `output`: the whole text line");
        setting("json_include_message_property", json_include_message_property,
                "JSON alerts have `message`: the text without time and priority");
        setting("json_include_output_fields_property", json_include_output_fields_property,
                "JSON alerts have `output_fields`: the fields named in the output, typed");
        setting("json_include_tags_property", json_include_tags_property,
                "JSON alerts have `tags`");
        setting("time_format_iso_8601", time_format_iso_8601,
                "text lines begin with date and time as in ISO 8601, in UTC");
        setting("hostname", hostname, "what alerts call this host; empty: its own name");
        setting("labels", labels, "texts every alert carries, by name: cluster, node, environment");
        setting("web", web, "health and metrics over HTTP");
        setting("watch_files", watch_files,
                "reload by itself when a file of the configuration or of rules changes");
        setting("log_level", log_level,
                "what Saker says of itself on standard error: error, warning (and errors) or info "
                "(everything)");
        setting("sandbox", sandbox,
                "give up capabilities and system calls the daemon has no use for");
        setting("containers", containers,
                "who is asked what a container is called, and how long is waited");
        setting("scope", scope, "what is watched: host, pid:N, cgroup:PATH or container:ID");
        setting("critical_ring_megabytes", critical_ring_megabytes,
                "kernel buffer for process and credential events; a power of two");
        setting("bulk_ring_megabytes", bulk_ring_megabytes,
                "kernel buffer for file and network events; a power of two");
        setting("canary_seconds", canary_seconds,
                "seconds between acts of Saker's own that show whether its hooks still tell, on "
                "one CPU after the other");
        setting("budget", budget, "how much CPU the daemon may use, and what it gives up for that");
    }
};

}  // namespace saker::config
