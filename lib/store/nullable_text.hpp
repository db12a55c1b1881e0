#pragma once

#include <soci/soci.h>

#include <optional>
#include <string>

namespace watchword::store {

// A column that may be NULL, as SOCI binds it. (soci::use keeps a reference to a temporary: it must stand in the
// expression that prepares the statement, not in a function of its own.)
struct nullable_text {
    std::string value;
    soci::indicator state = soci::i_null;

    void set(const std::optional<std::string>& v)
    {
        state = v ? soci::i_ok : soci::i_null;
        value = v.value_or(std::string());
    }
    std::optional<std::string> get() const { return state == soci::i_null ? std::nullopt : std::optional(value); }
};

} // namespace watchword::store
