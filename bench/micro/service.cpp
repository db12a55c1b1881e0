#include "micro/service.hpp"

#include "api/operations.hpp"
#include "micro/in_coroutine.hpp"
#include "store/users.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace watchword::micro {
namespace {

constexpr std::string_view hash = "$argon2id$v=19$m=19456,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$"
                                  "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY";

store::new_user made_user(std::size_t number)
{
    const auto text = std::to_string(number);
    return {public_id(number), "User " + text, "user" + text + "@example.test", std::string(hash)};
}

core::result<std::int64_t> add_users(store::session& s, std::size_t count)
{
    core::result<std::int64_t> last = std::int64_t{0};
    for (std::size_t i = 0; i < count && last; ++i) last = store::add_user(s, made_user(i));
    return last;
}

} // namespace

scratch_directory::scratch_directory()
{
    auto name = (std::filesystem::temp_directory_path() / "watchword-micro-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
    path_ = name;
}

scratch_directory::~scratch_directory()
{
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string public_id(std::size_t number)
{
    std::array<char, 37> text;
    std::snprintf(text.data(), text.size(), "7c9e6679-7425-40de-944b-%012zx", number);
    return text.data();
}

service::service(std::size_t users, metrics m)
{
    traffic_.count_in(routes_, m == metrics::on ? http::traffic::timing::measured : http::traffic::timing::none);
    watchword::api::operations all_routes(routes_);
    tutorial_.add_routes(all_routes);
    api::add_health_routes(all_routes);
    const auto add = [users](store::session& s) { return add_users(s, users); };
    const auto added = answer_of<core::result<std::int64_t>>([&] { return database_.write(add); });
    require(added.has_value(), "the users could not be added");
}

std::string service::token()
{
    return tokens_.issue({public_id(0), clock_.now() + std::chrono::seconds(3600)});
}

} // namespace watchword::micro
