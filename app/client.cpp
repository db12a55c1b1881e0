#include "accounts/client_file.hpp"
#include "command_line.hpp"
#include "core/random.hpp"
#include "settings/nearest.hpp"

#include <iostream>
#include <stdexcept>

namespace watchword::app {
namespace {

constexpr std::string_view help =
    "Usage: watchword client new [FLAG]... ID\n\n"
    "Makes a secret for a program that asks this service about its users' tokens (/v1/oauth/introspect, RFC 7662) or\n"
    "revokes them (/v1/oauth/revoke, RFC 7009). Prints the secret, which is stored nowhere and shown this once, and\n"
    "the entry for the file that clients.file names: a JSON array of such entries, which a server reads when it\n"
    "starts. ID is what the program calls itself: 1 to 64 of A-Z a-z 0-9 . _ ~ -\n\n"
    "  --may RIGHTS        introspect, revoke or both with a comma between. [introspect,revoke]\n"
    "  --name NAME         What people call it.\n"
    "  --json              Print one JSON object: client_id, client_secret, entry.\n"
    "  --help              Show this text.\n";

void give_rights(accounts::registered_client& c, std::string_view words)
{
    for (bool more = true; more;) {
        const auto end = words.find(',');
        const auto word = words.substr(0, end);
        if (word != "introspect" && word != "revoke")
            throw std::runtime_error("--may takes introspect, revoke or introspect,revoke");
        (word == "revoke" ? c.may_revoke : c.may_introspect) = true;
        more = end != words.npos;
        if (more) words.remove_prefix(end + 1);
    }
}

accounts::registered_client client_of(const command_line& line)
{
    const auto option = [&](std::string_view name, std::string_view otherwise) {
        const auto found = line.options.find(name);
        return found != line.options.end() ? std::string_view(found->second) : otherwise;
    };
    accounts::registered_client c;
    c.id = line.words[0];
    if (!accounts::is_client_id(c.id)) throw std::runtime_error("an ID is 1 to 64 of A-Z a-z 0-9 . _ ~ -");
    c.name = option("--name", "");
    give_rights(c, option("--may", "introspect,revoke"));
    return c;
}

void print_json(const accounts::registered_client& c, const core::secret_string& secret, const std::string& entry)
{
    // Written by hand, so that no library keeps the secret; neither it nor the id has anything to escape.
    std::cout << "{\"client_id\":\"" << c.id << "\",\"client_secret\":\"" << secret.view() << "\",\"entry\":" << entry
              << "}\n";
}

int make(const arguments& given)
{
    const auto line = read_command_line(given, {"client new", {"ID"}, {"--json"}, {"--may", "--name"}});
    if (!line) return misused;
    try {
        auto client = client_of(*line);
        core::system_random random;
        const auto secret = accounts::make_client_secret(client, random);
        const auto entry = accounts::write_client_entry(client);
        if (const auto read = accounts::read_client_file("[" + entry + "]"); !read.problems.empty())
            throw std::runtime_error(read.problems.front()); // its name
        if (line->has("--json")) {
            print_json(client, secret, entry);
        } else {
            std::cout << "The secret, which is shown this once:\n  " << secret.view()
                      << "\nThe entry for the file of clients:\n  " << entry << "\n";
        }
        return std::cout.flush() ? success : fail("standard output cannot be written");
    } catch (const std::exception& e) {
        return fail(e.what());
    }
}

} // namespace

int client(const arguments& given)
{
    if (wants_help(given)) {
        std::cout << help;
        return success;
    }
    const std::string step = given.empty() ? "" : given.front();
    if (step == "new") return make({given.begin() + 1, given.end()});
    const auto near = settings::nearest(step, {"new"});
    const bool named = !step.empty() && !step.starts_with('-');
    fail(named ? "client knows no '" + step + "'" + (near.empty() ? "" : "; did you mean " + near + "?")
               : std::string("client needs new; see watchword client --help"));
    return misused;
}

} // namespace watchword::app
