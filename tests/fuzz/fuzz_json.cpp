// JSON of any bytes: no crash, and what was read can be written and read again (not to the last digit of a fraction:
// Boost.JSON 1.81 rounds).
#include "core/json.hpp"

#include <boost/json/serialize.hpp>

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace watchword;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    core::json_limits lenient;
    lenient.allow_comments = true;
    std::size_t offset = 0;
    const auto with_comments = core::parse_json(text, lenient, &offset);
    if (offset > size) std::abort();
    const auto value = core::parse_json(text);
    if (!value) return 0;
    if (!with_comments || with_comments->kind() != value->kind()) std::abort();
    const auto again = core::parse_json(boost::json::serialize(*value));
    if (!again || again->kind() != value->kind()) std::abort();
    return 0;
}
