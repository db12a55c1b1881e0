#include "console/console.hpp"

#include "console/bundle.hpp"
#include "http/accept_encoding.hpp"
#include "http/conditional.hpp"

#include <map>
#include <memory>
#include <stdexcept>
#include <string>

namespace watchword::console {
namespace {

using http::request;
using http::response;

constexpr std::string_view policy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                                    "img-src 'self' data:; form-action 'none'; frame-ancestors 'none'; "
                                    "base-uri 'none'";
constexpr std::string_view page_type = "text/html; charset=utf-8";

std::string_view content_type(std::string_view name)
{
    if (name.ends_with(".html")) return page_type;
    if (name.ends_with(".js")) return "text/javascript; charset=utf-8";
    if (name.ends_with(".css")) return "text/css; charset=utf-8";
    throw std::logic_error("the console's bundle has a file of an unknown type: " + std::string(name));
}

// One form of a file that is sent.
struct body {
    explicit body(std::string_view text)
        : bytes(std::make_shared<const std::string>(text)), tag(http::make_entity_tag(text))
    {}

    std::shared_ptr<const std::string> bytes;
    std::string tag;
};

struct file {
    explicit file(const bundled_file& f) : type(content_type(f.name)), plain(f.bytes), compressed(f.compressed) {}

    // `may_keep`: the request says which version it wants, so that nothing else can ever be answered.
    response answer(const request& q, bool may_keep) const
    {
        const bool with_gzip = http::prefers_gzip(q);
        const auto& b = with_gzip ? compressed : plain;
        response r(http::status::ok, type, b.bytes);
        r.never_compress(); // it is, or was not wanted
        if (with_gzip) r.set("Content-Encoding", "gzip");
        r.set("Vary", "Accept-Encoding");
        r.set("ETag", b.tag);
        r.set("Cache-Control", may_keep ? "public, max-age=31536000, immutable" : "no-cache");
        if (type == page_type) r.set("Content-Security-Policy", policy);
        return http::not_modified_if_matched(q, std::move(r));
    }

    std::string_view type;
    body plain, compressed;
};

class files {
public:
    files()
    {
        for (const auto& f : bundle()) all_.emplace(f.name, f);
    }

    const file& page(std::string_view name) const { return all_.at(name); }

    // A file below /console/ that is no page; null if there is none.
    const file* find(std::string_view path) const
    {
        constexpr std::string_view place = "/console/";
        if (!path.starts_with(place)) return nullptr;
        const auto found = all_.find(path.substr(place.size()));
        return found == all_.end() || found->second.type == page_type ? nullptr : &found->second;
    }

    // Whether the pages name exactly this target, with the version of what is here.
    bool is_named(std::string_view target) const
    {
        std::string attribute = "\"";
        attribute.append(target).append("\"");
        return page("index.html").plain.bytes->find(attribute) != std::string::npos;
    }

private:
    std::map<std::string_view, file, std::less<>> all_;
};

// Of a file that lives as long as the router.
core::task<response> answer(const file& f, const request& q, bool may_keep)
{
    auto answered = f.answer(q, may_keep);
    co_return answered;
}

} // namespace

void add_routes(http::router& r)
{
    const auto all = std::make_shared<const files>();
    const auto add_page = [&](std::string_view path, std::string_view name) {
        r.add(http::method::get, path, [all, name](request& q) { return answer(all->page(name), q, false); });
    };
    add_page("/console", "index.html");
    add_page("/account", "account.html");
    add_page("/account/{*}", "account.html");
    r.add(http::method::get, "/console/{*}", [all](request& q) {
        const auto* const asset = all->find(q.path);
        return asset ? answer(*asset, q, all->is_named(q.target)) : answer(all->page("index.html"), q, false);
    });
}

} // namespace watchword::console
