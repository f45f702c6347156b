#include "outputs/http.h"

#include <curl/curl.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <fstream>
#include <optional>

#include "outputs/batch.h"
#include "outputs/gzip.h"
#include "outputs/http_answer.h"

namespace saker::outputs {
namespace {

using std::chrono::milliseconds;

struct CloseCurl {
    void operator()(CURL* curl) const { ::curl_easy_cleanup(curl); }
    void operator()(curl_slist* list) const { ::curl_slist_free_all(list); }
};
using Curl = std::unique_ptr<CURL, CloseCurl>;
using HeaderList = std::unique_ptr<curl_slist, CloseCurl>;

constexpr size_t kMostAnswer = 1024;  // of its body is looked at

size_t keep_start(char* bytes, size_t size, size_t count, void* kept) {
    auto& start = *static_cast<std::string*>(kept);
    start.append(bytes, std::min(size * count, kMostAnswer - start.size()));
    return size * count;
}

/// A nonzero answer ends the transfer.
int is_told_to_stop(void* stopped, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return *static_cast<const std::atomic<bool>*>(stopped) ? 1 : 0;
}

/// The first line of a file, read when needed so that a token can be renewed in place.
Result<std::string> first_line(const std::string& path) {
    std::ifstream file(path);
    std::string line;
    if (!std::getline(file, line) || line.empty()) {
        return Error{path + ": no token can be read from it"};
    }
    return line;
}

class Http final : public Transport {
  public:
    Http(Curl curl, const OutputOptions& options, config::Format format)
        : curl_(std::move(curl)), setting_(options.setting), format_(format) {
        set_up();
    }

    SendReport send(std::span<const Parcel> parcels) override;
    size_t largest_batch() const override { return is_careful_ > 0 ? 1 : setting_.batch; }
    void stop_waiting() override { is_stopped_ = true; }

  private:
    void set_up();
    void set_up_trust();
    Result<HeaderList> headers(bool is_single) const;
    Result<long> post(std::span<const Parcel> parcels);
    milliseconds asked_patience() const;
    SendReport judge(long status, std::span<const Parcel> parcels);

    const Curl curl_;
    const config::OutputSetting setting_;
    const config::Format format_;
    std::array<char, CURL_ERROR_SIZE> why_{};
    std::string answer_;     // how the last one's body begins
    size_t is_careful_ = 0;  // parcels to send one by one: one of them was refused
    std::atomic<bool> is_stopped_ = false;
};

void Http::set_up() {
    CURL* curl = curl_.get();
    ::curl_easy_setopt(curl, CURLOPT_URL, setting_.url.c_str());
    ::curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    ::curl_easy_setopt(curl, CURLOPT_POST, 1L);
    ::curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    ::curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    const auto patience = static_cast<long>(setting_.timeout.value.count());
    ::curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, patience);
    ::curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, patience);
    ::curl_easy_setopt(curl, CURLOPT_USERAGENT, "saker/" SAKER_VERSION);
    ::curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why_.data());
    ::curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep_start);
    ::curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer_);
    ::curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    ::curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, is_told_to_stop);
    ::curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &is_stopped_);
    set_up_trust();
}

void Http::set_up_trust() {
    CURL* curl = curl_.get();
    ::curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    ::curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    ::curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    const auto set_file = [&](CURLoption option, const std::string& path) {
        if (!path.empty()) {
            ::curl_easy_setopt(curl, option, path.c_str());
        }
    };
    set_file(CURLOPT_CAINFO, setting_.ca_file);
    set_file(CURLOPT_SSLCERT, setting_.cert_file);
    set_file(CURLOPT_SSLKEY, setting_.key_file);
}

Result<HeaderList> Http::headers(bool is_single) const {
    HeaderList list;
    const auto add = [&](const std::string& header) {
        list.reset(::curl_slist_append(list.release(), header.c_str()));
    };
    add(std::string("Content-Type: ") + content_type(format_, setting_.batch_form, is_single));
    add("Expect:");  // curl would wait a second for a leave that many receivers never give
    if (setting_.gzip) {
        add("Content-Encoding: gzip");
    }
    if (!setting_.token_file.empty()) {
        const Result<std::string> token = first_line(setting_.token_file);
        if (!token) {
            return token.error();
        }
        add("Authorization: Bearer " + *token);
    }
    for (const auto& [name, value] : setting_.headers) {
        add(name + ": " + value);
    }
    return list;
}

/// The status the receiver answered with.
Result<long> Http::post(std::span<const Parcel> parcels) {
    std::string body;
    append_batch(parcels, format_, setting_.batch_form, body);
    if (setting_.gzip) {
        Result<std::string> packed = gzip(body);
        if (!packed) {
            return packed.error();
        }
        body = std::move(*packed);
    }
    const Result<HeaderList> list = headers(parcels.size() == 1);
    if (!list) {
        return list.error();
    }
    ::curl_easy_setopt(curl_.get(), CURLOPT_HTTPHEADER, list->get());
    ::curl_easy_setopt(curl_.get(), CURLOPT_POSTFIELDS, body.data());
    ::curl_easy_setopt(curl_.get(), CURLOPT_POSTFIELDSIZE_LARGE,
                       static_cast<curl_off_t>(body.size()));
    why_[0] = '\0';
    answer_.clear();
    const CURLcode done = ::curl_easy_perform(curl_.get());
    // The list and the body end here; curl must not remember them.
    ::curl_easy_setopt(curl_.get(), CURLOPT_HTTPHEADER, nullptr);
    ::curl_easy_setopt(curl_.get(), CURLOPT_POSTFIELDS, nullptr);
    if (done != CURLE_OK) {
        return Error{setting_.url + ": " + (why_[0] ? why_.data() : ::curl_easy_strerror(done))};
    }
    long status = 0;
    ::curl_easy_getinfo(curl_.get(), CURLINFO_RESPONSE_CODE, &status);
    return status;
}

milliseconds Http::asked_patience() const {
    curl_header* header = nullptr;
    if (::curl_easy_header(curl_.get(), "Retry-After", 0, CURLH_HEADER, -1, &header) != CURLHE_OK) {
        return milliseconds(0);
    }
    return retry_after(header->value);
}

SendReport Http::judge(long status, std::span<const Parcel> parcels) {
    const HttpVerdict verdict = verdict_of(status, answer_);
    if (verdict == HttpVerdict::taken) {
        is_careful_ -= std::min(is_careful_, parcels.size());
        return {parcels.size()};
    }
    const std::string error = setting_.url + ": answered " + std::to_string(status);
    if (verdict == HttpVerdict::later) {
        return {0, false, error, asked_patience()};
    }
    if (parcels.size() > 1) {
        // One of them is to blame: find it by sending each alone.
        is_careful_ = parcels.size();
        return {0, false, error + " to a batch"};
    }
    is_careful_ -= std::min<size_t>(is_careful_, 1);
    return {0, true, error + ": alert " + parcels.front().id + " is given up"};
}

SendReport Http::send(std::span<const Parcel> parcels) {
    const Result<long> status = post(parcels);
    if (!status) {
        return {0, false, status.error().text()};
    }
    return judge(*status, parcels);
}

Result<void> check_readable(const std::string& path) {
    if (!path.empty() && !std::ifstream(path)) {
        return Error{path + ": cannot be read"};
    }
    return {};
}

}  // namespace

milliseconds retry_after(std::string_view value) {
    static constexpr uint32_t kMostSeconds = 3600;
    uint32_t seconds = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), seconds);
    if (error != std::errc() || end != value.data() + value.size()) {
        return milliseconds(0);
    }
    return std::chrono::seconds(std::min(seconds, kMostSeconds));
}

Result<Remote> connect_http(const OutputOptions& options) {
    const config::OutputSetting& setting = options.setting;
    if (!setting.url.starts_with("http://") && !setting.url.starts_with("https://")) {
        return Error{"'" + setting.url + "' is no URL of http or https"};
    }
    for (const auto& [name, value] : setting.headers) {
        if (name.find_first_of(": \r\n") != std::string::npos ||
            value.find_first_of("\r\n") != std::string::npos) {
            return Error{"'" + name + "' is no header with a value of one line"};
        }
    }
    for (const auto* path :
         {&setting.token_file, &setting.ca_file, &setting.cert_file, &setting.key_file}) {
        if (const Result<void> readable = check_readable(*path); !readable) {
            return readable.error();
        }
    }
    Curl curl(::curl_easy_init());
    if (!curl) {
        return Error{"curl cannot be used"};
    }
    const auto encode = [format = options.format, how = options.format_options](
                            const Alert& alert, std::string& out) { format(alert, how, out); };
    return Remote{std::make_unique<Http>(std::move(curl), options, options.setting.format), encode};
}

}  // namespace saker::outputs
