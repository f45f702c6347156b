#include "config/falco_translate.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <set>
#include <utility>

#include "config/falco.h"
#include "config/falco_losses.h"
#include "config/kinds.h"

namespace saker::config {
namespace {

Tree text_tree(std::string text, const Where& where) {
    return {Tree::Shape::scalar, std::move(text), {}, {}, where};
}

Tree list_tree(const Where& where) {
    return {Tree::Shape::list, "", {}, {}, where};
}

Tree map_tree(const Where& where) {
    return {Tree::Shape::map, "", {}, {}, where};
}

void put(Tree& map, const char* name, Tree value) {
    const Where where = value.where;
    map.entries.push_back({name, where, std::move(value)});
}

/// From falco.yaml as written to a tree that Saker's reader understands, places kept; whatever was
/// not asked for is looked up among the losses.
class Translator {
  public:
    explicit Translator(const Tree& falco) : falco_(falco), saker_(map_tree(falco.where)) {}

    Translated translate() {
        same_names();
        rule_files();
        renamed();
        outputs();
        web();
        containers();
        plugins();
        engine();
        leftovers(falco_, "");
        return {std::move(saker_), std::move(notes_)};
    }

  private:
    void note(const Where& where, const char* code, const std::string& setting, std::string why) {
        notes_.push_back({Severity::warning, code, std::move(why), "", setting, where, ""});
    }

    /// The value at `a.b`, which is dealt with from now on; null when nothing is set there.
    const Tree* take(const std::string& path) {
        known_.insert(path);
        const Tree* at = &falco_;
        for (size_t begin = 0; at != nullptr && begin <= path.size();) {
            const size_t end = std::min(path.find('.', begin), path.size());
            at = at->find(path.substr(begin, end - begin));
            begin = end + 1;
        }
        return at != nullptr && at->shape != Tree::Shape::nothing ? at : nullptr;
    }

    /// False when there is nothing to copy.
    bool copy(const std::string& path, Tree& to, const char* name) {
        const Tree* value = take(path);
        if (value != nullptr) {
            put(to, name, *value);
        }
        return value != nullptr;
    }

    bool is_on(const std::string& path, bool otherwise) {
        const Tree* value = take(path);
        bool is_on = otherwise;
        if (value != nullptr && !parse(value->text, is_on)) {
            note(value->where, kNoEquivalent, path, "this is neither true nor false");
            return otherwise;
        }
        return is_on;
    }

    /// Of a section that is off nothing matters.
    const Tree* section(const std::string& name) {
        const Tree* found = falco_.find(name);
        if (found == nullptr || is_on(name + ".enabled", false)) {
            return found;
        }
        known_.insert(name);
        return nullptr;
    }

    void same_names() {
        for (const char* name :
             {"rules", "priority", "append_output", "json_include_output_property",
              "json_include_message_property", "json_include_output_fields_property",
              "json_include_tags_property", "time_format_iso_8601"}) {
            copy(name, saker_, name);
        }
        // The defaults differ.
        if (!copy("rule_matching", saker_, "rule_matching")) {
            put(saker_, "rule_matching", text_tree("first", falco_.where));
        }
    }

    void rule_files() {
        const Tree* old = take("rules_file");
        const Tree* files = take("rules_files");
        files = files != nullptr ? files : old;
        if (files == nullptr) {
            note(falco_.where, kDiffers, "rules_files",
                 "no rule files are named: Saker loads those it comes with");
            return;
        }
        Tree all = list_tree(files->where);
        all.items = files->shape == Tree::Shape::list ? files->items : std::vector<Tree>{*files};
        for (const Tree& file : all.items) {
            std::error_code ignored;
            if (!std::filesystem::exists(file.text, ignored)) {
                note(file.where, kDiffers, "rules_files",
                     "'" + file.text +
                         "' is not here: Falco passes over it, Saker refuses to start");
            }
        }
        put(saker_, "rules_files", std::move(all));
    }

    void renamed() {
        copy("static_fields", saker_, "labels");
        if (!copy("watch_config_files", saker_, "watch_files")) {
            put(saker_, "watch_files", text_tree("true", falco_.where));
        }
        const Tree* capacity = take("outputs_queue.capacity");
        if (capacity != nullptr && capacity->text != "0") {
            put(saker_, "output_queue", *capacity);
        } else if (capacity != nullptr) {
            note(capacity->where, kDiffers, "outputs_queue.capacity",
                 "queues are bounded: `output_queue`, 4096 alerts; those for remote receivers wait "
                 "on disk, `spool_size`");
        }
    }

    Tree output(const char* type, const Where& where) {
        Tree made = map_tree(where);
        put(made, "type", text_tree(type, where));
        put(made, "format", text_tree(is_json_ ? "json" : "text", where));
        return made;
    }

    void outputs() {
        is_json_ = is_on("json_output", false);
        Tree all = list_tree(falco_.where);
        const auto add = [&](std::optional<Tree> made) {
            if (made) {
                all.items.push_back(*std::move(made));
            }
        };
        if (const Tree* found = section("stdout_output")) {
            add(output("stdout", found->where));
        }
        add(syslog_output());
        add(file_output());
        add(http_output());
        add(program_output());
        if (all.items.empty()) {
            note(falco_.where, kDiffers, "stdout_output",
                 "no output is enabled: alerts go to standard output, as text");
            return;
        }
        put(saker_, "outputs", std::move(all));
    }

    std::optional<Tree> syslog_output() {
        const Tree* found = section("syslog_output");
        if (found == nullptr) {
            return {};
        }
        Tree made = output("syslog", found->where);
        put(made, "address", text_tree("unix:/dev/log", found->where));
        put(made, "facility", text_tree("user", found->where));
        note(found->where, kDiffers, "syslog_output", "messages are written as RFC 5424 has them");
        return made;
    }

    /// Nothing without the setting an output cannot do without.
    std::optional<Tree> output_with(const char* name, const char* type, const char* needs,
                                    const char* called) {
        const Tree* found = section(name);
        const std::string path = std::string(name) + "." + needs;
        if (found == nullptr) {
            return {};
        }
        Tree made = output(type, found->where);
        if (!copy(path, made, called) || made.entries.back().value.text.empty()) {
            note(found->where, kNoEquivalent, path, "it is enabled, but this is not set");
            return {};
        }
        return made;
    }

    std::optional<Tree> file_output() {
        std::optional<Tree> made = output_with("file_output", "file", "filename", "path");
        if (made && !is_on("file_output.keep_alive", false)) {
            note(made->where, kDiffers, "file_output.keep_alive",
                 "the file stays open: whoever moves it away sends SIGUSR1, or uses `rotate_size` "
                 "and `rotate_age`");
        }
        return made;
    }

    std::optional<Tree> http_output() {
        std::optional<Tree> made = output_with("http_output", "http", "url", "url");
        if (!made) {
            return {};
        }
        const auto copy_text = [&](const char* from, const char* to) {
            const Tree* value = take(std::string("http_output.") + from);
            const bool is_said = value != nullptr && !value->text.empty();
            if (is_said) {
                put(*made, to, *value);
            }
            return is_said;
        };
        if (const Tree* agent = take("http_output.user_agent")) {
            Tree headers = map_tree(agent->where);
            put(headers, "User-Agent", *agent);
            put(*made, "headers", std::move(headers));
        }
        if (!copy_text("ca_cert", "ca_file")) {
            copy_text("ca_bundle", "ca_file");
        }
        known_.insert("http_output.ca_bundle");
        if (is_on("http_output.mtls", false)) {
            copy_text("client_cert", "cert_file");
            copy_text("client_key", "key_file");
        }
        known_.insert("http_output.client_cert");
        known_.insert("http_output.client_key");
        copy_text("compress_uploads", "gzip");
        return made;
    }

    std::optional<Tree> program_output() {
        std::optional<Tree> made = output_with("program_output", "program", "program", "command");
        if (!made) {
            return {};
        }
        Tree& program = made->entries.back().value;
        std::string script = program.text;
        if (!is_on("program_output.keep_alive", false)) {
            // It is started for each alert, and waits for the end of what it reads.
            script = "while IFS= read -r alert; do printf '%s\\n' \"$alert\" | (\n" + script +
                     "\n); done";
        }
        Tree command = list_tree(program.where);
        for (std::string word : {std::string("/bin/sh"), std::string("-c"), script}) {
            command.items.push_back(text_tree(std::move(word), program.where));
        }
        program = std::move(command);
        return made;
    }

    void web() {
        const Tree* found = section("webserver");
        if (found == nullptr) {
            return;
        }
        Tree web = map_tree(found->where);
        put(web, "enabled", text_tree("true", found->where));
        if (!copy("webserver.listen_address", web, "address")) {
            put(web, "address", text_tree("0.0.0.0", found->where));
        }
        copy("webserver.listen_port", web, "port");
        put(saker_, "web", std::move(web));
    }

    void containers() {
        Tree settings = map_tree(falco_.where);
        for (const std::string engine : {"docker", "podman"}) {
            const std::string path = "container_engines." + engine + ".enabled";
            if (!is_on(path, true)) {
                put(settings, (engine + "_sockets").c_str(), list_tree(falco_.where));
            }
        }
        if (!settings.entries.empty()) {
            put(saker_, "containers", std::move(settings));
        }
    }

    /// Only plugins that are loaded matter; what `container` does is built in.
    void plugins() {
        const Tree* loaded = take("load_plugins");
        const Tree* defined = falco_.find("plugins");
        if (loaded == nullptr) {
            return;
        }
        for (const Tree& plugin : loaded->items) {
            if (plugin.text != "container") {
                note(plugin.where, kNoEquivalent, "load_plugins",
                     "plugin '" + plugin.text +
                         "': Saker loads none; its events are of this host's kernel");
                continue;
            }
            for (const Tree& row : defined != nullptr ? defined->items : std::vector<Tree>()) {
                const Tree* name = row.find("name");
                const Tree* options = row.find("init_config");
                if (name != nullptr && name->text == "container" && options != nullptr &&
                    options->shape != Tree::Shape::nothing) {
                    note(options->where, kNoEquivalent, "plugins[].init_config",
                         "who is asked about containers is said by `containers`");
                }
            }
        }
    }

    /// Of the engines only the chosen one's settings matter.
    void engine() {
        const Tree* engine = falco_.find("engine");
        const Tree* kind = engine != nullptr ? engine->find("kind") : nullptr;
        for (const char* name : {"kmod", "ebpf", "modern_ebpf", "replay", "gvisor"}) {
            if (kind != nullptr && kind->text != name) {
                known_.insert(std::string("engine.") + name);
            }
        }
    }

    static bool begins(std::string_view path, const std::string& section) {
        return path.starts_with(section) && path.size() > section.size() &&
               path[section.size()] == '.';
    }

    bool is_section(const std::string& path) const {
        const auto is_inside = [&](std::string_view other) { return begins(other, path); };
        return std::ranges::any_of(known_, is_inside) ||
               std::ranges::any_of(falco_losses(), is_inside, &FalcoLoss::path);
    }

    void leftovers(const Tree& map, const std::string& before) {
        for (const Entry& entry : map.entries) {
            const std::string path = before + entry.key;
            if (known_.contains(path)) {
                note_variables(entry.value, path);
            } else if (const FalcoLoss* loss = find_falco_loss(path)) {
                if (loss->is_felt(entry.value)) {
                    note(entry.where, kNoEquivalent, path, std::string(loss->why));
                }
            } else if (entry.value.shape == Tree::Shape::map && is_section(path)) {
                leftovers(entry.value, path + ".");
            } else if (entry.value.shape != Tree::Shape::nothing || !is_section(path)) {
                note(entry.where, kNoEquivalent, path, "Saker knows no such setting of falco.yaml");
            }
        }
    }

    void note_variables(const Tree& value, const std::string& path) {
        const size_t at = value.text.find("${");
        if (at != std::string::npos && (at == 0 || value.text[at - 1] != '$')) {
            note(value.where, kDiffers, path,
                 "the environment is asked here too, but a variable that is missing is an error, "
                 "not empty; ${NAME:-} is empty then");
        }
        for (const Tree& item : value.items) {
            note_variables(item, path);
        }
        for (const Entry& entry : value.entries) {
            note_variables(entry.value, path + "." + entry.key);
        }
    }

    const Tree& falco_;
    Tree saker_;
    bool is_json_ = false;
    std::set<std::string> known_;
    std::vector<Diagnostic> notes_;
};

}  // namespace

Translated translate_falco(const Tree& falco) {
    return Translator(falco).translate();
}

}  // namespace saker::config
