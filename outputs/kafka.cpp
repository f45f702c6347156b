#include "outputs/kafka.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <vector>

namespace saker::outputs {
namespace {

struct FreeKafka {
    void operator()(rd_kafka_t* producer) const {
        // What is still in it is in our spool.
        ::rd_kafka_purge(producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT |
                                       RD_KAFKA_PURGE_F_NON_BLOCKING);
        ::rd_kafka_destroy(producer);
    }
    void operator()(rd_kafka_conf_t* settings) const { ::rd_kafka_conf_destroy(settings); }
};
using Producer = std::unique_ptr<rd_kafka_t, FreeKafka>;
using Settings = std::unique_ptr<rd_kafka_conf_t, FreeKafka>;

/// What the brokers said of each message of a batch; its index is the message's opaque.
struct Batch {
    std::vector<bool> is_stored;
    size_t answered = 0;
    std::string error;
};

void note_report(rd_kafka_t*, const rd_kafka_message_t* message, void* batches) {
    auto& batch = *static_cast<Batch*>(batches);
    const auto index = reinterpret_cast<uintptr_t>(message->_private);
    ++batch.answered;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
        batch.is_stored[index] = true;
    } else {
        batch.error = ::rd_kafka_err2str(message->err);
    }
}

class Kafka final : public Transport {
  public:
    Kafka(Producer producer, std::unique_ptr<Batch> batch, const OutputOptions& options)
        : batch_(std::move(batch)), producer_(std::move(producer)), setting_(options.setting) {}

    SendReport send(std::span<const Parcel> parcels) override;
    size_t largest_batch() const override { return 1000; }
    void stop_waiting() override { is_stopped_ = true; }

  private:
    std::string_view key_of(const Parcel& parcel) const;
    bool produce(const Parcel& parcel, size_t index);

    const std::unique_ptr<Batch> batch_;
    const Producer producer_;
    const config::OutputSetting setting_;
    std::atomic<bool> is_stopped_ = false;
};

std::string_view Kafka::key_of(const Parcel& parcel) const {
    switch (setting_.key) {
        case config::KafkaKey::rule:
            return parcel.rule;
        case config::KafkaKey::id:
            return parcel.id;
        case config::KafkaKey::none:
            break;
    }
    return {};
}

bool Kafka::produce(const Parcel& parcel, size_t index) {
    const std::string_view key = key_of(parcel);
    std::string_view body = parcel.body;
    body.remove_suffix(body.ends_with('\n') ? 1 : 0);
    const rd_kafka_resp_err_t failed =
        ::rd_kafka_producev(producer_.get(), RD_KAFKA_V_TOPIC(setting_.topic.c_str()),
                            RD_KAFKA_V_VALUE(const_cast<char*>(body.data()), body.size()),
                            RD_KAFKA_V_KEY(key.empty() ? nullptr : key.data(), key.size()),
                            RD_KAFKA_V_HEADER("id", parcel.id.data(), parcel.id.size()),
                            RD_KAFKA_V_HEADER("rule", parcel.rule.data(), parcel.rule.size()),
                            RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
                            RD_KAFKA_V_OPAQUE(reinterpret_cast<void*>(index)), RD_KAFKA_V_END);
    if (failed != RD_KAFKA_RESP_ERR_NO_ERROR) {
        batch_->error = ::rd_kafka_err2str(failed);
    }
    return failed == RD_KAFKA_RESP_ERR_NO_ERROR;
}

SendReport Kafka::send(std::span<const Parcel> parcels) {
    static constexpr int kLook = 100;  // ms
    batch_->is_stored.assign(parcels.size(), false);
    batch_->answered = 0;
    batch_->error.clear();
    size_t produced = 0;
    while (produced < parcels.size() && produce(parcels[produced], produced)) {
        ++produced;
    }
    // librdkafka answers for each message within message.timeout.ms.
    while (batch_->answered < produced && !is_stopped_) {
        ::rd_kafka_poll(producer_.get(), kLook);
    }
    if (batch_->answered < produced) {
        // Answers that come later must not be taken for those of the next batch.
        ::rd_kafka_purge(producer_.get(), RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
        while (batch_->answered < produced) {
            ::rd_kafka_poll(producer_.get(), kLook);
        }
    }
    const auto first = std::ranges::find(batch_->is_stored, false);
    return {static_cast<size_t>(first - batch_->is_stored.begin()), false,
            "Kafka " + setting_.brokers + ": " + batch_->error};
}

Result<Settings> make_settings(const config::OutputSetting& setting, Batch& batch) {
    Settings made(::rd_kafka_conf_new());
    std::array<char, 512> why{};
    std::vector<std::pair<std::string, std::string>> all{
        {"bootstrap.servers", setting.brokers},
        {"client.id", "saker"},
        {"acks", setting.acks == config::KafkaAcks::all ? "all" : "1"},
        {"enable.idempotence", setting.idempotence ? "true" : "false"},
        {"message.timeout.ms", std::to_string(setting.timeout.value.count())},
        {"linger.ms", "5"},
        {"log_level", "0"}};
    if (!setting.ca_file.empty()) {
        all.emplace_back("ssl.ca.location", setting.ca_file);
    }
    if (!setting.cert_file.empty()) {
        all.emplace_back("ssl.certificate.location", setting.cert_file);
        all.emplace_back("ssl.key.location", setting.key_file);
    }
    for (const auto& property : setting.properties) {
        all.push_back(property);
    }
    for (const auto& [name, value] : all) {
        if (::rd_kafka_conf_set(made.get(), name.c_str(), value.c_str(), why.data(), why.size()) !=
            RD_KAFKA_CONF_OK) {
            return Error{why.data()};
        }
    }
    ::rd_kafka_conf_set_dr_msg_cb(made.get(), note_report);
    ::rd_kafka_conf_set_opaque(made.get(), &batch);
    return made;
}

}  // namespace

Result<Remote> connect_kafka(const OutputOptions& options) {
    auto batch = std::make_unique<Batch>();
    Result<Settings> settings = make_settings(options.setting, *batch);
    if (!settings) {
        return settings.error();
    }
    std::array<char, 512> why{};
    Producer producer(::rd_kafka_new(RD_KAFKA_PRODUCER, settings->get(), why.data(), why.size()));
    if (!producer) {
        return Error{why.data()};
    }
    static_cast<void>(settings->release());  // it is the producer's now
    const auto encode = [format = options.format, how = options.format_options](
                            const Alert& alert, std::string& out) { format(alert, how, out); };
    return Remote{std::make_unique<Kafka>(std::move(producer), std::move(batch), options), encode};
}

}  // namespace saker::outputs
