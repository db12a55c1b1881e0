#pragma once

#include "support/test_form.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace watchword::test {

class tls_client;

using name_values = std::vector<std::pair<std::string, std::string>>;

struct http_response {
    int status = 0;
    std::string reason;
    name_values headers; // in the order sent
    std::string body;    // chunks joined

    // The value of the first field of that name in any case; empty if there is none.
    std::string header(std::string_view name) const;
};

// A blocking HTTP/1.1 client over one connection that is kept open. It sends what it is told, so that broken requests
// can be sent too. Every wait has a time limit. One thread. Members throw std::runtime_error: connection refused,
// closed or silent for too long, an answer that is no HTTP.
class http_client {
public:
    // `address` is as a server says where it listens: ADDRESS:PORT, IPv6 in brackets; https://ADDRESS:PORT, whose
    // certificate may be anyone's; unix:PATH.
    explicit http_client(const std::string& address,
                         std::chrono::milliseconds limit = at_most(std::chrono::seconds(20)));
    ~http_client();
    http_client(const http_client&) = delete;
    http_client& operator=(const http_client&) = delete;

    void send(std::string_view bytes);
    // No more will be sent.
    void finish_sending();
    // The next response of the connection; of one to HEAD, no body is read.
    http_response read_response(bool to_head = false);
    // Waits for the end of the connection: whether it comes before any other byte, and in time.
    bool is_closed();
    // Whether the server has closed its side by now, as far as this machine knows; a client looks before it sends.
    bool has_ended();
    // After a failed send() or read_response(): whether the server had closed its side before what was sent last
    // arrived, so that it never saw it. No server can prevent that; clients send such a request again.
    bool crossed_the_end() const;

    // A whole request with Host and, if there is a body or a content type, Content-Length.
    http_response exchange(std::string_view method, std::string_view target, const name_values& headers = {},
                           std::string_view body = {});
    http_response get(std::string_view target, const std::string& token = {}); // as x-access-token
    http_response form_post(std::string_view target, const name_values& fields);
    http_response multipart_post(std::string_view target, const name_values& fields);
    http_response json_post(std::string_view target, std::string_view json);

private:
    bool receive(); // false at the end of the connection
    bool receive_secure();
    void send_secure(std::string_view bytes);
    std::string read_line();
    std::string read_exactly(std::size_t size);
    std::string read_chunks();

    std::string host_;
    std::string received_;
    int socket_ = -1;
    bool is_broken_pipe_ = false; // a send found the other side closed
    std::unique_ptr<tls_client> tls_;
};

std::string request_bytes(std::string_view method, std::string_view target, const name_values& headers = {},
                          std::string_view body = {});
// application/x-www-form-urlencoded; only letters and digits stay as they are.
std::string encode_form(const name_values& fields);

} // namespace watchword::test
