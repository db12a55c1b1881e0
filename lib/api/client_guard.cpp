#include "api/client_guard.hpp"

#include "api/authorization.hpp"
#include "api/client_credentials.hpp"
#include "core/text.hpp"
#include "http/media_type.hpp"
#include "http/query.hpp"

#include <initializer_list>
#include <utility>

namespace watchword::api {
namespace {

using accounts::client_right;
using accounts::registered_client;
using http::form;
using http::request;
using http::response;

constexpr std::string_view form_type = "application/x-www-form-urlencoded";
constexpr http::form_limits form_limits{64, 0};

core::task<response> give(response r)
{
    co_return r;
}

bool is_form(const request& q)
{
    const auto type = q.header("Content-Type");
    if (core::iequals(type, form_type)) return true;
    const auto parsed = http::parse_media_type(type);
    return parsed && parsed->essence == form_type;
}

core::task<response> let_in(const registered_client& client, client_right wanted, form asked,
                            const client_handler& next)
{
    if (!client.may(wanted))
        return give(
            answer({http::status::bad_request, "unauthorized_client", "This client is not allowed to ask that."}));
    return next(std::move(asked));
}

// What a request shows of its client, and the client's address, as one text.
class shown_text {
public:
    // Empty if it has to be looked at.
    shown_text(const request& q, const form& asked)
    {
        const auto field = find_authorization(q);
        const auto id = http::single(asked, "client_id"), secret = http::single(asked, "client_secret");
        if (!field || !id || !secret) return;
        // Neither a field nor an address holds a line feed, nor does an id that is one.
        if (!field->empty() && !*secret) {
            write({*field, "\n", id->value_or(""), "\n", q.remote_address});
        } else if (field->empty() && *id && *secret && accounts::is_client_id(**id)) {
            write({"\n", **id, "\n", **secret, "\n", q.remote_address});
        }
    }
    std::string_view view() const noexcept { return buffer_.view().substr(0, size_); }

private:
    void write(std::initializer_list<std::string_view> parts)
    {
        std::size_t size = 0;
        for (const auto part : parts) {
            if (part.size() > sizeof buffer_.data - size) return;
            size += part.copy(buffer_.data + size, part.size()); // also of a view of nothing
        }
        size_ = size;
    }

    core::secret_bytes<1536> buffer_;
    std::size_t size_ = 0;
};

} // namespace

// Who has to show his secret.
struct client_guard::unknown {
    client_guard* guard;
    client_right wanted;
    client_handler next;

    core::task<response> operator()(request& q) const
    {
        if (!is_form(q)) return give(answer(invalid_request("The body must be a form, as its Content-Type must say.")));
        auto asked = http::parse_urlencoded(q.body, form_limits);
        if (!asked) return give(answer(invalid_request("The form has too many parameters.")));
        const auto given = find_client_credentials(q, *asked);
        if (!given) return give(answer(given.error()));
        const auto* const client = guard->clients_.authenticate(given->id, given->secret.view());
        if (client == nullptr) return give(answer(invalid_client));
        guard->remember(q, *asked, *client);
        return let_in(*client, wanted, std::move(*asked), next);
    }
};

struct client_guard::anybody {
    client_guard* guard;
    client_right wanted;
    client_handler next;
    http::handler others;

    core::task<response> operator()(request& q) const
    {
        if (is_form(q)) {
            auto asked = http::parse_urlencoded(q.body, form_limits);
            const auto* const client = asked ? guard->find_known(q, *asked) : nullptr;
            if (client != nullptr) return let_in(*client, wanted, std::move(*asked), next);
        }
        return others(q);
    }
};

client_guard::client_guard(accounts::registered_clients& clients, core::random_source& random)
    : clients_(clients),
      known_([secret = core::random_value<core::siphash_key>(random)] { return known_clients(remembered, secret); })
{}

http::handler client_guard::around(client_right wanted, client_handler next, rate_limits* limits)
{
    http::handler others = unknown{this, wanted, next};
    if (limits) others = limits->around_tokens(std::move(others));
    return anybody{this, wanted, std::move(next), std::move(others)};
}

const registered_client* client_guard::find_known(const request& q, const form& asked)
{
    const shown_text shown(q, asked);
    const auto* const known = known_.local().find(shown.view());
    return known != nullptr ? *known : nullptr;
}

void client_guard::remember(const request& q, const form& asked, const registered_client& client)
{
    const shown_text shown(q, asked);
    known_.local().put(shown.view(), client.id, &client);
}

} // namespace watchword::api
