#include "micro/bearer_service.hpp"

#include "core/text.hpp"
#include "micro/in_coroutine.hpp"
#include "micro/revocations.hpp"
#include "micro/subject.hpp"

#include <chrono>
#include <utility>

namespace watchword::micro {

accounts::bearer_settings bearer_service::valid_all_day()
{
    accounts::bearer_settings s;
    s.lifetime = std::chrono::hours(24); // however long is measured
    return s;
}

bearer_service::bearer_service(std::size_t users) : parts_(users)
{
    const auto started = answer_of<core::result<void>>([&] { return keys_.start(); });
    require(started.has_value(), "there are no keys");
    require(answer_of<bool>([&] { return sign_everybody_in(users); }), "nobody was signed in");
}

core::task<bool> bearer_service::sign_everybody_in(std::size_t users)
{
    for (std::size_t i = 0; i < users; ++i) {
        accounts::session_request wanted;
        wanted.public_id = public_id(i);
        wanted.amr = "pwd";
        const auto opened = co_await sessions_.open(std::move(wanted));
        require(opened.has_value(), "a session is refused");
        auto token = co_await bearers_.issue(*opened);
        require(token.has_value(), "no token is issued");
        issued_.push_back(std::move(token->text));
        const auto who = co_await bearers_.check(issued_.back());
        require(who.has_value() && (*who)->public_id == public_id(i), "a token that is good is refused");
    }
    co_return true;
}

void bearer_service::revoke(std::size_t others)
{
    const auto first = issued_.size();
    for (std::size_t i = 0; i < others; ++i) {
        const auto id = session_id(i);
        const auto user = public_id(first + i);
        const std::vector<std::string> ids{core::base64url_encode({id.data(), id.size()})};
        revoked_.sessions_ended({user, ids, accounts::end_reason::signed_out, 1});
    }
    const auto known = revoked_.count();
    require(known.users == others && known.sessions == others, "what was revoked is not known");
}

} // namespace watchword::micro
