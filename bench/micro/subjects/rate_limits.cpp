// What limits cost: one bucket among many, a sign-in that three limits let through, one that is refused.
#include "api/rate_limits.hpp"

#include "micro/fixed.hpp"
#include "micro/in_coroutine.hpp"
#include "micro/subjects/all.hpp"

#include <memory>

namespace watchword::micro {
namespace {

constexpr std::size_t clients = 65'536;

core::task<http::response> answer_created(http::request&)
{
    co_return http::response(http::status::created);
}

struct signing_in {
    fixed_random random;
    api::rate_limits limits;
    http::handler handler;
    http::request question;

    explicit signing_in(const api::rate_limit_settings& s) : limits(s, random)
    {
        handler = limits.around_sign_ins(answer_created);
        question.remote_address = "192.0.2.1";
    }
};

api::rate_limit_settings limits_of(core::rate sign_ins)
{
    api::rate_limit_settings s;
    s.address_sign_ins = s.address_failures = s.total_sign_ins = sign_ins;
    return s;
}

subject sign_in(const char* name, core::rate rate, http::status answer)
{
    const auto make = [rate, answer] {
        const auto made = std::make_shared<signing_in>(limits_of(rate));
        const auto ask = [made] { return made->handler(made->question); };
        answer_of<http::response>(ask);
        require(answer_of<http::response>(ask).status() == answer, "another answer was expected");
        return in_coroutine(ask);
    };
    return {name, make, 500};
}

} // namespace

void add_rate_limits(subjects& all)
{
    const auto take = [] {
        const core::steady_time now(std::chrono::hours(1));
        const core::rate ample{1'000'000'000, std::chrono::seconds(1)};
        const auto buckets = std::make_shared<core::token_buckets>(ample, clients, core::siphash_key{1, 2});
        std::uint64_t client = 0;
        return in_a_loop([=]() mutable { // a multiplicative walk: no bucket stays in the cache
            client = (client + 40'503) % (clients / 2);
            return buckets->take({reinterpret_cast<const char*>(&client), sizeof client}, now);
        });
    };
    all.push_back({"rate_limits/take", take, 500});
    const core::rate ample{1'000'000'000, std::chrono::seconds(1)}, scarce{1, std::chrono::hours(24)};
    all.push_back(sign_in("rate_limits/sign_in", ample, http::status::created));
    all.push_back(sign_in("rate_limits/refused", scarce, http::status::too_many_requests));
}

} // namespace watchword::micro
