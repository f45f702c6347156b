#include "engine/containers/unix_http.h"

#include <curl/curl.h>

#include <utility>

namespace saker::containers {
namespace {

constexpr long kLongestWait = 1000;  // ms
constexpr size_t kLargestBody = size_t{4} << 20;

size_t take_body(char* bytes, size_t size, size_t count, void* into) {
    auto& body = *static_cast<std::string*>(into);
    if (body.size() + size * count > kLargestBody) {
        return 0;  // ends the transfer
    }
    body.append(bytes, size * count);
    return size * count;
}

}  // namespace

UnixHttp::UnixHttp(std::string socket) : socket_(std::move(socket)), handle_(::curl_easy_init()) {}

UnixHttp::~UnixHttp() {
    ::curl_easy_cleanup(handle_);
}

Result<HttpAnswer> UnixHttp::get(const std::string& path) {
    if (!handle_) {
        return Error{"libcurl gives no handle"};
    }
    HttpAnswer answer;
    const std::string url = "http://localhost" + path;
    ::curl_easy_setopt(handle_, CURLOPT_UNIX_SOCKET_PATH, socket_.c_str());
    ::curl_easy_setopt(handle_, CURLOPT_URL, url.c_str());
    ::curl_easy_setopt(handle_, CURLOPT_PROXY, "");
    ::curl_easy_setopt(handle_, CURLOPT_PROTOCOLS_STR, "http");
    ::curl_easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
    ::curl_easy_setopt(handle_, CURLOPT_TIMEOUT_MS, kLongestWait);
    ::curl_easy_setopt(handle_, CURLOPT_WRITEFUNCTION, take_body);
    ::curl_easy_setopt(handle_, CURLOPT_WRITEDATA, &answer.body);
    const CURLcode done = ::curl_easy_perform(handle_);
    if (done != CURLE_OK) {
        return Error{socket_ + ": " + ::curl_easy_strerror(done)};
    }
    ::curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &answer.status);
    return answer;
}

}  // namespace saker::containers
