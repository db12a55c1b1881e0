#include "http/compression.hpp"

#include "core/text.hpp"
#include "http/accept_encoding.hpp"

#include <chrono>

namespace watchword::http {
namespace {

constexpr std::size_t at_once_up_to = 16 * 1024;   // bytes; about 50 us
constexpr std::chrono::milliseconds patience{100}; // then a response is sent as it is

core::deadline latest_start()
{
    return std::chrono::steady_clock::now() + patience;
}

bool is_text(std::string_view content_type)
{
    const auto essence = core::trim(content_type.substr(0, content_type.find(';')));
    return essence == "application/json" || essence.ends_with("+json") || essence.starts_with("text/");
}

void mark_encoded(response& r)
{
    r.append_lines("Content-Encoding: gzip\r\nVary: Accept-Encoding\r\n");
    const std::string tag(r.header("ETag"));
    if (tag.starts_with('"')) r.replace("ETag", "W/" + tag);
}

} // namespace

// The pieces of another stream, compressed.
class compression::stream {
public:
    stream(compression& c, body_stream source) : compression_(&c), source_(std::move(source)) {}

    core::task<core::result<std::string>> operator()()
    {
        if (ended_) co_return std::string();
        auto piece = co_await source_();
        if (!piece) co_return piece.error();
        if (piece->empty()) {
            ended_ = true;
            co_return pieces_.end();
        }
        if (piece->size() <= at_once_up_to) co_return pieces_.compress(*piece, compression_->deflaters_.local());
        const auto work = [&](std::size_t) -> core::result<std::string> {
            return pieces_.compress(*piece, compression_->deflaters_.local());
        };
        const auto latest = latest_start();
        auto compressed = co_await compression_->pool_.run(work, latest);
        if (!compressed) co_return pieces_.store(*piece);
        co_return std::move(*compressed);
    }

private:
    compression* compression_;
    body_stream source_;
    gzip_pieces pieces_;
    bool ended_ = false;
};

compression::compression(compression_settings s, core::workers& pool)
    : settings_(s), pool_(pool), deflaters_([] { return deflater(); })
{}

void compression::add_to(router& routes)
{
    routes.use([this](handler next) -> handler {
        return [this, next = std::move(next)](request& q) { return prefers_gzip(q) ? answer(next, q) : next(q); };
    });
    routes.finish_with([this](request&, response& r) {
        if (r.status() == status::not_modified || is_compressible(r)) r.append_lines("Vary: Accept-Encoding\r\n");
    });
}

bool compression::is_compressible(const response& r) const
{
    return (r.streams() || r.body().size() >= settings_.least_bytes) && r.may_be_compressed() &&
           is_text(r.content_type()) && r.status() != status::no_content && r.status() != status::not_modified &&
           !r.has("Content-Encoding");
}

core::task<response> compression::answer(const handler& next, request& q)
{
    response r = co_await next(q);
    if (!is_compressible(r)) co_return r;
    if (r.streams()) {
        r.replace_stream(stream(*this, std::move(r.stream())));
        mark_encoded(r);
    } else {
        co_await compress_body(r);
    }
    co_return r;
}

core::task<> compression::compress_body(response& r)
{
    if (!r.shared_body()) {
        auto compressed = co_await compress(r.body());
        if (!compressed || compressed->size() >= r.body().size()) co_return;
        r.replace_body(std::move(*compressed));
        mark_encoded(r);
        co_return;
    }
    auto found = remembered_.find(r.shared_body());
    if (found.begun) {
        auto compressed = co_await compress(r.body());
        if (!compressed) co_return;
        if (compressed->size() < r.body().size()) {
            compressed->shrink_to_fit();
            found.compressed = std::make_shared<const std::string>(std::move(*compressed));
        }
        found.begun.keep(found.compressed);
    }
    if (!found.compressed) co_return;
    r.replace_body(std::move(found.compressed));
    mark_encoded(r);
}

// Errors: those of the pool.
core::task<core::result<std::string>> compression::compress(std::string_view body)
{
    const auto work = [&](std::size_t) -> core::result<std::string> { return gzip(body, deflaters_.local()); };
    if (body.size() <= at_once_up_to) co_return work(0);
    const auto latest = latest_start();
    co_return co_await pool_.run(work, latest);
}

} // namespace watchword::http
