#include "api/operations.hpp"

#include "core/json.hpp"
#include "http/accept.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <set>
#include <stdexcept>
#include <utility>

namespace watchword::api {
namespace {

namespace json = boost::json;
using http::status;

constexpr std::string_view problem_type = "application/problem+json";

std::set<std::string> names_in(std::string_view path)
{
    std::set<std::string> names;
    for (auto at = path.find('{'); at != path.npos; at = path.find('{', at + 1)) {
        const auto name = path.substr(at + 1, path.find('}', at) - at - 1);
        if (name != "*") names.emplace(name);
    }
    return names;
}

void check(const operation& o, const std::vector<operation>& others)
{
    std::set<std::string> declared;
    for (const auto& p : o.path_parameters) declared.insert(p.name);
    if (declared != names_in(o.path)) throw std::invalid_argument(o.id + ": other parameters than in its path");
    const auto is_taken = [&o](const operation& other) { return other.id == o.id; };
    if (std::any_of(others.begin(), others.end(), is_taken)) throw std::invalid_argument(o.id + ": declared twice");
}

// Media types of the answers that have a body.
std::vector<std::string> offered(const operation& o)
{
    std::vector<std::string> types;
    for (const auto& a : o.answers)
        if (a.body && std::find(types.begin(), types.end(), a.media_type) == types.end()) types.push_back(a.media_type);
    return types;
}

struct negotiated {
    std::vector<std::string> offers;
    http::handler next;

    core::task<http::response> operator()(http::request& q) const
    {
        const auto is_accepted = [&q](const std::string& type) { return http::accepts(q, type); };
        return std::any_of(offers.begin(), offers.end(), is_accepted) ? next(q) : refuse();
    }

    static core::task<http::response> refuse() { co_return http::not_acceptable(); }
};

struct conditional {
    http::handler next;

    core::task<http::response> operator()(http::request& q) const
    {
        return q.header("If-Match").empty() && q.header("If-None-Match").empty() ? refuse() : next(q);
    }

    static core::task<http::response> refuse() { co_return http::precondition_required(); }
};

json::object schema_of_problems()
{
    json::object none;
    const auto error = object_of({{"pointer", text().about("The value at fault (RFC 6901), or a parameter's name.")},
                                  {"code", text()},
                                  {"detail", text()}});
    auto s = object_of({{"type", text()},
                        {"title", text()},
                        {"status", integer(400, 599)},
                        {"code", text().about("What programs should look at; /docs lists them.")},
                        {"detail", text().about("For people.")},
                        {"field", text(), false},
                        {"errors", list_of(error), false}});
    s.open = true;
    s.description = "Problem details (RFC 9457).";
    return describe(s, none);
}

json::object described(const parameter& p, std::string_view in, json::object& components)
{
    json::object o{{"name", p.name}, {"in", core::json_string(in)}, {"required", p.required || in == "path"}};
    if (!p.description.empty()) o["description"] = p.description;
    o["schema"] = describe(p.is, components);
    return o;
}

json::object header_parameter(std::string_view name, std::string_view description, bool required = false)
{
    return {{"name", core::json_string(name)},
            {"in", "header"},
            {"required", required},
            {"description", core::json_string(description)},
            {"schema", json::object{{"type", "string"}}}};
}

json::object content(const schema& s, const std::string& type, const json::value& example, json::object& components)
{
    json::object media{{"schema", describe(s, components)}};
    if (!example.is_null()) media["example"] = example;
    return {{type, std::move(media)}};
}

json::object problem_answer(std::string_view description)
{
    json::object media{{"schema", json::object{{"$ref", "#/components/schemas/Problem"}}}};
    return {{"description", core::json_string(description)},
            {"content", json::object{{core::json_string(problem_type), std::move(media)}}}};
}

std::string code_text(status s)
{
    return std::to_string(static_cast<unsigned>(s));
}

json::object without_body(std::string_view description)
{
    return {{"description", core::json_string(description)}};
}

json::object answers_of(const operation& o, http::if_match changes, json::object& components)
{
    json::object all;
    for (const auto& a : o.answers) {
        json::object one{{"description", a.description}};
        if (a.body) one["content"] = content(*a.body, a.media_type, a.example, components);
        all[code_text(a.status)] = std::move(one);
    }
    if (o.preferring && !all.contains(code_text(status::created)))
        all[code_text(status::no_content)] = without_body("It was changed, with Prefer: return=minimal.");
    if (o.tagged) all[code_text(status::not_modified)] = without_body("It is what If-None-Match names.");
    auto problems = o.problems;
    if (o.body) problems.push_back(status::payload_too_large);
    if (o.negotiated && !offered(o).empty()) problems.push_back(status::not_acceptable);
    if (o.body || !o.query.empty()) problems.push_back(status::bad_request);
    if (o.body) problems.push_back(status::unsupported_media_type);
    if (o.who != access::anybody) problems.push_back(status::unauthorized);
    if (o.who == access::permission) problems.push_back(status::forbidden);
    if (o.keyed) problems.insert(problems.end(), {status::conflict, status::unprocessable_content});
    if (o.conditional) problems.push_back(status::precondition_failed);
    if (o.conditional && changes == http::if_match::required) problems.push_back(status::precondition_required);
    std::sort(problems.begin(), problems.end());
    for (const auto s : problems)
        if (!all.contains(code_text(s))) all[code_text(s)] = problem_answer(http::reason(s));
    all["default"] = problem_answer("Anything else that went wrong.");
    return all;
}

json::array security_of(const operation& o)
{
    const auto by = [](std::string_view scheme) { return json::object{{core::json_string(scheme), json::array()}}; };
    switch (o.who) {
    case access::tutorial: return {by("tutorial")};
    case access::token: return {by("bearer")};
    case access::permission: return {by("bearer"), by("api_key")};
    case access::client: return {by("client")};
    case access::anybody: break;
    }
    return {};
}

json::object described(const operation& o, http::if_match changes, json::object& components)
{
    json::object d{{"operationId", o.id}, {"tags", json::array{o.group}}, {"summary", o.summary}};
    auto text = o.description;
    if (!o.permission.empty()) text += (text.empty() ? "" : "\n\n") + ("Needs the permission `" + o.permission + "`.");
    if (!text.empty()) d["description"] = text;
    json::array parameters;
    for (const auto& p : o.path_parameters) parameters.push_back(described(p, "path", components));
    for (const auto& p : o.query) parameters.push_back(described(p, "query", components));
    if (o.tagged)
        parameters.push_back(header_parameter("If-None-Match", "The ETag that was read: 304 if it is still the same."));
    if (o.preferring)
        parameters.push_back(header_parameter("Prefer", "return=minimal: the answer may do without what was changed."));
    if (o.keyed)
        parameters.push_back(header_parameter("Idempotency-Key", "Repeats of a request with the same key within 24 "
                                                                 "hours get the first one's answer."));
    if (o.conditional)
        parameters.push_back(header_parameter("If-Match",
                                              "The ETag that was read: nothing is changed if it is another "
                                              "one by now.",
                                              changes == http::if_match::required));
    if (!parameters.empty()) d["parameters"] = std::move(parameters);
    if (o.body)
        d["requestBody"] =
            json::object{{"required", true}, {"content", content(*o.body, o.body_type, o.body_example, components)}};
    d["responses"] = answers_of(o, changes, components);
    d["security"] = security_of(o);
    return d;
}

json::object security_schemes()
{
    return {
        {"tutorial", json::object{{"type", "apiKey"},
                                  {"in", "header"},
                                  {"name", "x-access-token"},
                                  {"description", "A token, as POST /login gives it."}}},
        {"bearer", json::object{{"type", "http"},
                                {"scheme", "bearer"},
                                {"description", "An access token, as POST /v1/sessions gives it."}}},
        {"api_key",
         json::object{{"type", "http"}, {"scheme", "bearer"}, {"description", "An API key, which begins with wk_."}}},
        {"client",
         json::object{{"type", "http"}, {"scheme", "basic"}, {"description", "A registered client's id and secret."}}}};
}

// "{*}" is whatever follows, which OpenAPI has no word for.
std::string template_of(const std::string& path)
{
    return path.ends_with("{*}") ? path.substr(0, path.size() - 3) + "{path}" : path;
}

// What belongs into a group, for readers; empty: its name says it.
std::string_view about_group(std::string_view name)
{
    using pair = std::pair<std::string_view, std::string_view>;
    static constexpr std::array<pair, 9> all{
        pair{"Tutorial", "What the tutorial's server answers, for programs that were written for it."},
        pair{"Account", "The own account: signing up, what it says, its password, its end."},
        pair{"Sessions", "Signing in and out, and fresh access tokens."},
        pair{"Tokens", "What a token is worth, for services that are shown one."},
        pair{"Set-up", "The first administrator."},
        pair{"Users", "Other people's accounts, for administrators."},
        pair{"Administration", "Roles, API keys, the audit log, signing keys and measurements."},
        pair{"Operations", "Whether the server lives."},
        pair{"Description", "This description."}};
    const auto* const found = std::find_if(all.begin(), all.end(), [name](const pair& p) { return p.first == name; });
    return found == all.end() ? std::string_view() : found->second;
}

json::array with_descriptions(json::array tags)
{
    for (auto& each : tags) {
        const auto text = about_group(core::view(each.at("name").get_string()));
        if (!text.empty()) each.get_object()["description"] = core::json_string(text);
    }
    return tags;
}

std::string lower(std::string_view name)
{
    std::string all(name);
    for (auto& c : all) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return all;
}

} // namespace

void operations::add(const operation& o, http::handler h)
{
    check(o, all_);
    if (o.conditional && changes_ == http::if_match::required) h = conditional{std::move(h)};
    auto offers = offered(o);
    if (offers.empty() || !o.negotiated) {
        router_.add(o.method, o.path, std::move(h));
    } else {
        router_.add(o.method, o.path, negotiated{std::move(offers), std::move(h)});
    }
    all_.push_back(o);
}

json::object operations::describe(const std::string& version) const
{
    json::object components{{"Problem", schema_of_problems()}};
    json::object paths;
    json::array tags;
    for (const auto& o : all_) {
        auto& path = paths[template_of(o.path)];
        if (!path.is_object()) path = json::object();
        path.get_object()[lower(http::to_string(o.method))] = described(o, changes_, components);
        const json::object tag{{"name", o.group}};
        if (std::find(tags.begin(), tags.end(), json::value(tag)) == tags.end()) tags.push_back(tag);
    }
    return {{"openapi", "3.1.0"},
            {"info", json::object{{"title", "Watchword"},
                                  {"version", version},
                                  {"description", "Signing up, signing in, tokens and the administration of users."},
                                  {"license", json::object{{"name", "Apache-2.0"}, {"identifier", "Apache-2.0"}}}}},
            {"servers", json::array{json::object{{"url", "/"}}}},
            {"tags", with_descriptions(std::move(tags))},
            {"paths", std::move(paths)},
            {"components", json::object{{"schemas", std::move(components)}, {"securitySchemes", security_schemes()}}}};
}

} // namespace watchword::api
