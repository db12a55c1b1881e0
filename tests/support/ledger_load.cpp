#include "support/ledger_load.hpp"

#include "support/http_client.hpp"
#include "support/response_text.hpp"
#include "support/swarm.hpp"

#include <algorithm>
#include <utility>

namespace watchword::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds pause_after_503{10};
constexpr milliseconds pause_after_end{50};

std::string form_bytes(std::string_view target, const name_values& fields)
{
    return request_bytes("POST", target, {{"Host", "x"}, {"Content-Type", "application/x-www-form-urlencoded"}},
                         encode_form(fields));
}

std::string sign_up_bytes(const std::string& email, bool with_password)
{
    name_values fields{{"name", ledger_name(email)}, {"email", email}};
    if (with_password) fields.emplace_back("password", ledger_password);
    return form_bytes("/signup", fields);
}

} // namespace

class ledger_load::clients {
public:
    clients(const std::string& address, const std::string& file, load_settings s)
        : settings_(std::move(s)), book_(file), crowd_(address), all_(settings_.connections)
    {}

    // True if something is under way.
    bool go_on(bool may_send)
    {
        if (may_send) send_all();
        crowd_.turn(milliseconds(5));
        for (auto& c : all_) take_answer(c);
        book_.write();
        return std::any_of(all_.begin(), all_.end(), [](const client& c) { return c.asks != question::nothing; });
    }

    void finish()
    {
        for (auto& c : all_)
            if (c.asks != question::nothing) give_up(c);
        book_.sync();
    }

    load_counts counts() const
    {
        const std::lock_guard lock(mutex_);
        return counts_;
    }

private:
    enum class question { nothing, sign_up, bad_sign_up, login };

    struct client {
        std::size_t link = not_connected;
        question asks = question::nothing;
        std::size_t id = 0; // in the ledger
        std::string email;
        std::string unsent;
        bool logs_in_next = false;
        steady_clock::time_point since{}, not_before{};
    };
    static constexpr std::size_t not_connected = static_cast<std::size_t>(-1);

    // The ledger knows of a request before the server can.
    void send_all()
    {
        const auto now = steady_clock::now();
        for (auto& c : all_)
            if (c.asks == question::nothing && now >= c.not_before && is_connected(c)) prepare(c);
        book_.write();
        for (auto& c : all_) {
            if (c.unsent.empty()) continue;
            c.since = steady_clock::now();
            crowd_.send(c.link, std::exchange(c.unsent, {}));
        }
    }

    bool is_connected(client& c)
    {
        if (c.link != not_connected && !crowd_.at(c.link).ended) return true;
        if (c.link != not_connected && !settings_.reconnect) return false;
        c.link = crowd_.open();
        return !crowd_.at(c.link).ended;
    }

    void prepare(client& c)
    {
        if (std::exchange(c.logs_in_next, false)) {
            c.asks = question::login;
            c.unsent = form_bytes("/login", {{"email", c.email}, {"password", ledger_password}});
        } else {
            const bool good = settings_.refuse_every == 0 || next_ % settings_.refuse_every != 1;
            c.asks = good ? question::sign_up : question::bad_sign_up;
            c.email = settings_.prefix + std::to_string(next_++) + "@ledger.test";
            c.id = book_.invoke(c.email);
            c.unsent = sign_up_bytes(c.email, good);
        }
        const std::lock_guard lock(mutex_);
        ++counts_.under_way;
    }

    void take_answer(client& c)
    {
        if (c.link == not_connected) return;
        auto& peer = crowd_.at(c.link);
        if (c.asks != question::nothing) {
            if (const auto response = take_response(peer.received, peer.ended)) {
                learn(c, *response, peer.received_at);
            } else if (peer.ended) {
                give_up(c);
            }
        }
        if (peer.ended && c.not_before < peer.ended_at) c.not_before = peer.ended_at + pause_after_end;
    }

    void learn(client& c, const http_response& r, steady_clock::time_point when)
    {
        const auto asked = std::exchange(c.asks, question::nothing);
        const bool acknowledged = asked == question::sign_up && r.status == 201;
        if (asked != question::login) {
            const bool refused = r.status >= 400 && r.status < 500;
            book_.settle(c.id, acknowledged ? outcome::acknowledged : refused ? outcome::refused : outcome::unknown);
        }
        if (r.status == 503) c.not_before = when + pause_after_503;

        const std::lock_guard lock(mutex_);
        --counts_.under_way;
        counts_.longest = std::max(counts_.longest, std::chrono::duration_cast<milliseconds>(when - c.since));
        if (asked == question::login) {
            ++(r.status == 201 ? counts_.logins : counts_.failed_logins);
            if (r.status != 201) counts_.example = "login: " + std::to_string(r.status) + " " + r.body;
        } else if (acknowledged) {
            counts_.last = when;
            const auto number = ++counts_.acknowledged;
            c.logs_in_next = settings_.log_in_every != 0 && number % settings_.log_in_every == 0;
        } else if (asked == question::bad_sign_up && r.status == 400) {
            ++counts_.refused;
        } else if (r.status == 503) {
            ++counts_.unavailable;
        } else {
            ++counts_.strange;
            counts_.example = c.email + ": " + std::to_string(r.status) + " " + r.body;
        }
    }

    void give_up(client& c)
    {
        const auto asked = std::exchange(c.asks, question::nothing);
        if (asked != question::login) book_.settle(c.id, outcome::unknown);
        const std::lock_guard lock(mutex_);
        --counts_.under_way;
        ++(asked == question::login ? counts_.failed_logins : counts_.unanswered);
    }

    const load_settings settings_;
    ledger book_;
    swarm crowd_;
    std::vector<client> all_;
    std::size_t next_ = 0;
    mutable std::mutex mutex_; // guards what is below
    load_counts counts_;
};

ledger_load::ledger_load(std::string address, const std::string& ledger_file, load_settings s)
    : clients_(std::make_unique<clients>(address, ledger_file, std::move(s)))
{
    thread_ = std::thread([this] {
        try {
            while (!stopping_) clients_->go_on(true);
            const auto give_up = steady_clock::now() + milliseconds(limit_ms_);
            while (clients_->go_on(false) && steady_clock::now() < give_up) {
            }
            clients_->finish();
        } catch (...) {
            failure_ = std::current_exception();
        }
    });
}

ledger_load::~ledger_load()
{
    try {
        stop(milliseconds(0));
    } catch (const std::exception&) { // who must know stops it before
    }
}

load_counts ledger_load::counts() const
{
    return clients_->counts();
}

void ledger_load::stop(milliseconds limit)
{
    if (!thread_.joinable()) return;
    limit_ms_ = limit.count();
    stopping_ = true;
    thread_.join();
    if (failure_) std::rethrow_exception(failure_);
}

} // namespace watchword::test
