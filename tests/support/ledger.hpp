#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

// What clients were told about their sign-ups, and whether a database agrees: the proof that nothing is lost.
namespace watchword::test {

// How every account of a ledger signs up.
inline const std::string ledger_password = "correct horse battery staple";
std::string ledger_name(const std::string& email);

enum class outcome {
    unknown,      // no answer, or one that leaves it open (5xx): it may exist, wholly or not at all
    acknowledged, // 201: it exists and logs in
    refused       // 4xx: it does not exist
};

// A file of lines "invoke ID EMAIL" and "ok ID", "fail ID" or "info ID". One thread. Throws std::runtime_error.
class ledger {
public:
    // Begins the file anew.
    explicit ledger(const std::string& file);
    // Writes and syncs.
    ~ledger();
    ledger(const ledger&) = delete;
    ledger& operator=(const ledger&) = delete;

    // Before the request is sent, with a write() in between. The id.
    std::size_t invoke(const std::string& email);
    // After the answer has come, or it is certain that none will.
    void settle(std::size_t id, outcome);
    // What was recorded is in the file, as far as others on this machine can see: what a death of a process needs.
    void write();
    // And on its disk: what a death of this machine needs.
    void sync();

private:
    int file_ = -1;
    std::size_t next_id_ = 0;
    std::string unwritten_;
};

struct ledger_entry {
    std::string email;
    outcome what = outcome::unknown; // also if the ledger ends before it says
};
// In the order of invocation. A last line that is cut off is left out.
std::vector<ledger_entry> read_ledger(const std::string& file);

// A row of the user table as somebody who is not the server reads it; a NULL is an empty text.
struct stored_account {
    std::string email, name, public_id, password_hash;
};
// All accounts whose address begins so, in any order. The addresses of ledgers have no '|' and no quotation marks.
using account_reader = std::function<std::vector<stored_account>(const std::string& prefix)>;

// By Python's sqlite3, beside a running server or after one has stopped properly: after a crash the server must come
// first, or what is tested is Python's recovery.
account_reader sqlite_accounts(const std::string& file);
// What PRAGMA integrity_check says, without the line's end.
std::string sqlite_integrity(const std::string& file);

struct ledger_verdict {
    std::size_t acknowledged = 0, refused = 0, unknown = 0;
    std::size_t unknown_kept = 0; // of the unknown, those that exist
    std::size_t logins = 0;       // that were tried
    // Each of these must be 0.
    std::size_t lost = 0;          // acknowledged and not there
    std::size_t half = 0;          // there without a part of it
    std::size_t revived = 0;       // refused and there
    std::size_t twice = 0;         // one address, several accounts
    std::size_t strangers = 0;     // there though nobody asked for it
    std::size_t failed_logins = 0; // there, and the password or the id it gets is not its own
    std::string example;           // of what is wrong

    std::size_t wrong() const { return lost + half + revived + twice + strangers + failed_logins; }
    void add(const ledger_verdict&);
};

// Compares a ledger with all accounts that begin with its prefix, without logins.
ledger_verdict compare(const std::vector<ledger_entry>&, const std::vector<stored_account>&);

// compare(), and then as many accounts as `logins` log in at `address` and must get a token for their own public id:
// the latest of those that exist, and others spread over all.
ledger_verdict check_ledger(const std::string& file, const std::string& prefix, const account_reader&,
                            const std::string& address, std::size_t logins = 300);

} // namespace watchword::test
