// TLS over a connected socket.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "outputs/socket.h"

struct ssl_ctx_st;
struct ssl_st;

namespace saker::outputs {

struct TlsOptions {
    std::string ca_file;    // empty: the system's authorities
    std::string cert_file;  // of ours, with its key; empty: none
    std::string key_file;
};

/// What connections of one output have in common.
class TlsContext {
  public:
    static Result<TlsContext> make(const TlsOptions& options);

    ssl_ctx_st* get() const { return context_.get(); }

  private:
    struct Free {
        void operator()(ssl_ctx_st* context) const;
    };
    std::unique_ptr<ssl_ctx_st, Free> context_;
};

/// One connection; the socket is a loan for its life.
class Tls {
  public:
    /// Proves that the other side is `host`, by name or address.
    static Result<Tls> connect(const TlsContext& context, int fd, const std::string& host,
                               const Patience& patience);

    Result<void> send_all(std::string_view bytes, const Patience& patience);

    /// An error when the other side closed the connection.
    Result<void> check_open();

  private:
    struct Free {
        void operator()(ssl_st* connection) const;
    };
    std::unique_ptr<ssl_st, Free> connection_;
    int fd_ = -1;
};

}  // namespace saker::outputs
