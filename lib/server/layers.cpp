#include "server/layers.hpp"

namespace watchword::server {
namespace {

http::cors_settings cors_settings(const settings::cors_group& s)
{
    http::cors_settings c;
    c.origins = s.origins;
    c.credentials = s.credentials;
    c.headers = s.headers;
    c.max_age = s.max_age;
    return c;
}

// A body waits 100 ms at most (http::compression); more of them than these could not be done in that time.
constexpr std::size_t compressing_queue = 32;

} // namespace

layers::layers(const settings::settings& s, core::random_source& random)
    : ids_(random, s.log.access ? http::request_ids::when::always : http::request_ids::when::needed)
{
    if (!s.cors.origins.empty()) cors_.emplace(cors_settings(s.cors));
    if (!s.http.compression) return;
    compressing_.emplace(core::workers::settings{"compress", 1, compressing_queue});
    compression_.emplace(http::compression_settings{s.http.compression_bytes}, *compressing_);
}

void layers::add_to(http::router& routes)
{
    routes.identify_by(ids_);
    if (cors_) cors_->add_to(routes);
    if (compression_) compression_->add_to(routes);
}

} // namespace watchword::server
