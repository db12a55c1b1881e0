// An access token of /v1: one that was checked before, and one that was not, for which the database is asked.
#include "micro/bearer_service.hpp"
#include "micro/in_coroutine.hpp"
#include "micro/subjects/all.hpp"

#include <memory>

namespace watchword::micro {
namespace {

constexpr std::size_t few = 64;
// Tokens, of eight times as many places, so that no set of these is too small: no processor's fastest cache holds them.
constexpr std::size_t many = 1024;
constexpr std::size_t million = 1'000'000;

struct asking {
    bearer_service parts;
    std::size_t at = 0;

    asking(std::size_t tokens, std::size_t revoked) : parts(tokens)
    {
        parts.revoke(revoked);
        std::size_t found = 0;
        for (std::size_t i = 0; i < tokens; ++i) found += check_known() ? 1 : 0;
        require(found == tokens, "a token is not known");
    }
    const std::string& next()
    {
        if (++at == parts.tokens().size()) at = 0;
        return parts.tokens()[at];
    }
    accounts::bearer check_known() { return parts.checker().check_known(next()); }
};

repeat check_known(std::size_t tokens, std::size_t revoked)
{
    return in_a_loop([made = std::make_shared<asking>(tokens, revoked)] { return made->check_known(); });
}

} // namespace

void add_bearer_check(subjects& all)
{
    all.push_back({"bearer_check/known", [] { return check_known(few, 0); }, 500});
    all.push_back({"bearer_check/known_of_many", [] { return check_known(many, million); }, 500});
    const auto unknown = [] {
        const auto made = std::make_shared<asking>(few, 0);
        return in_coroutine([made] { return made->parts.checker().check(made->next()); });
    };
    all.push_back({"bearer_check/unknown", unknown, 20});
}

} // namespace watchword::micro
