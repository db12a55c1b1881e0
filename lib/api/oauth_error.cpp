#include "api/oauth_error.hpp"

#include "api/answers.hpp"
#include "api/json_text.hpp"

namespace watchword::api {

http::response answer(const oauth_error& e)
{
    std::string body = "{\"error\":";
    append_json_string(body, e.code);
    body.append(",\"error_description\":");
    append_json_string(body, e.description);
    body.append("}\n");
    http::response r(e.status, "application/json", std::move(body));
    if (e.status == http::status::unauthorized)
        r.set("WWW-Authenticate", "Basic realm=\"watchword\", charset=\"UTF-8\"");
    return r;
}

http::response oauth_failure(core::error_code ec)
{
    const auto told = failure(ec);
    const bool may_be_repeated = told.status() == http::status::service_unavailable;
    auto r = may_be_repeated
                 ? answer({told.status(), "temporarily_unavailable", "The server cannot do this now; try again."})
                 : answer({told.status(), "server_error", "The server failed to answer this request."});
    if (told.has("Retry-After")) r.set("Retry-After", told.header("Retry-After"));
    return r;
}

} // namespace watchword::api
