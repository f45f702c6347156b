// What can be said about one output: each setting once, with its words.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "config/kinds.h"
#include "engine/base/result.h"

namespace saker::config {

/// Where alerts wait for a remote receiver.
enum class SpoolPlace : uint8_t { disk, memory };

/// What gives way when no more may wait.
enum class Overflow : uint8_t { drop_oldest, drop_newest };

/// How many alerts of a batch go into one HTTP request, and how they are put together.
enum class BatchForm : uint8_t { lines, array };

/// What a Kafka partition is chosen by.
enum class KafkaKey : uint8_t { rule, id, none };

/// Who must have stored an alert before Kafka says so.
enum class KafkaAcks : uint8_t { all, leader };

template <>
struct Choices<KafkaKey> {
    static constexpr std::array<std::string_view, 3> names{"rule", "id", "none"};
};
template <>
struct Choices<KafkaAcks> {
    static constexpr std::array<std::string_view, 2> names{"all", "leader"};
};
template <>
struct Choices<SpoolPlace> {
    static constexpr std::array<std::string_view, 2> names{"disk", "memory"};
};
template <>
struct Choices<Overflow> {
    static constexpr std::array<std::string_view, 2> names{"drop_oldest", "drop_newest"};
};
template <>
struct Choices<BatchForm> {
    static constexpr std::array<std::string_view, 2> names{"lines", "array"};
};

/// One place alerts go to. Which settings a type takes is said in outputs/table.cpp.
struct OutputSetting {
    std::string type;
    std::string name;
    Format format = Format::usual;
    Urgency priority = Urgency::debug;
    std::vector<std::string> rules;
    std::vector<std::string> tags;
    std::string path;
    Bytes rotate_size{};
    Duration rotate_age{};
    uint32_t rotate_keep = 5;
    std::string address;
    std::string facility = "authpriv";
    std::string url;
    std::map<std::string, std::string> headers;
    std::string token_file;
    std::string ca_file;
    std::string cert_file;
    std::string key_file;
    uint32_t batch = 1;
    BatchForm batch_form = BatchForm::lines;
    bool gzip = false;
    std::string brokers;
    std::string topic;
    KafkaKey key = KafkaKey::rule;
    KafkaAcks acks = KafkaAcks::all;
    bool idempotence = true;
    std::map<std::string, std::string> properties;
    std::vector<std::string> command;
    Duration timeout{std::chrono::seconds(10)};
    SpoolPlace spool = SpoolPlace::disk;
    Bytes spool_size{256ULL << 20U};
    Overflow when_full = Overflow::drop_oldest;
    Where where{};  // it was asked for

    /// An output about which nothing but its type and format is said.
    static OutputSetting of_type(std::string type, Format format = Format::usual) {
        OutputSetting made;
        made.type = std::move(type);
        made.format = format;
        return made;
    }

    /// In messages, metrics and for its spool.
    const std::string& called() const { return name.empty() ? type : name; }

    /// Calls `setting(name, member, words)` for each.
    template <class Setting>
    void describe(Setting&& setting) {
        describe_common(setting);
        describe_places(setting);
        describe_security(setting);
        describe_kafka(setting);
        describe_spool(setting);
    }

  private:
    template <class Setting>
    void describe_common(Setting&& setting) {
        setting("type", type, "what kind of place");
        setting("name", name,
                "what it is called, in metrics and by its spool; its type unless said");
        setting("format", format, "how an alert is written; usual is what fits the type");
        setting("priority", priority, "the least urgent priority that goes there");
        setting("rules", rules, "only these rules; * and ? stand for what is not spelled");
        setting("tags", tags, "only rules that have one of these tags");
    }
    template <class Setting>
    void describe_places(Setting&& setting) {
        setting(
            "path", path,
            "the file alerts are appended to; the socket of a journal that is not the system's");
        setting("rotate_size", rotate_size, "a new file begins when it grows so large; 0 is never");
        setting("rotate_age", rotate_age, "a new file begins when it is so old; 0 is never");
        setting("rotate_keep", rotate_keep, "old files kept, as PATH.1, PATH.2 ...");
        setting("address", address,
                "of a syslog receiver: unix:PATH, udp:HOST:PORT, tcp:HOST:PORT or tls:HOST:PORT");
        setting("facility", facility, "of syslog messages, by name");
        setting("url", url, "where HTTP requests go");
        setting("command", command, "the program and its arguments; it reads alerts line by line");
        setting("timeout", timeout, "how long a receiver may take to answer");
    }
    template <class Setting>
    void describe_security(Setting&& setting) {
        setting("headers", headers, "more headers of HTTP requests, by name");
        setting("token_file", token_file, "holds the bearer token; read anew for each connection");
        setting("ca_file", ca_file,
                "authorities the receiver is trusted by, as PEM; else the system's");
        setting("cert_file", cert_file, "certificate to show to the receiver, as PEM");
        setting("key_file", key_file, "its private key, as PEM");
        setting("batch", batch, "alerts in one request at most");
        setting("batch_form", batch_form, "how they are put together: lines or a JSON array");
        setting("gzip", gzip, "compress requests");
    }
    template <class Setting>
    void describe_kafka(Setting&& setting) {
        setting("brokers", brokers, "HOST:PORT of Kafka brokers, with commas between");
        setting("topic", topic, "of Kafka");
        setting("key", key, "what a Kafka partition is chosen by");
        setting("acks", acks, "who must have stored an alert: all replicas in sync, or the leader");
        setting("idempotence", idempotence, "brokers refuse what a connection repeats");
        setting("properties", properties, "more of librdkafka's settings, by name");
    }
    template <class Setting>
    void describe_spool(Setting&& setting) {
        setting("spool", spool, "where alerts wait: disk, or memory (lost when the daemon ends)");
        setting("spool_size", spool_size, "how much may wait");
        setting("when_full", when_full, "what gives way then: drop_oldest or drop_newest");
    }
};

}  // namespace saker::config
