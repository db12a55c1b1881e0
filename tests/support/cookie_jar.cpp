#include "support/cookie_jar.hpp"

#include <algorithm>
#include <stdexcept>

namespace watchword::test {
namespace {

bool has_attribute(const std::string& attributes, const std::string& wanted)
{
    return (attributes + ";").find("; " + wanted + ";") != std::string::npos;
}

} // namespace

void cookie_jar::take(std::string_view set_cookie)
{
    const auto end = std::min(set_cookie.find(';'), set_cookie.size());
    const auto equals = set_cookie.find('=');
    if (equals == 0 || equals >= end) throw std::runtime_error("no cookie: " + std::string(set_cookie));
    const std::string name(set_cookie.substr(0, equals)), attributes(set_cookie.substr(end));
    const bool is_bound = has_attribute(attributes, "Secure") && has_attribute(attributes, "Path=/") &&
                          attributes.find("Domain") == std::string::npos;
    if (name.starts_with("__Host-") && !is_bound)
        throw std::runtime_error("no browser keeps this: " + std::string(set_cookie));
    if (has_attribute(attributes, "Max-Age=0"))
        cookies_.erase(name);
    else
        cookies_[name] = {std::string(set_cookie.substr(equals + 1, end - equals - 1)), attributes};
}

std::string cookie_jar::field() const
{
    std::string out;
    for (const auto& [name, kept] : cookies_) out.append(out.empty() ? "" : "; ").append(name + "=" + kept.value);
    return out;
}

cookie_jar::cookie cookie_jar::find(const std::string& name) const
{
    const auto found = cookies_.find(name);
    return found == cookies_.end() ? cookie() : found->second;
}

} // namespace watchword::test
