// Passwords, names and addresses of any bytes: no crash and no long work; what is composed stays so, and the judgement
// of both forms is the same.
#include "accounts/password_policy.hpp"
#include "core/composed.hpp"
#include "core/text.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    using namespace watchword;
    static const accounts::password_policy policy(accounts::password_policy::settings{});
    const std::string text(reinterpret_cast<const char*>(data), size);
    const auto end = std::min(text.find('\n'), text.size());
    const auto password = text.substr(0, end), rest = text.substr(std::min(end + 1, text.size()));

    const auto composed = core::composed(password);
    if (core::composed(composed.view()).view() != composed.view()) std::abort();
    if (core::is_plainly_composed(password) && composed.view() != password) std::abort();
    if (!core::is_utf8(password) && composed.view() != password) std::abort();

    const accounts::password_owner owner{rest, rest};
    const auto as_sent = policy.check(password, owner), other = policy.check(composed.view(), owner);
    if (password.size() <= 1024 && composed.size() <= 1024 && as_sent.has_value() != other.has_value()) std::abort();
    return 0;
}
