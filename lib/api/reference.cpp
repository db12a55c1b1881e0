#include "api/reference.hpp"

#include "api/reference_page.hpp"
#include "http/conditional.hpp"

#include <boost/json/serialize.hpp>

#include <utility>

namespace watchword::api {
namespace {

constexpr std::string_view policy = "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; "
                                    "frame-ancestors 'none'";

operation resource_operation(std::string path, std::string id, std::string summary, std::string type, schema body)
{
    operation o;
    o.path = std::move(path);
    o.id = std::move(id);
    o.group = "Description";
    o.summary = std::move(summary);
    o.answers = {{http::status::ok, "The same for everybody; If-None-Match asks whether it has changed.",
                  std::move(body), std::move(type)}};
    o.tagged = true;
    return o;
}

} // namespace

reference::reference(operations& all, const std::string& version)
{
    const auto route = [this](resource reference::*which) {
        return http::handler([this, which](http::request& q) { return answer(this->*which, q); });
    };
    all.add(resource_operation("/openapi.json", "describeApi", "The description of this API (OpenAPI 3.1)",
                               "application/json", open_object()),
            route(&reference::description_));
    all.add(resource_operation("/docs", "showReference", "The same for people", "text/html", text()),
            route(&reference::page_));
    all.add(resource_operation("/docs/style.css", "showReferenceStyle", "The page's style sheet", "text/css", text()),
            route(&reference::style_));
    description_ = made(boost::json::serialize(all.describe(version)) + "\n", "application/json");
    page_ = made(reference_page(all, version), "text/html; charset=utf-8");
    style_ = made(std::string(reference_style()), "text/css; charset=utf-8");
}

reference::resource reference::made(std::string body, std::string_view type)
{
    auto tag = http::make_entity_tag(body);
    return {std::make_shared<const std::string>(std::move(body)), std::move(tag), type,
            type.starts_with("text/html") ? policy : std::string_view()};
}

core::task<http::response> reference::answer(const resource& what, http::request& q)
{
    http::response r(http::status::ok, what.type, what.body);
    r.set("ETag", what.tag);
    r.set("Cache-Control", "no-cache"); // to be asked for anew, which costs a 304
    if (!what.policy.empty()) r.set("Content-Security-Policy", what.policy);
    auto answered = http::not_modified_if_matched(q, std::move(r));
    co_return answered;
}

} // namespace watchword::api
