#include "accounts/audit_notes.hpp"
#include "accounts/key_problem.hpp"
#include "accounts/key_ring.hpp"
#include "beside_server.hpp"
#include "core/descriptor.hpp"
#include "core/run_to_end.hpp"
#include "crypto/jwk.hpp"
#include "key.hpp"
#include "server/database_settings.hpp"
#include "server/key_policy.hpp"
#include "server/secret.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <unistd.h>

namespace watchword::app {
namespace {

using accounts::key_life;
using accounts::key_start;

// The keys of the database that the settings name.
class opened_keys {
public:
    // A new secret is made only for a database that can be used.
    opened_keys(const settings::settings& s, const store::database_settings& where)
        : policy_(server::key_policy(s.tokens)),
          secret_(server::names_secret(s) ? server::find_secret(s, false, random_) : core::secret_string()),
          database_(where),
          ring_(policy_, secret_.empty() ? server::find_secret(s, true, random_) : secret_, database_, clock_, random_)
    {}

    accounts::key_ring& ring() noexcept { return ring_; }
    core::precise_timestamp now() const noexcept { return clock_.precise_now(); }

    // Whether there are keys, and none of them can be opened.
    bool opens_nothing()
    {
        const auto read = core::run_to_end(ring_.reload());
        const bool is_about_keys = !read && read.error().category() != core::category();
        return is_about_keys && ring_.current()->keys().empty();
    }

    // After a change: the exit code of the command. Who has changed what is told in the audit log; if it cannot be
    // written, that is said.
    int finish(std::string_view action, const std::string& subject)
    {
        const auto note = [&](store::session& s) -> core::result<void> {
            accounts::note_in_audit(s, shell_actor(), now(), action, subject);
            return {};
        };
        const auto noted = core::run_to_end(database_.write(note));
        if (!noted) std::cerr << "watchword: the audit log does not tell of this: " << noted.error().message() << "\n";
        return finish_beside_server(database_);
    }

private:
    core::system_clock clock_;
    core::system_random random_;
    const accounts::key_policy policy_;
    const core::secret_string secret_;
    store::database database_;
    accounts::key_ring ring_;
};

// A secret that opens nothing is not that of a running server, which could not open what it seals: then there must be
// none.
std::unique_ptr<opened_keys> open_to_retire(const settings::settings& s)
{
    auto keys = std::make_unique<opened_keys>(s, beside_server(s));
    if (!keys->opens_nothing()) return keys;
    keys.reset();
    return std::make_unique<opened_keys>(s, server::database_settings(s.database));
}

int report(const core::error_code& ec, const std::string& what)
{
    return fail(what + ": " + ec.message() + "; nothing was changed");
}

key_start start_of(const command_line& line)
{
    return line.has("--now") ? key_start::at_once : key_start::published_ahead;
}

void print_next(const key_life& k, core::precise_timestamp now)
{
    if (k.signs_from <= now) {
        std::cout << k.kid << " signs from now on\n";
    } else {
        std::cout << k.kid << " is published, and signs from " << time_text(k.signs_from) << " on\n";
    }
}

// A file, or standard input.
class input {
public:
    explicit input(const std::string& name) : name_(name)
    {
        if (name == "-") return;
        opened_ = std::make_unique<core::descriptor>(::open(name.c_str(), O_RDONLY | O_CLOEXEC));
        if (opened_->get() < 0) fail_to_read();
    }

    // At most one byte more than that.
    core::secret_string read(std::size_t most)
    {
        std::string text(most + 1, '\0');
        std::size_t used = 0;
        while (used < text.size()) {
            const auto size = ::read(opened_ ? opened_->get() : STDIN_FILENO, text.data() + used, text.size() - used);
            if (size < 0) fail_to_read();
            if (size == 0) break;
            used += static_cast<std::size_t>(size);
        }
        core::secret_string all(std::string_view(text).substr(0, used));
        core::wipe(text);
        return all;
    }

private:
    [[noreturn]] void fail_to_read() const
    {
        throw std::runtime_error("cannot read " + name_ + ": " + std::generic_category().message(errno));
    }

    const std::string name_;
    std::unique_ptr<core::descriptor> opened_; // null: standard input
};

std::string why_not_imported(const core::error_code& ec)
{
    if (ec == core::errc::invalid_input) return "it is no private JWK that can be used";
    if (ec == core::errc::unsupported) return "it is of a kind that tokens are not signed with";
    if (ec == core::errc::already_exists) return "there is a key of that name already, or was one";
    return ec.message();
}

} // namespace

int key_rotate(const arguments& given)
{
    const auto line = read_key_line(given, {"key rotate", {}, {"--now"}});
    if (!line) return misused;
    opened_keys keys(line->values, beside_server(line->values));
    const auto next = core::run_to_end(keys.ring().rotate(start_of(*line)));
    if (!next && next.error() == accounts::key_problem::waiting)
        return fail("the next key is published already: watchword key list shows it, --now lets it sign at once");
    if (!next) return report(next.error(), "no key was made");
    print_next(*next, keys.now());
    return keys.finish("signing_key.rotated", next->kid);
}

int key_retire(const arguments& given)
{
    const bool all = std::find(given.begin(), given.end(), "--all") != given.end();
    syntax expected{"key retire", {"KID"}, {"--all"}};
    if (all) expected.words.clear();
    const auto line = read_key_line(given, expected);
    if (!line) return misused;
    const auto keys = open_to_retire(line->values);
    const auto signing = core::run_to_end(all ? keys->ring().retire_all() : keys->ring().retire(line->words[0]));
    if (!signing && signing.error() == core::errc::not_found)
        return fail("there is no such key that verifies; watchword key list shows them");
    if (!signing) return report(signing.error(), "no key was retired");
    std::cout << (all ? std::string("all keys are") : line->words[0] + " is") << " retired; " << signing->kid
              << " signs\n";
    return keys->finish("signing_key.retired", all ? "all" : line->words[0]);
}

int key_import(const arguments& given)
{
    const auto line = read_key_line(given, {"key import", {"FILE"}, {"--now"}});
    if (!line) return misused;
    const auto where = beside_server(line->values); // before the key is read
    auto jwk = input(line->words[0]).read(crypto::longest_jwk);
    opened_keys keys(line->values, where);
    const auto next = core::run_to_end(keys.ring().import_key(std::move(jwk), start_of(*line)));
    if (!next) return fail("the key was not imported: " + why_not_imported(next.error()));
    print_next(*next, keys.now());
    return keys.finish("signing_key.imported", next->kid);
}

} // namespace watchword::app
