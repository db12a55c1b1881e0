#pragma once

#include "accounts/bearer_tokens.hpp"
#include "accounts/csrf_tokens.hpp"
#include "accounts/sessions.hpp"
#include "core/error.hpp"
#include "core/secret.hpp"
#include "http/message.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace watchword::api {

// Why a request that came with cookies is not carried out.
enum class forgery {
    none,
    cross_origin, // a page of another origin made it
    csrf_token,   // nothing shows that a page of this one did
};
// 403 with the code cross_origin_request or csrf_token_invalid.
http::response refuse(forgery);

// A browser's session in cookies of this host alone (`__Host-`: Secure, Path=/, no Domain):
//
//   __Host-watchword-access   the access token, until it expires. HttpOnly; SameSite=Lax: who follows a link from
//                             elsewhere is signed in, and nothing else from elsewhere carries it
//   __Host-watchword-refresh  the refresh token, as long as the session. HttpOnly; SameSite=Strict: only pages of this
//                             site refresh
//   __Host-watchword-csrf     the session's CSRF token, as long, for scripts. SameSite=Strict: no request needs it
//
// A request that changes something shows the CSRF token in X-CSRF-Token besides. That is OWASP's signed double submit,
// with the token judged by the session it was made for instead of by the cookie beside it: whoever could set cookies
// here, from a subdomain or the wire, would gain nothing. It is a cookie and no endpoint because a page that is loaded
// after its access token has expired needs it to refresh. Cookies know no ports: what pages on another port of this
// host can read too, SameSite does not stop either, so that the request's origin is judged besides.
//
// Thread-safe.
class session_cookies {
public:
    // `trusted_origins`: whose pages may use the cookies besides this host's own, exactly as browsers send them; they
    // must be of the same site, or browsers send no cookies, and need CORS with credentials. Throws
    // std::invalid_argument for a secret of fewer than 32 bytes.
    explicit session_cookies(const core::secret_string& secret, std::vector<std::string> trusted_origins = {});

    // The access token of the request's cookie. Empty if there is none, if there are several, as those who toss cookies
    // at a host make them, or if there is an Authorization field: that one always counts. Points into the request.
    static std::string_view find_access_token(const http::request&) noexcept;
    // The refresh token of the request's cookie; the same, but Authorization does not matter.
    static std::string_view find_refresh_token(const http::request&) noexcept;

    // Sets all three. too_large: the access token does not fit into a cookie (4096 bytes with its name).
    core::result<void> give(http::response&, const accounts::session_grant&, const accounts::bearer_tokens::issued&);
    // Removes them.
    static void remove(http::response&);

    std::string csrf_token_of(std::string_view session_id) { return csrf_.issue(session_id); }

    // Whether a page of another origin made the request, as far as the browser says: http::is_cross_origin.
    bool is_cross_origin(const http::request&) const noexcept;
    // What is wrong with a request of that session, whose token came in a cookie. Nothing with GET, HEAD and OPTIONS,
    // unless X-Forwarded-Method or X-Original-Method names another method: a proxy asks about that request, with the
    // fields it had (GET /v1/verify). A proxy that does not tell the method leaves requests that change something to
    // SameSite alone. Does not allocate, but for a thread's first call.
    forgery find_forgery(const http::request&, std::string_view session_id);

private:
    accounts::csrf_tokens csrf_;
    const std::vector<std::string> trusted_origins_;
};

} // namespace watchword::api
