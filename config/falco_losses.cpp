#include "config/falco_losses.h"

#include <algorithm>
#include <array>

#include "config/kinds.h"

namespace saker::config {
namespace {

constexpr std::string_view kOff = "false";
constexpr std::string_view kRings =
    "rings are one of each kind for all CPUs: critical_ring_megabytes and bulk_ring_megabytes";
constexpr std::string_view kFailed =
    "calls that failed leave the kernel only where a rule may match them; a condition on "
    "evt.failed "
    "says which it wants";
constexpr std::string_view kDrops =
    "every loss is counted in metrics, and told in the log, by an alert of source `internal` and "
    "on "
    "the next alert (`lost`); there is no threshold, no choice of actions, and Saker does not end "
    "because of one";
constexpr std::string_view kRuntimes =
    "Saker asks Docker, Podman, containerd, CRI-O and runc, at the places `containers` names";
constexpr std::string_view kTable =
    "what is known of processes is bounded in memory, and a process is forgotten when it ends and "
    "nothing needs it any more";

constexpr std::array kLosses{
    FalcoLoss{"config_files", "[]",
              "files are not merged here: migrate each by itself and put what comes of it into the "
              "folder saker.d beside saker.yaml"},
    FalcoLoss{"buffer_format_base64", kOff, "data in alerts is escaped, never base64"},
    FalcoLoss{"buffered_outputs", kOff, "each alert is written at once"},
    FalcoLoss{"output_timeout", "2000",
              "a slow output delays nobody; an output's `timeout` says how long its receiver may "
              "take to answer"},
    FalcoLoss{"outputs", "",
              "alerts are not limited by rate; `throttle` sums up those that are alike"},
    FalcoLoss{"grpc", kOff,
              "there is no gRPC server; outputs of type http, kafka or program carry alerts to who "
              "asked for them there"},
    FalcoLoss{"grpc_output", kOff,
              "there is no gRPC server; outputs of type http, kafka or program carry alerts to who "
              "asked for them there"},
    FalcoLoss{"plugins", "*", ""},
    FalcoLoss{"plugins_hostinfo", "*", ""},
    FalcoLoss{"engine.kmod.buf_size_preset", "4", kRings},
    FalcoLoss{"engine.kmod.drop_failed_exit", kOff, kFailed},
    FalcoLoss{"engine.ebpf.probe", "*", ""},
    FalcoLoss{"engine.ebpf.buf_size_preset", "4", kRings},
    FalcoLoss{"engine.ebpf.drop_failed_exit", kOff, kFailed},
    FalcoLoss{"engine.modern_ebpf.cpus_for_each_buffer", "2", kRings},
    FalcoLoss{"engine.modern_ebpf.buf_size_preset", "4", kRings},
    FalcoLoss{"engine.modern_ebpf.drop_failed_exit", kOff, kFailed},
    FalcoLoss{"engine.modern_ebpf.disable_iterators", kOff,
              "where the kernel has an iterator of tasks it is used, else /proc"},
    FalcoLoss{"engine.replay", "*", ""},
    FalcoLoss{"engine.gvisor", "*", ""},
    FalcoLoss{
        "engine.kind", "kmod|ebpf|modern_ebpf",
        "only the running kernel is watched; `saker replay` reads what `saker record` wrote, no "
        "other captures"},
    FalcoLoss{"syscall_buf_size_preset", "4", kRings},
    FalcoLoss{"syscall_drop_failed_exit", kOff, kFailed},
    FalcoLoss{"modern_bpf.cpus_for_each_syscall_buffer", "2", kRings},
    FalcoLoss{"capture", kOff,
              "nothing is recorded around a detection; `saker record` records until it is stopped"},
    FalcoLoss{"webserver.threadiness", "*", ""},
    FalcoLoss{"webserver.k8s_healthz_endpoint", "/healthz",
              "health is told at /healthz, readiness at /readyz: point probes there"},
    FalcoLoss{"webserver.prometheus_metrics_enabled", "*", ""},
    FalcoLoss{"webserver.ssl_enabled", kOff,
              "health and metrics are told without TLS: keep them on loopback, or put a proxy "
              "before them"},
    FalcoLoss{"webserver.ssl_certificate", "*", ""},
    FalcoLoss{"log_stderr", "true", "Saker's own log always goes to standard error"},
    FalcoLoss{"log_syslog", kOff,
              "Saker's own log goes to standard error, which systemd hands to the journal"},
    FalcoLoss{
        "log_level", "info",
        "for less of Saker's own log there is `log_level: warning` and `error`, for more nothing"},
    FalcoLoss{"libs_logger", "*", ""},
    FalcoLoss{"syscall_event_timeouts.max_consecutives", "1000",
              "Saker proves its hooks by acts of its own, every `canary_seconds`; one that is "
              "silent is an alert"},
    FalcoLoss{"syscall_event_drops.threshold", ".1|0.1", kDrops},
    FalcoLoss{"syscall_event_drops.actions", "log,alert|alert,log", kDrops},
    FalcoLoss{"syscall_event_drops.rate", ".03333|0.03333", kDrops},
    FalcoLoss{"syscall_event_drops.max_burst", "1", kDrops},
    FalcoLoss{"syscall_event_drops.simulate_drops", kOff, "losses cannot be feigned"},
    FalcoLoss{"metrics", kOff,
              "metrics are asked for at /metrics (web.enabled), not written to files or alerts"},
    FalcoLoss{"base_syscalls.custom_set", "[]",
              "the rules decide which system calls are hooked, with those that state needs"},
    FalcoLoss{"base_syscalls.repair", "*", ""},
    FalcoLoss{"base_syscalls.all", kOff,
              "the rules decide which system calls are hooked, with those that state needs"},
    FalcoLoss{"falco_libs.thread_table_size", "262144", kTable},
    FalcoLoss{"falco_libs.thread_table_auto_purging_interval_s", "300", kTable},
    FalcoLoss{"falco_libs.thread_table_auto_purging_thread_timeout_s", "300", kTable},
    FalcoLoss{"falco_libs.snaplen", "80", "how much of read and written data is kept is fixed"},
    FalcoLoss{"container_engines.cri", kOff, kRuntimes},
    FalcoLoss{"container_engines.lxc", kOff, kRuntimes},
    FalcoLoss{"container_engines.libvirt_lxc", kOff, kRuntimes},
    FalcoLoss{"container_engines.bpm", kOff, kRuntimes},
    FalcoLoss{"http_output.insecure", kOff,
              "a receiver is always verified: name the authority that signed its certificate in "
              "`ca_file`"},
    FalcoLoss{"http_output.ca_path", "/etc/ssl/certs",
              "a folder of authorities cannot be named, only a file: `ca_file`"},
    FalcoLoss{"http_output.echo", kOff, "what a receiver answers is not shown"},
    FalcoLoss{"http_output.keep_alive", "*", ""},
    FalcoLoss{"http_output.max_consecutive_timeouts", "*", ""},
};

bool has_word(std::string_view words, std::string_view word) {
    while (true) {
        const size_t end = words.find('|');
        if (words.substr(0, end) == word) {
            return true;
        }
        if (end == std::string_view::npos) {
            return false;
        }
        words.remove_prefix(end + 1);
    }
}

std::string spelled(const Tree& value) {
    if (value.shape == Tree::Shape::list) {
        std::string all;
        for (const Tree& item : value.items) {
            all += (all.empty() ? "" : ",") + lower(item.text);
        }
        return all.empty() ? "[]" : all;
    }
    if (value.shape == Tree::Shape::map) {
        const Tree* enabled = value.find("enabled");
        return enabled ? spelled(*enabled) : "true";
    }
    bool truth = false;
    const bool is_truth = parse(value.text, truth);
    return is_truth ? print(truth) : lower(value.text);
}

}  // namespace

bool FalcoLoss::is_felt(const Tree& value) const {
    return neutral != "*" && value.shape != Tree::Shape::nothing &&
           !(has_word(neutral, spelled(value)) && !neutral.empty());
}

std::span<const FalcoLoss> falco_losses() {
    return kLosses;
}

const FalcoLoss* find_falco_loss(std::string_view path) {
    const auto found = std::ranges::find(kLosses, path, &FalcoLoss::path);
    return found == kLosses.end() ? nullptr : &*found;
}

}  // namespace saker::config
