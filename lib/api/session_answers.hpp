#pragma once

#include "accounts/bearer_tokens.hpp"
#include "accounts/sessions.hpp"
#include "api/session_cookies.hpp"
#include "http/message.hpp"

namespace watchword::api {

// Where a client has the tokens of its session.
enum class token_carrier { body, cookies };

// What clients are answered whose sessions begin, go on or end. Thread-safe. Everything referred to must outlive it.
class session_answers {
public:
    // Without cookies nobody has tokens in them.
    explicit session_answers(accounts::bearer_tokens&, session_cookies* = nullptr);

    // Where the request's access token came from.
    token_carrier carrier_of(const http::request&) const noexcept;

    // Its tokens; the failure if they cannot be made.
    core::task<http::response> grant(http::status, accounts::session_grant, token_carrier);
    // 204 to whoever asked for the end of its own session: a browser forgets it.
    http::response signed_out(const http::request&) const;

private:
    http::response answer_in_cookies(http::status, const accounts::session_grant&,
                                     const accounts::bearer_tokens::issued&);

    accounts::bearer_tokens& tokens_;
    session_cookies* const cookies_;
};

} // namespace watchword::api
