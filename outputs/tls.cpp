#include "outputs/tls.h"

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <poll.h>

#include <array>

namespace saker::outputs {
namespace {

/// What OpenSSL last complained of in this thread.
Error tls_error(const std::string& doing) {
    const unsigned long code = ::ERR_get_error();
    ::ERR_clear_error();
    const char* reason = ::ERR_reason_error_string(code);
    return Error{doing + ": " + (reason != nullptr ? reason : "the connection broke")};
}

Result<void> wait_as_asked(const ssl_st* connection, int fd, int answer, const Patience& patience,
                           const std::string& doing) {
    switch (::SSL_get_error(connection, answer)) {
        case SSL_ERROR_WANT_READ:
            return wait_for(fd, POLLIN, patience);
        case SSL_ERROR_WANT_WRITE:
            return wait_for(fd, POLLOUT, patience);
        default:
            return tls_error(doing);
    }
}

bool is_number(const std::string& host) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    return ::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
           ::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

/// The name the certificate must be for.
void expect_host(ssl_st* connection, const std::string& host) {
    if (is_number(host)) {
        ::X509_VERIFY_PARAM_set1_ip_asc(::SSL_get0_param(connection), host.c_str());
    } else {
        ::SSL_set1_host(connection, host.c_str());
        ::SSL_set_tlsext_host_name(connection, host.c_str());
    }
}

}  // namespace

void TlsContext::Free::operator()(ssl_ctx_st* context) const {
    ::SSL_CTX_free(context);
}

void Tls::Free::operator()(ssl_st* connection) const {
    ::SSL_free(connection);
}

Result<TlsContext> TlsContext::make(const TlsOptions& options) {
    TlsContext made;
    made.context_.reset(::SSL_CTX_new(::TLS_client_method()));
    SSL_CTX* context = made.context_.get();
    if (context == nullptr) {
        return tls_error("TLS");
    }
    ::SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    ::SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    ::SSL_CTX_set_mode(context,
                       SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    const bool trusts =
        options.ca_file.empty()
            ? ::SSL_CTX_set_default_verify_paths(context) == 1
            : ::SSL_CTX_load_verify_locations(context, options.ca_file.c_str(), nullptr) == 1;
    if (!trusts) {
        return tls_error(options.ca_file);
    }
    if (!options.cert_file.empty() &&
        (::SSL_CTX_use_certificate_chain_file(context, options.cert_file.c_str()) != 1 ||
         ::SSL_CTX_use_PrivateKey_file(context, options.key_file.c_str(), SSL_FILETYPE_PEM) != 1)) {
        return tls_error(options.cert_file + ", " + options.key_file);
    }
    return made;
}

Result<Tls> Tls::connect(const TlsContext& context, int fd, const std::string& host,
                         const Patience& patience) {
    Tls made;
    made.fd_ = fd;
    made.connection_.reset(::SSL_new(context.get()));
    ssl_st* connection = made.connection_.get();
    if (connection == nullptr || ::SSL_set_fd(connection, fd) != 1) {
        return tls_error("TLS");
    }
    expect_host(connection, host);
    int answer = 0;
    while ((answer = ::SSL_connect(connection)) != 1) {
        if (const Result<void> ready = wait_as_asked(connection, fd, answer, patience, "TLS");
            !ready) {
            return std::move(Error(ready.error())).within(host);
        }
    }
    return made;
}

Result<void> Tls::send_all(std::string_view bytes, const Patience& patience) {
    while (!bytes.empty()) {
        size_t sent = 0;
        const int answer = ::SSL_write_ex(connection_.get(), bytes.data(), bytes.size(), &sent);
        bytes.remove_prefix(sent);
        if (answer == 1) {
            continue;
        }
        if (const Result<void> ready =
                wait_as_asked(connection_.get(), fd_, answer, patience, "TLS");
            !ready) {
            return ready.error();
        }
    }
    return {};
}

Result<void> Tls::check_open() {
    std::array<char, 4096> thrown_away{};
    size_t got = 0;
    while (::SSL_read_ex(connection_.get(), thrown_away.data(), thrown_away.size(), &got) == 1) {
    }
    const int why = ::SSL_get_error(connection_.get(), 0);
    if (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE) {
        return {};
    }
    return tls_error("the receiver closed the connection");
}

}  // namespace saker::outputs
