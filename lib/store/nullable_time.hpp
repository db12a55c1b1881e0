#pragma once

#include "store/stored_time.hpp"

#include <soci/soci.h>

#include <optional>

namespace watchword::store {

// A time that may be NULL, as SOCI binds it; see nullable_text.hpp.
struct nullable_time {
    long long value = 0;
    soci::indicator state = soci::i_null;

    void set(const std::optional<core::precise_timestamp>& t)
    {
        state = t ? soci::i_ok : soci::i_null;
        value = t ? to_stored(*t) : 0;
    }
    std::optional<core::precise_timestamp> get() const
    {
        return state == soci::i_null ? std::nullopt : std::optional(from_stored(value));
    }
};

} // namespace watchword::store
