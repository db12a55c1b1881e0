#include "store/user_import.hpp"

#include "accounts/user_conversion.hpp"
#include "accounts/user_file.hpp"
#include "beside_server.hpp"
#include "bulk_hashing.hpp"
#include "command_line.hpp"
#include "progress.hpp"
#include "refusals.hpp"
#include "server/core_dumps.hpp"
#include "server/database_settings.hpp"
#include "user.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <system_error>
#include <thread>

namespace watchword::app {
namespace {

using accounts::file_format;
using accounts::preset;

struct import_options {
    std::string file, report;
    file_format format = file_format::csv;
    preset layout = preset::watchword;
    std::optional<accounts::firebase_parameters> firebase;
    store::same_address compared = store::same_address::caseless;
    bool rehearse = false, skip_existing = false, hash_passwords = false, allow_no_password = false, quiet = false;
};

struct tally {
    std::uint64_t added = 0, known = 0, skipped = 0, without_password = 0, others = 0;
};

// Reads, checks and adds, a batch at a time. What it throws ends the import; earlier batches stay.
class import_run {
public:
    import_run(const import_options& o, const settings::settings& s, progress& p)
        : options_(o),
          progress_(p),
          in_(o.file, std::ios::binary),
          file_(open(), o.format),
          converter_(o.layout, o.firebase),
          refusals_(o.report, p),
          slots_(s.passwords.threads != 0 ? s.passwords.threads : std::max(1U, std::thread::hardware_concurrency()))
    {
        const auto database = server::database_settings(s.database);
        if (o.rehearse) {
            rehearsal_.emplace(database);
        } else {
            importer_.emplace(database);
            if (o.hash_passwords) make_hasher(s.passwords);
        }
    }

    void run()
    {
        std::error_code unknown; // of a pipe
        const auto size = std::filesystem::file_size(options_.file, unknown);
        progress_.begin(options_.rehearse ? "checking" : "importing", store::watcher::unit::bytes, unknown ? 0 : size);
        while (auto record = file_.next()) {
            progress_.throw_if_stopped();
            take(*record);
            if (users_.size() == batch_size()) finish_batch();
        }
        finish_batch();
        refusals_.finish();
        if (importer_ && !importer_->is_noted(noted_within)) throw std::runtime_error(std::string(not_noted));
    }

    const tally& counted() const noexcept { return tally_; }
    std::uint64_t refused() const noexcept { return refusals_.count(); }
    const std::map<std::string, std::uint64_t>& left_out() const noexcept { return converter_.left_out(); }

private:
    std::istream& open()
    {
        if (!in_) throw std::runtime_error(options_.file + " cannot be read");
        return in_;
    }

    void make_hasher(const settings::passwords_group& p)
    {
        const crypto::argon2id_parameters cost{p.memory_kib, p.passes};
        if (!crypto::is_verifiable(cost))
            throw std::runtime_error("passwords.memory_kib or passwords.passes is too high");
        hasher_.emplace(crypto::password_hasher::settings{cost, static_cast<crypto::argon2_engine>(p.engine), slots_});
    }

    // Hashing takes long, and a signal is answered between two batches.
    std::size_t batch_size() const { return hasher_ ? 64 : 500; }

    void take(const accounts::file_record& record)
    {
        if (!record.problem.empty()) return refusals_.add(record.line, record.problem);
        auto converted = converter_.convert(record.fields);
        if (!converted.problem.empty()) return refusals_.add(record.line, converted.problem);
        if (!converted.user) {
            ++tally_.others;
            return;
        }
        const auto problem = password_problem(*converted.user);
        if (!problem.empty()) return refusals_.add(record.line, problem);
        auto& u = *converted.user;
        lines_.push_back(record.line);
        without_password_.push_back(u.password_hash.empty() && u.password.empty());
        users_.push_back({std::move(u.public_id), std::move(u.name), std::move(u.email), std::move(u.password_hash)});
        passwords_.push_back(std::move(u.password));
    }

    std::string password_problem(const accounts::imported_user& u) const
    {
        const bool has_hash = !u.password_hash.empty(), has_password = !u.password.empty();
        if (has_hash && has_password) return "it has a password and a hash";
        if (has_password && !options_.hash_passwords)
            return "its password is in clear text, which --hash-passwords would take";
        if (!has_hash && !has_password && !options_.allow_no_password)
            return "it has no password, which --allow-no-password would take";
        return {};
    }

    void finish_batch()
    {
        if (users_.empty()) return;
        if (hasher_) hash_passwords();
        const auto outcomes =
            importer_ ? importer_->add(users_, options_.compared) : rehearsal_->add(users_, options_.compared);
        for (std::size_t i = 0; i < outcomes.size(); ++i) count(lines_[i], outcomes[i], without_password_[i]);
        lines_.clear();
        users_.clear();
        passwords_.clear();
        without_password_.clear();
        progress_.advance(position());
    }

    void hash_passwords()
    {
        auto hashes = hash_all(*hasher_, slots_, passwords_, random_);
        for (std::size_t i = 0; i < users_.size(); ++i)
            if (!hashes[i].empty()) users_[i].password_hash = std::move(hashes[i]);
    }

    void count(std::uint64_t line, store::import_outcome outcome, bool without_password)
    {
        switch (outcome) {
        case store::import_outcome::added:
            ++tally_.added;
            tally_.without_password += without_password;
            break;
        case store::import_outcome::known: ++tally_.known; break;
        case store::import_outcome::address_taken: refuse_taken(line, "its e-mail address is taken"); break;
        case store::import_outcome::id_taken: refuse_taken(line, "its id is another user's"); break;
        }
    }

    void refuse_taken(std::uint64_t line, const std::string& reason)
    {
        if (options_.skip_existing) {
            ++tally_.skipped;
        } else {
            refusals_.add(line, reason);
        }
    }

    std::uint64_t position()
    {
        const auto at = in_.rdbuf()->pubseekoff(0, std::ios::cur, std::ios::in);
        return at < 0 ? 0 : static_cast<std::uint64_t>(std::streamoff(at));
    }

    const import_options& options_;
    progress& progress_;
    std::ifstream in_;
    accounts::user_file file_;
    accounts::user_converter converter_;
    refusals refusals_;
    const std::size_t slots_;
    std::optional<store::user_importer> importer_;
    std::optional<store::import_rehearsal> rehearsal_;
    core::system_random random_;
    std::optional<crypto::password_hasher> hasher_;
    // The batch: one of each for a user.
    std::vector<std::uint64_t> lines_;
    std::vector<store::new_user> users_;
    std::vector<core::secret_string> passwords_; // in clear text; empty if there is none
    std::vector<bool> without_password_;
    tally tally_;
};

void print_summary(const import_options& o, const import_run& run, std::chrono::steady_clock::duration took)
{
    const auto& t = run.counted();
    std::cout << (o.rehearse ? "would import " : "imported ") << t.added
              << (t.added == 1 ? " user from " : " users from ") << o.file << ", " << seconds_text(took) << "\n";
    const auto line = [](std::uint64_t count, const char* what) {
        if (count != 0) std::cout << "  " << count << " " << what << "\n";
    };
    line(t.without_password, "of them without a password: they cannot log in yet");
    line(t.known, "were here already, from an import before");
    line(t.skipped, "skipped, because the address or the id is another user's");
    line(t.others, "records that are about something else");
    line(run.refused(), o.report.empty() ? "refused" : ("refused: see " + o.report).c_str());
    if (run.left_out().empty()) return;
    std::cout << "There is no place yet for these fields, which stayed behind (in so many records):";
    for (const auto& [name, count] : run.left_out()) std::cout << " " << name << " (" << count << ")";
    std::cout << "\n";
}

int import_all(const import_options& o, const settings::settings& s)
{
    progress shown(o.quiet);
    const stop_on_signal stops(shown);
    const auto began = std::chrono::steady_clock::now();
    std::optional<import_run> run;
    try {
        run.emplace(o, s, shown);
        run->run();
        shown.clear();
        if (!o.quiet) print_summary(o, *run, std::chrono::steady_clock::now() - began);
        return run->refused() == 0 ? success : failed;
    } catch (const std::exception& e) {
        shown.clear();
        if (!run || o.rehearse) return fail(std::string(e.what()) + "; nothing was imported");
        // A batch whose commit fails may have been added all the same.
        return fail(std::string(e.what()) + "; at least " + std::to_string(run->counted().added) +
                    " users were imported: the same command again goes on");
    }
}

std::string extension_of(const std::string& file)
{
    auto text = std::filesystem::path(file).extension().string();
    return text.empty() ? text : text.substr(1);
}

std::optional<file_format> choose_format(const command_line& line, preset layout)
{
    const auto named = line.options.find("--format");
    if (named != line.options.end()) return accounts::find_file_format(named->second);
    const auto found = accounts::find_file_format(extension_of(line.words[0]));
    // Auth0 calls a file of one object on each line .json.
    return found == file_format::json && layout == preset::auth0 ? file_format::json_lines : found;
}

// Nothing if the parameters cannot be read; why was said then.
std::optional<accounts::firebase_parameters> read_firebase_parameters(const std::string& file)
{
    std::ifstream in(file, std::ios::binary);
    std::string text(std::size_t(64) * 1024, '\0'); // more than enough
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    const auto parsed = accounts::parse_firebase_parameters(text);
    if (parsed) return *parsed;
    fail(file + " does not hold Firebase's hash_config { algorithm: SCRYPT, base64_signer_key: ..., ... }");
    return std::nullopt;
}

// Nothing if they contradict each other; why was said then.
std::optional<import_options> read_options(const command_line& line)
{
    import_options o;
    o.file = line.words[0];
    const auto option = [&](const char* name) {
        const auto found = line.options.find(name);
        return found == line.options.end() ? std::string() : found->second;
    };
    o.report = option("--report");
    std::error_code differ;
    if (std::filesystem::equivalent(o.file, o.report, differ))
        return fail("--report would overwrite FILE"), std::nullopt;
    if (const auto name = option("--preset"); !name.empty()) {
        const auto found = accounts::find_preset(name);
        if (!found) return fail("there is no preset '" + name + "'"), std::nullopt;
        o.layout = *found;
    }
    const auto format = choose_format(line, o.layout);
    if (!format) return fail("--format must be csv, jsonl or json, if the file's name does not say it"), std::nullopt;
    o.format = *format;
    const auto parameters = option("--firebase-config");
    if ((o.layout == preset::firebase) == parameters.empty())
        return fail("--firebase-config FILE and --preset firebase go together"), std::nullopt;
    if (o.layout == preset::firebase && o.format == file_format::csv)
        return fail("Firebase's CSV does not name its columns: export JSON"), std::nullopt;
    if (!parameters.empty()) {
        o.firebase = read_firebase_parameters(parameters);
        if (!o.firebase) return std::nullopt;
    }
    if (line.has("--exact-addresses")) o.compared = store::same_address::exact;
    o.rehearse = line.has("--dry-run");
    o.skip_existing = line.has("--skip-existing");
    o.hash_passwords = line.has("--hash-passwords");
    o.allow_no_password = line.has("--allow-no-password");
    o.quiet = line.has("--quiet");
    return o;
}

} // namespace

int user_import(const arguments& given)
{
    const auto line = read_command_line(given, {"user import",
                                                {"FILE"},
                                                {"--dry-run", "--skip-existing", "--hash-passwords",
                                                 "--allow-no-password", "--exact-addresses", "--quiet"},
                                                {"--preset", "--format", "--report", "--firebase-config"}});
    if (!line) return misused;
    const auto options = read_options(*line);
    if (!options) return misused;
    if (!line->values.server.core_dumps) server::forbid_core_dumps(); // there may be passwords in clear text
    return import_all(*options, line->values);
}

void print_import_help()
{
    std::cout
        << "Usage: watchword user import [FLAG]... FILE\n\n"
           "Adds the users of FILE to the database, with the password hashes they have: each hash becomes Argon2id "
           "when\n"
           "its user logs in. Records that cannot be used are refused and listed with their line, the others are "
           "added;\n"
           "exits with 1 then. After an interruption, run the same again: users who were added before are recognised.\n"
           "Servers may go on, on SQLite and on PostgreSQL.\n\n"
           "  --dry-run           Check everything, change nothing.\n"
           "  --preset NAME       Whose file it is: see below. [watchword]\n"
           "  --format FORMAT     csv (with a line of names), jsonl (an object on each line) or json (an array of\n"
           "                      objects, alone or as \"users\", \"items\" or \"data\"). [by FILE's name]\n"
           "  --skip-existing     Pass over users whose address or id is another's, instead of refusing them.\n"
           "  --exact-addresses   Take addresses that differ by case or Unicode form only for different ones.\n"
           "  --hash-passwords    Take passwords in clear text, and hash them.\n"
           "  --allow-no-password Take users without any password; they cannot log in yet.\n"
           "  --report FILE       List all that is refused in FILE. [the first 20 on standard error]\n"
           "  --firebase-config FILE  The hash_config { ... } that Firebase's console shows for the project.\n"
           "  --quiet             Write nothing but problems.\n\n"
           "Presets, and the fields that are read:\n"
           "  watchword   email, name, public_id, and password_hash or, in clear text, password\n"
           "  flask       email, name, public_id, password (a hash). Of the tutorial's user table; the database "
           "itself\n"
           "              can be served as it is, see watchword serve --database.\n"
           "  django      email, first_name, last_name, username, password, is_active. Of auth_user, or dumpdata's "
           "JSON\n"
           "  firebase    auth:export's JSON: localId, email, displayName, passwordHash, salt, disabled\n"
           "  auth0       Bulk export with password hashes: user_id or _id, email, name, passwordHash, blocked\n"
           "  keycloak    Realm export: id, email, firstName, lastName, username, credentials, enabled\n"
           "  supabase    Of auth.users: id, email, encrypted_password, raw_user_meta_data, banned_until, deleted_at\n"
           "  pocketbase  Of users: id, email, name, username, passwordHash or password\n"
           "Fields that have no place yet (roles, metadata, verified addresses) are named at the end. Accounts that "
           "are\n"
           "disabled there are refused. Who has no public id gets one that follows from the address.\n\n"
        << database_flags_help;
}

} // namespace watchword::app
