#include "support/ledger.hpp"

#include "core/text.hpp"
#include "support/http_client.hpp"
#include "support/process.hpp"
#include "support/vectors.hpp"

#include <boost/json/parse.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <unistd.h>
#include <unordered_map>

namespace watchword::test {
namespace {

[[noreturn]] void fail(const std::string& what)
{
    throw std::runtime_error("the ledger: " + what + ": " + std::strerror(errno));
}

std::vector<std::string> split(const std::string& line, char separator)
{
    std::vector<std::string> parts;
    std::istringstream in(line);
    for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
    if (line.ends_with(separator)) parts.emplace_back();
    return parts;
}

std::string run_python(const std::string& script, const std::vector<std::string>& arguments)
{
    std::vector<std::string> command{"python3", "-c", script};
    command.insert(command.end(), arguments.begin(), arguments.end());
    const auto done = run_program(command, {}, std::chrono::seconds(600));
    if (done.exit_code != 0) throw std::runtime_error("reading the database: " + done.errors);
    return done.output;
}

void note(ledger_verdict& v, std::size_t& count, const std::string& what, const std::string& email)
{
    ++count;
    if (v.example.empty()) v.example = what + ": " + email;
}

bool is_whole(const stored_account& a)
{
    return a.name == ledger_name(a.email) && !a.public_id.empty() && !a.password_hash.empty();
}

using accounts_by_email = std::unordered_map<std::string_view, const stored_account*>;

accounts_by_email index(const std::vector<stored_account>& accounts)
{
    accounts_by_email all;
    for (const auto& a : accounts) all.emplace(a.email, &a);
    return all;
}

// The public id that a token is for; its signature is the server's business.
std::string owner_of(const std::string& token)
{
    const auto parts = split(token, '.');
    const auto payload = core::base64url_decode(parts.at(1));
    if (!payload) throw std::runtime_error("a token without a payload");
    return std::string(boost::json::parse(*payload).at("public_id").as_string());
}

// Why an account cannot log in; nothing if it can.
std::string log_in(http_client& client, const stored_account& a)
{
    const auto ask = [&] { return client.form_post("/login", {{"email", a.email}, {"password", ledger_password}}); };
    auto answer = ask();
    // Too much to do, or not quite back: not what is judged here.
    for (int again = 0; answer.status == 503 && again < 20; ++again) {
        std::this_thread::sleep_for(std::chrono::milliseconds(250));
        answer = ask();
    }
    if (answer.status != 201) return "its login was answered " + std::to_string(answer.status);
    const std::string token(boost::json::parse(answer.body).at("token").as_string());
    return owner_of(token) == a.public_id ? "" : "it got somebody else's token";
}

std::vector<const stored_account*> choose(const std::vector<ledger_entry>& entries, const accounts_by_email& accounts,
                                          std::size_t count)
{
    std::vector<const stored_account*> there;
    for (const auto& e : entries)
        if (const auto found = accounts.find(e.email); found != accounts.end()) there.push_back(found->second);
    if (there.size() <= count) return there;
    const std::size_t latest = count / 2, spread = count - latest, earlier = there.size() - latest;
    std::vector<const stored_account*> chosen(there.end() - static_cast<std::ptrdiff_t>(latest), there.end());
    for (std::size_t i = 0; i < spread; ++i) chosen.push_back(there[i * earlier / spread]);
    return chosen;
}

} // namespace

std::string ledger_name(const std::string& email)
{
    return "Name of " + email;
}

ledger::ledger(const std::string& file)
    : file_(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600))
{
    if (file_ < 0) fail("cannot open " + file);
}

ledger::~ledger()
{
    try {
        sync();
    } catch (const std::exception&) { // who must know calls it
    }
    ::close(file_);
}

std::size_t ledger::invoke(const std::string& email)
{
    unwritten_ += "invoke " + std::to_string(next_id_) + " " + email + "\n";
    return next_id_++;
}

void ledger::settle(std::size_t id, outcome what)
{
    unwritten_ += what == outcome::acknowledged ? "ok " : what == outcome::refused ? "fail " : "info ";
    unwritten_ += std::to_string(id) + "\n";
}

void ledger::write()
{
    for (std::size_t done = 0; done < unwritten_.size();) {
        const auto size = ::write(file_, unwritten_.data() + done, unwritten_.size() - done);
        if (size < 0) fail("cannot write");
        done += static_cast<std::size_t>(size);
    }
    unwritten_.clear();
}

void ledger::sync()
{
    write();
    if (::fdatasync(file_) != 0) fail("cannot sync");
}

std::vector<ledger_entry> read_ledger(const std::string& file)
{
    auto text = read_file(file);
    text.erase(text.rfind('\n') + 1); // npos + 1 is 0
    std::vector<ledger_entry> all;
    std::istringstream in(text);
    std::string what, email;
    for (std::size_t id = 0; in >> what >> id;) {
        if (what == "invoke") {
            if (id != all.size() || !(in >> email)) throw std::runtime_error("the ledger is not in order");
            all.push_back({email});
        } else {
            all.at(id).what = what == "ok"     ? outcome::acknowledged
                              : what == "fail" ? outcome::refused
                                               : outcome::unknown;
        }
    }
    return all;
}

account_reader sqlite_accounts(const std::string& file)
{
    static const std::string script =
        "import sqlite3, sys\n"
        "first = sys.argv[2]\n"
        "rows = sqlite3.connect(sys.argv[1], timeout=60).execute(\"SELECT coalesce(email, ''), coalesce(name, ''), \"\n"
        "    \"coalesce(public_id, ''), coalesce(password, '') FROM user WHERE email >= ? AND email < ?\",\n"
        "    (first, first + chr(0x10ffff)))\n"
        "sys.stdout.writelines('|'.join(row) + '\\n' for row in rows)\n";
    return [file](const std::string& prefix) {
        std::vector<stored_account> all;
        std::istringstream lines(run_python(script, {file, prefix}));
        for (std::string line; std::getline(lines, line);) {
            const auto parts = split(line, '|');
            all.push_back({parts.at(0), parts.at(1), parts.at(2), parts.at(3)});
        }
        return all;
    };
}

std::string sqlite_integrity(const std::string& file)
{
    auto answer = run_python("import sqlite3, sys\n"
                             "for row in sqlite3.connect(sys.argv[1], timeout=60).execute('PRAGMA integrity_check'):\n"
                             "    print(row[0])\n",
                             {file});
    while (answer.ends_with('\n')) answer.pop_back();
    return answer;
}

void ledger_verdict::add(const ledger_verdict& other)
{
    acknowledged += other.acknowledged;
    refused += other.refused;
    unknown += other.unknown;
    unknown_kept += other.unknown_kept;
    logins += other.logins;
    lost += other.lost;
    half += other.half;
    revived += other.revived;
    twice += other.twice;
    strangers += other.strangers;
    failed_logins += other.failed_logins;
    if (example.empty()) example = other.example;
}

ledger_verdict compare(const std::vector<ledger_entry>& entries, const std::vector<stored_account>& accounts)
{
    ledger_verdict v;
    const auto there = index(accounts);
    v.twice = accounts.size() - there.size();
    if (v.twice != 0) v.example = "an address has several accounts";
    std::unordered_map<std::string_view, outcome> asked_for;
    for (const auto& e : entries) {
        asked_for.emplace(e.email, e.what);
        const bool exists = there.contains(e.email);
        switch (e.what) {
        case outcome::acknowledged:
            ++v.acknowledged;
            if (!exists) note(v, v.lost, "acknowledged and lost", e.email);
            break;
        case outcome::refused:
            ++v.refused;
            if (exists) note(v, v.revived, "refused and there", e.email);
            break;
        case outcome::unknown:
            ++v.unknown;
            if (exists) ++v.unknown_kept;
            break;
        }
    }
    for (const auto& a : accounts) {
        if (!asked_for.contains(a.email)) note(v, v.strangers, "nobody asked for it", a.email);
        if (!is_whole(a)) note(v, v.half, "half an account", a.email);
    }
    return v;
}

ledger_verdict check_ledger(const std::string& file, const std::string& prefix, const account_reader& read,
                            const std::string& address, std::size_t logins)
{
    const auto entries = read_ledger(file);
    const auto accounts = read(prefix);
    auto v = compare(entries, accounts);
    if (logins == 0) return v;
    http_client client(address);
    for (const auto* account : choose(entries, index(accounts), logins)) {
        ++v.logins;
        const auto problem = log_in(client, *account);
        if (!problem.empty()) note(v, v.failed_logins, problem, account->email);
    }
    return v;
}

} // namespace watchword::test
