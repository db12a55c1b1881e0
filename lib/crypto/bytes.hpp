#pragma once

#include <string>
#include <string_view>

// Text as C libraries take it. For lib/crypto alone.
namespace watchword::crypto {

inline const unsigned char* as_bytes(std::string_view text)
{
    return reinterpret_cast<const unsigned char*>(text.data());
}
inline unsigned char* writable_bytes(std::string& text)
{
    return reinterpret_cast<unsigned char*>(text.data());
}

} // namespace watchword::crypto
