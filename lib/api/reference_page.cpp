#include "api/reference_page.hpp"

#include "api/problem_codes.hpp"
#include "core/json.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>
#include <vector>

namespace watchword::api {
namespace {

using type = schema::type;

std::string escaped(std::string_view text)
{
    std::string all;
    for (const char c : text) {
        switch (c) {
        case '&': all += "&amp;"; break;
        case '<': all += "&lt;"; break;
        case '>': all += "&gt;"; break;
        case '"': all += "&quot;"; break;
        default: all += c;
        }
    }
    return all;
}

std::string element(std::string_view name, const std::string& content)
{
    return "<" + std::string(name) + ">" + content + "</" + std::string(name) + ">";
}

// "text", "array of text", "text, null", "one of a, b".
std::string kind_of(const schema& s)
{
    std::string kind;
    switch (s.is) {
    case type::text: kind = s.format.empty() ? "text" : s.format; break;
    case type::integer: kind = "whole number"; break;
    case type::boolean: kind = "true or false"; break;
    case type::object: kind = s.open ? "object, any members" : "object"; break;
    case type::array: kind = "array of " + kind_of(s.items.front()); break;
    case type::anything: kind = "any value"; break;
    }
    if (!s.choices.empty()) {
        kind = "one of";
        for (const auto& each : s.choices) kind += (&each == &s.choices.front() ? " " : ", ") + each;
    }
    if (s.is == type::text && s.most != schema::unlimited) kind += ", at most " + std::to_string(s.most);
    return s.nullable ? kind + ", or null" : kind;
}

// Rows for a value's members, and theirs below them.
void append_rows(std::string& out, const schema& s, const std::string& before)
{
    if (s.is == type::array) return append_rows(out, s.items.front(), before + "[]");
    for (const auto& m : s.members) {
        const auto path = before.empty() ? m.name : before + "." + m.name;
        out += "<tr><td><code>" + escaped(path) + "</code></td><td>" + escaped(kind_of(m.is)) + "</td><td>" +
               (m.required ? "" : "optional ") + escaped(m.is.description) + "</td></tr>\n";
        append_rows(out, m.is, path);
    }
}

void append_table(std::string& out, std::string_view title, const std::string& rows)
{
    if (rows.empty()) return;
    out += "<table><caption>" + std::string(title) +
           "</caption><thead><tr><th scope=\"col\">Name</th><th scope=\"col\">Value</th><th scope=\"col\">Remarks</th>"
           "</tr></thead><tbody>\n" +
           rows + "</tbody></table>\n";
}

void append_parameters(std::string& out, std::string_view title, const std::vector<parameter>& all, bool in_path)
{
    std::string rows;
    for (const auto& p : all)
        rows += "<tr><td><code>" + escaped(p.name) + "</code></td><td>" + escaped(kind_of(p.is)) + "</td><td>" +
                (p.required || in_path ? "" : "optional ") + escaped(p.description) + "</td></tr>\n";
    append_table(out, title, rows);
}

void append_example(std::string& out, const boost::json::value& example)
{
    if (!example.is_null()) out += "<pre tabindex=\"0\">" + escaped(boost::json::serialize(example)) + "</pre>\n";
}

std::string access_text(const operation& o)
{
    switch (o.who) {
    case access::anybody: return "Anybody.";
    case access::tutorial: return "Needs a token of POST /login, as x-access-token.";
    case access::token: return "Needs an access token.";
    case access::permission: return "Needs the permission " + o.permission + " (access token or API key).";
    case access::client: return "Needs a registered client's id and secret.";
    }
    return {};
}

void append_answers(std::string& out, const operation& o)
{
    for (const auto& a : o.answers) {
        out += element("h4", std::to_string(static_cast<unsigned>(a.status)) + " " + escaped(http::reason(a.status)));
        if (!a.description.empty()) out += element("p", escaped(a.description)) + "\n";
        if (!a.body) continue;
        std::string rows;
        append_rows(rows, *a.body, {});
        append_table(out, "Answer, " + a.media_type, rows);
        append_example(out, a.example);
    }
    if (o.problems.empty()) return;
    std::string all;
    for (const auto s : o.problems)
        all +=
            (all.empty() ? "" : ", ") + std::to_string(static_cast<unsigned>(s)) + " " + std::string(http::reason(s));
    out += element("p", "Problems: " + escaped(all) + ".") + "\n";
}

void append_operation(std::string& out, const operation& o)
{
    out += "<section id=\"" + escaped(o.id) + "\"><h3><code><b>" + std::string(http::to_string(o.method)) + "</b> " +
           escaped(o.path) + "</code></h3>\n";
    out += "<p><strong>" + escaped(o.summary) + "</strong></p>\n";
    if (!o.description.empty()) out += element("p", escaped(o.description)) + "\n";
    out += element("p", escaped(access_text(o))) + "\n";
    append_parameters(out, "Parameters of the path", o.path_parameters, true);
    append_parameters(out, "Parameters of the query", o.query, false);
    if (o.body) {
        std::string rows;
        append_rows(rows, *o.body, {});
        append_table(out, "Body, " + o.body_type, rows);
        append_example(out, o.body_example);
    }
    append_answers(out, o);
    out += "</section>\n";
}

std::vector<std::string> groups_of(const operations& all)
{
    std::vector<std::string> groups;
    for (const auto& o : all.all())
        if (std::find(groups.begin(), groups.end(), o.group) == groups.end()) groups.push_back(o.group);
    return groups;
}

void append_problems(std::string& out)
{
    out += "<section id=\"problems\"><h2>Problems</h2>\n<table><tr><th>Code</th><th>Meaning</th></tr>\n";
    for (const auto& [code, meaning] : problem_codes())
        out += "<tr><td><code>" + escaped(code) + "</code></td><td>" + escaped(meaning) + "</td></tr>\n";
    out += "</table></section>\n";
}

} // namespace

std::string reference_page(const operations& all, const std::string& version)
{
    const auto groups = groups_of(all);
    std::string out = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Watchword API</title>\n"
                      "<meta name=\"viewport\" content=\"width=device-width\">\n"
                      "<link rel=\"stylesheet\" href=\"/docs/style.css\"></head><body>\n"
                      "<nav aria-label=\"Operations\">\n";
    for (const auto& name : groups) {
        out += element("h2", escaped(name)) + "<ul>\n";
        for (const auto& o : all.all())
            if (o.group == name) out += "<li><a href=\"#" + escaped(o.id) + "\">" + escaped(o.summary) + "</a></li>\n";
        out += "</ul>\n";
    }
    out += "<h2><a href=\"#problems\">Problems</a></h2>\n</nav>\n<main><h1>Watchword " + escaped(version) +
           "</h1>\n<p>Everything this server answers. The same for programs, as OpenAPI 3.1: <a "
           "href=\"/openapi.json\">/openapi.json</a>. Whatever goes wrong under <code>/v1</code> is answered as "
           "<code>application/problem+json</code> (RFC 9457) with one of <a href=\"#problems\">these codes</a>.</p>\n";
    for (const auto& name : groups) {
        out += element("h2", escaped(name)) + "\n";
        for (const auto& o : all.all())
            if (o.group == name) append_operation(out, o);
    }
    append_problems(out);
    return out + "</main></body></html>\n";
}

std::string_view reference_style()
{
    return R"(:root { color-scheme: light dark; --line: #d4d8de; --soft: #f4f6f8; --ink: #1b222b; --link: #0b57a4; }
@media (prefers-color-scheme: dark) {
  :root { --line: #39414c; --soft: #1b2129; --ink: #e4e8ed; --link: #8ec1f5; }
  body { background: #12161b; }
}
* { box-sizing: border-box; }
body { margin: 0; color: var(--ink); font: 16px/1.5 system-ui, sans-serif; display: grid;
  grid-template-columns: minmax(14rem, 18rem) minmax(0, 60rem); gap: 2rem; }
a { color: var(--link); }
nav { padding: 1rem 1rem 3rem; background: var(--soft); border-right: 1px solid var(--line); position: sticky; top: 0;
  height: 100vh; overflow-y: auto; font-size: .9rem; }
nav h2 { font-size: .9rem; margin: 1rem 0 .3rem; }
nav ul { list-style: none; margin: 0; padding: 0; }
main { padding: 1rem 1rem 4rem; }
section { border-top: 1px solid var(--line); padding: .5rem 0 1rem; }
h3 code { font-size: 1.05rem; overflow-wrap: anywhere; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
pre { background: var(--soft); border: 1px solid var(--line); padding: .6rem .8rem; overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: .8rem 0; font-size: .92rem; }
caption { text-align: left; font-weight: 600; padding: .2rem 0; }
th, td { text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); padding: .3rem .8rem .3rem 0;
  overflow-wrap: anywhere; }
@media (max-width: 50rem) {
  body { display: block; }
  nav { position: static; height: auto; border-right: 0; border-bottom: 1px solid var(--line); }
}
)";
}

} // namespace watchword::api
