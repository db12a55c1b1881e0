#pragma once

#include <boost/json/object.hpp>

#include <set>
#include <string>
#include <string_view>

namespace watchword::accounts {

// The fields of a record as somebody asks for them, so that those nobody has asked for can be told. The record must
// outlive it. One thread.
class record_fields {
public:
    explicit record_fields(const boost::json::object& record) : record_(record) {}

    // A text; a whole number as its digits; nothing for null, an empty text and what is not there. Anything else makes
    // `wrong` its name.
    std::string text(std::string_view name);
    // true, or 1, t, true, yes or y of any case.
    bool flag(std::string_view name);
    // Whether it has a value at all.
    bool has(std::string_view name);
    // The value, or null.
    const boost::json::value* value(std::string_view name);

    const std::string& wrong() const noexcept { return wrong_; }

    // Calls tell(name) for those with a value (also not 0 or false) that were not asked for.
    template <class Tell> void tell_unused(Tell tell) const
    {
        for (const auto& field : record_) {
            const std::string_view name(field.key().data(), field.key().size());
            if (!used_.contains(name) && says_something(field.value())) tell(name);
        }
    }

private:
    static bool says_something(const boost::json::value&);

    const boost::json::object& record_;
    std::set<std::string, std::less<>> used_;
    std::string wrong_;
};

} // namespace watchword::accounts
