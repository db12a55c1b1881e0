// Files of users of any bytes, of every format and layout: reading ends, and who comes out of it may be stored. The
// first byte chooses.
#include "accounts/accounts.hpp"
#include "accounts/user_conversion.hpp"
#include "accounts/user_file.hpp"
#include "core/text.hpp"
#include "crypto/hash_formats.hpp"

#include <cstdint>
#include <cstdlib>
#include <sstream>
#include <stdexcept>

namespace {

using namespace watchword;

const accounts::firebase_parameters firebase{std::string(64, 'k'), "s", 8, 4};

bool is_text(std::string_view text)
{
    return core::is_utf8(text) && text.find('\0') == text.npos;
}

bool is_storable(const accounts::imported_user& u)
{
    return !u.email.empty() && u.email.size() <= accounts::email_limit && is_text(u.email) && is_text(u.public_id) &&
           !u.public_id.empty() && (!u.name || is_text(*u.name)) && is_text(u.password_hash) &&
           (u.password_hash.empty() || crypto::check_hash(u.password_hash));
}

void read_file(std::string_view text, accounts::file_format format, accounts::preset layout)
{
    std::istringstream in{std::string(text)};
    accounts::user_file file(in, format);
    accounts::user_converter converter(layout, firebase);
    std::size_t records = 0;
    for (auto record = file.next(); record; record = file.next()) {
        if (++records > text.size() + 1) std::abort();
        if (!record->problem.empty()) continue;
        const auto converted = converter.convert(record->fields);
        if (converted.user && (!converted.problem.empty() || !is_storable(*converted.user))) std::abort();
    }
    if (converter.left_out().size() > 51) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    if (size == 0) return 0;
    const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
    accounts::parse_firebase_parameters(text);
    try {
        read_file(text, static_cast<accounts::file_format>(data[0] % 3),
                  static_cast<accounts::preset>(data[0] / 3 % 8));
    } catch (const std::runtime_error&) { // CSV without proper names
    }
    return 0;
}
