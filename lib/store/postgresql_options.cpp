#include "store/postgresql_options.hpp"

#include "core/descriptor.hpp"
#include "core/secret.hpp"

#include <libpq-fe.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <unistd.h>

namespace watchword::store {
namespace {

using options = std::map<std::string, std::string>;

struct finish {
    void operator()(PQconninfoOption* o) const noexcept { ::PQconninfoFree(o); }
};

bool is_url(std::string_view text)
{
    return text.starts_with("postgresql://") || text.starts_with("postgres://");
}

options parse(const std::string& text)
{
    // libpq's own message may quote the text, and with it the password.
    const auto bad = [&] {
        return std::runtime_error(
            is_url(text) ? "cannot understand the database URL: it should look like "
                           "postgresql://USER:PASSWORD@HOST:PORT/DATABASE?OPTION=VALUE, with anything unusual "
                           "in a part percent-encoded"
                         : "cannot understand the database's keywords: they should look like host=HOST dbname=NAME "
                           "sslmode=verify-full, with a value that holds spaces between single quotation marks");
    };
    const std::unique_ptr<PQconninfoOption, finish> parsed(::PQconninfoParse(text.c_str(), nullptr));
    if (!parsed) throw bad();
    options found;
    for (const auto* o = parsed.get(); o->keyword != nullptr; ++o)
        if (o->val != nullptr) found.emplace(o->keyword, o->val);
    // An unencoded '@' or '/' in a password has cut it in two, and later messages would name the pieces.
    for (const auto* part : {"host", "dbname"})
        if (found.contains(part) && found[part].find('@') != std::string::npos) throw bad();
    if (found.contains("port") && found["port"].find_first_not_of("0123456789,") != std::string::npos) throw bad();
    return found;
}

// SOCI looks for options of its own in what it is given and mangles quotation marks and spaces; a URL with everything
// percent-encoded passes through it unharmed.
std::string to_url(const options& all)
{
    static constexpr std::string_view digits = "0123456789ABCDEF";
    std::string url = "postgresql://";
    char separator = '?';
    for (const auto& [keyword, value] : all) {
        url += std::exchange(separator, '&') + keyword + '=';
        for (const char c : value) {
            const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (plain) {
                url += c;
            } else {
                const auto byte = static_cast<unsigned char>(c);
                url += {'%', digits[byte >> 4], digits[byte & 15]};
            }
        }
    }
    return url;
}

// Not a secret_string: SOCI and libpq keep it as long as the connection, to connect again.
std::string read_password(const std::string& path)
{
    const auto fail = [&](const std::string& why) {
        throw std::runtime_error("cannot read the database's password from " + path + ": " + why);
    };
    const core::descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (file.get() < 0) fail(std::generic_category().message(errno));
    core::secret_bytes<1024> buffer;
    const auto size = ::read(file.get(), buffer.data, sizeof buffer.data);
    if (size < 0) fail(std::generic_category().message(errno));
    const auto text = buffer.view().substr(0, static_cast<std::size_t>(size));
    std::string password(text.substr(0, text.find('\n')));
    if (password.ends_with('\r')) password.pop_back();
    if (password.empty()) fail("it is empty");
    if (password.size() == sizeof buffer.data) fail("it is too long");
    if (password.find('\0') != std::string::npos) fail("it is no text");
    return password;
}

std::size_t count_hosts(const options& all)
{
    const auto elements = [&](const char* name) {
        const auto found = all.find(name);
        if (found == all.end()) return std::ptrdiff_t(1);
        return 1 + std::count(found->second.begin(), found->second.end(), ',');
    };
    return static_cast<std::size_t>(std::max(elements("host"), elements("hostaddr")));
}

} // namespace

bool names_postgresql(std::string_view text) noexcept
{
    if (is_url(text)) return true;
    const auto equals = text.find('=');
    if (equals == text.npos) return false;
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || c == '_' || c == ' '; };
    return std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(equals), is_letter);
}

postgresql_options::postgresql_options(const std::string& url_or_keywords, std::string password_file,
                                       std::chrono::milliseconds timeout)
    : all_(parse(url_or_keywords)), password_file_(std::move(password_file))
{
    if (!password_file_.empty()) {
        if (all_.contains("password"))
            throw std::runtime_error("the database's password is given twice, in database.url and in a file");
        read_password(password_file_); // what is wrong with it is said at once
    }
    // A server that does not answer is given up; emplace leaves what the operator says. Two seconds are libpq's least.
    all_.emplace("connect_timeout", "2");
    all_.emplace("tcp_user_timeout", std::to_string(timeout.count()));
    all_.emplace("keepalives_idle", "10");
    all_.emplace("keepalives_interval", "5");
    all_.emplace("keepalives_count", "3");
    all_.emplace("application_name", "watchword");
    // Of several hosts, the one that takes writes; who wants it may read from others.
    const auto hosts = count_hosts(all_);
    if (hosts > 1) {
        const auto given = all_.emplace("target_session_attrs", "read-write").first->second;
        if (given != "read-write" && given != "primary") writers_attributes_ = "read-write";
    }
    // Every name may have an address of either kind.
    const auto each = std::max(2L, std::strtol(all_["connect_timeout"].c_str(), nullptr, 10));
    connect_limit_ = std::chrono::seconds(each * static_cast<long>(2 * hosts));
}

std::string postgresql_options::connection_string(access a) const
{
    auto all = all_;
    if (!password_file_.empty()) all["password"] = read_password(password_file_);
    if (a == access::write && !writers_attributes_.empty()) all["target_session_attrs"] = writers_attributes_;
    return to_url(all);
}

} // namespace watchword::store
