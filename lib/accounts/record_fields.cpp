#include "accounts/record_fields.hpp"

#include "core/json.hpp"
#include "core/text.hpp"

namespace watchword::accounts {
namespace {

using core::view;

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words)
{
    for (const auto word : words)
        if (core::iequals(text, word)) return true;
    return false;
}

} // namespace

const boost::json::value* record_fields::value(std::string_view name)
{
    used_.emplace(name);
    const auto* const found = record_.if_contains(boost::json::string_view(name.data(), name.size()));
    return found == nullptr || found->is_null() ? nullptr : found;
}

std::string record_fields::text(std::string_view name)
{
    const auto* const found = value(name);
    if (found == nullptr) return {};
    if (found->is_string()) return std::string(view(found->get_string()));
    if (found->is_int64()) return std::to_string(found->get_int64());
    if (found->is_uint64()) return std::to_string(found->get_uint64());
    wrong_ = name;
    return {};
}

bool record_fields::flag(std::string_view name)
{
    const auto* const found = value(name);
    if (found == nullptr) return false;
    if (found->is_bool()) return found->get_bool();
    return is_one_of(text(name), {"1", "t", "true", "yes", "y"});
}

bool record_fields::has(std::string_view name)
{
    const auto* const found = value(name);
    return found != nullptr && !(found->is_string() && found->get_string().empty());
}

bool record_fields::says_something(const boost::json::value& v)
{
    if (v.is_string())
        return !v.get_string().empty() && !is_one_of(view(v.get_string()), {"0", "f", "false", "{}", "[]"});
    if (v.is_array()) return !v.get_array().empty();
    if (v.is_object()) return !v.get_object().empty();
    if (v.is_bool()) return v.get_bool();
    if (v.is_int64()) return v.get_int64() != 0;
    return !v.is_null();
}

} // namespace watchword::accounts
