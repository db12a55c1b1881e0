#include "core/base64.hpp"

#include "core/secret.hpp"
#include "core/text.hpp"

#include <algorithm>

namespace watchword::core {

result<std::string> base64_decode(std::string_view text)
{
    if (text.size() % 4 != 0 || text.find_first_of("-_") != text.npos) return errc::invalid_input;
    for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
    std::string url(text);
    std::replace(url.begin(), url.end(), '+', '-');
    std::replace(url.begin(), url.end(), '/', '_');
    auto bytes = base64url_decode(url);
    wipe(url);
    return bytes;
}

} // namespace watchword::core
