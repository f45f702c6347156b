// librdkafka's own cluster of mock brokers, over real sockets.
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <map>

#include "tests/outputs/scene.h"

using namespace saker;
using namespace saker::testing;
using nlohmann::json;

namespace {

struct Message {
    std::string key;
    std::map<std::string, std::string> headers;
    json alert;
};

class Brokers {
  public:
    Brokers() : owner_(make(RD_KAFKA_PRODUCER, {})) {
        cluster_ = ::rd_kafka_mock_cluster_new(owner_, 1);
        REQUIRE(cluster_ != nullptr);
        ::rd_kafka_mock_topic_create(cluster_, "alerts", 1, 1);
        reader_ = make(RD_KAFKA_CONSUMER, {{"bootstrap.servers", addresses()},
                                           {"group.id", "test"},
                                           {"auto.offset.reset", "earliest"}});
        rd_kafka_topic_partition_list_t* from = ::rd_kafka_topic_partition_list_new(1);
        ::rd_kafka_topic_partition_list_add(from, "alerts", 0)->offset = 0;
        REQUIRE(::rd_kafka_assign(reader_, from) == RD_KAFKA_RESP_ERR_NO_ERROR);
        ::rd_kafka_topic_partition_list_destroy(from);
    }
    ~Brokers() {
        ::rd_kafka_consumer_close(reader_);
        ::rd_kafka_destroy(reader_);
        ::rd_kafka_mock_cluster_destroy(cluster_);
        ::rd_kafka_destroy(owner_);
    }
    Brokers(const Brokers&) = delete;
    Brokers& operator=(const Brokers&) = delete;

    std::string addresses() const { return ::rd_kafka_mock_cluster_bootstraps(cluster_); }
    void set_down(bool is_down) {
        (is_down ? ::rd_kafka_mock_broker_set_down : ::rd_kafka_mock_broker_set_up)(cluster_, 1);
    }
    void refuse(int times) {
        const std::vector<rd_kafka_resp_err_t> errors(static_cast<size_t>(times),
                                                      RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
        ::rd_kafka_mock_push_request_errors_array(cluster_, 0, errors.size(), errors.data());
    }

    Message next() {
        Message got;
        wait_until([&] {
            rd_kafka_message_t* message = ::rd_kafka_consumer_poll(reader_, 100);
            const bool is_one = message != nullptr && message->err == RD_KAFKA_RESP_ERR_NO_ERROR;
            if (is_one) {
                got = read(*message);
            }
            if (message != nullptr) {
                ::rd_kafka_message_destroy(message);
            }
            return is_one;
        });
        return got;
    }

  private:
    static rd_kafka_t* make(rd_kafka_type_t type, const std::map<std::string, std::string>& how) {
        rd_kafka_conf_t* settings = ::rd_kafka_conf_new();
        std::array<char, 256> why{};
        ::rd_kafka_conf_set(settings, "log_level", "0", why.data(), why.size());
        for (const auto& [name, value] : how) {
            ::rd_kafka_conf_set(settings, name.c_str(), value.c_str(), why.data(), why.size());
        }
        rd_kafka_t* made = ::rd_kafka_new(type, settings, why.data(), why.size());
        REQUIRE(made != nullptr);
        return made;
    }

    static Message read(const rd_kafka_message_t& message) {
        Message got;
        got.key =
            message.key ? std::string(static_cast<const char*>(message.key), message.key_len) : "";
        got.alert =
            json::parse(std::string(static_cast<const char*>(message.payload), message.len));
        rd_kafka_headers_t* headers = nullptr;
        ::rd_kafka_message_headers(&message, &headers);
        const char* name = nullptr;
        const void* value = nullptr;
        size_t size = 0;
        for (size_t i = 0;
             headers != nullptr && ::rd_kafka_header_get_all(headers, i, &name, &value, &size) ==
                                       RD_KAFKA_RESP_ERR_NO_ERROR;
             ++i) {
            got.headers[name] = std::string(static_cast<const char*>(value), size);
        }
        return got;
    }

    rd_kafka_t* owner_;
    rd_kafka_mock_cluster_t* cluster_ = nullptr;
    rd_kafka_t* reader_ = nullptr;
};

config::OutputSetting kafka_setting(const Brokers& brokers) {
    config::OutputSetting setting = config::OutputSetting::of_type("kafka");
    setting.brokers = brokers.addresses();
    setting.topic = "alerts";
    setting.timeout.value = std::chrono::seconds(5);
    return setting;
}

}  // namespace

TEST_CASE("alerts arrive in Kafka in order, with key and headers", "[kafka]") {
    Brokers brokers;
    const auto delivery = deliver_to(kafka_setting(brokers));
    offer(*delivery, 0, 200);
    for (int i = 0; i < 200; ++i) {
        const Message got = brokers.next();
        CHECK(got.alert["id"] == std::to_string(i));
        CHECK(got.key == "A rule");
        CHECK(got.headers ==
              std::map<std::string, std::string>{{"id", std::to_string(i)}, {"rule", "A rule"}});
    }
    delivery->finish(kPatience);
    CHECK(delivery->counts().delivered == 200);
}

TEST_CASE("a broker that is down and comes back gets every alert", "[kafka]") {
    Brokers brokers;
    config::OutputSetting setting = kafka_setting(brokers);
    setting.timeout.value = std::chrono::seconds(1);
    setting.properties = {{"reconnect.backoff.max.ms", "200"}};
    const auto delivery = deliver_to(setting);
    offer(*delivery, 0, 10);
    CHECK(brokers.next().alert["id"] == "0");
    brokers.set_down(true);
    offer(*delivery, 10, 10);
    wait_until([&] { return delivery->counts().attempts_failed > 0; });
    brokers.set_down(false);
    std::set<std::string> seen{"0"};
    while (seen.size() < 20) {
        seen.insert(brokers.next().alert["id"]);
    }
    delivery->finish(kPatience);
    CHECK(delivery->counts().delivered == 20);
}

TEST_CASE("a topic we may not write to is tried again until we may", "[kafka]") {
    Brokers brokers;
    brokers.refuse(1);
    const auto delivery = deliver_to(kafka_setting(brokers));
    offer(*delivery, 0, 3);
    for (const char* id : {"0", "1", "2"}) {
        CHECK(brokers.next().alert["id"] == id);
    }
    CHECK(delivery->counts().attempts_failed >= 1);
}

TEST_CASE("a setting librdkafka does not know is said at once", "[kafka]") {
    outputs::OutputOptions options;
    options.setting = config::OutputSetting::of_type("kafka");
    options.setting.brokers = "localhost:1";
    options.setting.topic = "t";
    options.setting.properties = {{"no.such.thing", "1"}};
    const auto opened = outputs::open_output(*outputs::find_output("kafka"), options);
    REQUIRE_FALSE(opened);
    CHECK_THAT(opened.error().text(), Catch::Contains("no.such.thing"));
}
