#include "api/jwks.hpp"

#include "http/conditional.hpp"

#include <algorithm>

namespace watchword::api {
namespace {

std::string cache_control(std::chrono::milliseconds publish_ahead)
{
    using std::chrono::seconds;
    constexpr seconds longest{3600};
    const auto age = std::min(longest, std::chrono::floor<seconds>(publish_ahead / 2));
    return "public, max-age=" + std::to_string(age.count());
}

} // namespace

jwks::jwks(const accounts::key_ring& k, std::chrono::milliseconds publish_ahead)
    : keys_(k), cache_control_(cache_control(publish_ahead))
{}

void jwks::add_routes(http::router& r)
{
    r.add(http::method::get, "/.well-known/jwks.json", [this](http::request& q) { return answer(q); });
}

core::task<http::response> jwks::answer(http::request& q)
{
    const auto all = keys_.current();
    http::response r(http::status::ok, "application/jwk-set+json", all->jwks());
    r.set("ETag", all->jwks_tag());
    r.set("Cache-Control", cache_control_);
    auto answered = http::not_modified_if_matched(q, std::move(r));
    co_return answered;
}

} // namespace watchword::api
