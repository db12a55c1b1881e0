#include "server/secret.hpp"

#include "core/descriptor.hpp"
#include "core/log.hpp"
#include "core/text.hpp"

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <span>
#include <stdexcept>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace watchword::server {
namespace {

using core::descriptor;

constexpr std::string_view sqlite_scheme = "sqlite:";
constexpr auto value_name = "WATCHWORD_SECRET";

[[noreturn]] void fail(const std::string& what)
{
    throw std::runtime_error(what);
}
[[noreturn]] void fail_errno(const std::string& what)
{
    fail(what + ": " + std::generic_category().message(errno));
}

core::secret_string check_length(core::secret_string secret, const std::string& where)
{
    if (secret.size() >= least_secret_bytes) return secret;
    fail("the secret in " + where + " is too short: " + std::to_string(secret.size()) + " bytes, at least " +
         std::to_string(least_secret_bytes) + " are needed");
}

core::secret_string read_secret(const descriptor& file, const std::string& path)
{
    struct stat status {};
    if (::fstat(file.get(), &status) != 0) fail_errno("cannot read the secret file " + path);
    if (!S_ISREG(status.st_mode)) fail("the secret file " + path + " is not a regular file");
    if ((status.st_mode & (S_IWGRP | S_IRWXO)) != 0)
        core::log::warning("the secret file can be read or changed by others; chmod 600 it", {{"file", path}});
    core::secret_bytes<4096> buffer;
    const ssize_t size = ::read(file.get(), buffer.data, sizeof buffer.data);
    if (size < 0) fail_errno("cannot read the secret file " + path);
    auto text = buffer.view().substr(0, static_cast<std::size_t>(size));
    if (text.size() == sizeof buffer.data) fail("the secret file " + path + " is too long");
    if (text.ends_with('\n')) text.remove_suffix(1);
    if (text.ends_with('\r')) text.remove_suffix(1);
    return check_length(core::secret_string(text), path);
}

// The line that stands for it in a file.
core::secret_string make_secret(core::random_source& random)
{
    core::secret_bytes<32> bytes;
    random.fill(std::as_writable_bytes(std::span(bytes.data)));
    const core::secret_string encoded(core::base64url_encode(bytes.view()));
    std::string line;
    line.reserve(encoded.size() + 1); // never grows, so leaves no copy behind
    line.append(encoded.view()).push_back('\n');
    return core::secret_string(std::move(line));
}

// Written under another name and linked into place, so that no start ever finds half a secret.
void create_secret(const std::string& path, core::random_source& random)
{
    const auto text = make_secret(random);
    const std::string fresh = path + ".new-" + std::to_string(::getpid());
    ::unlink(fresh.c_str()); // a power cut may have left it; in a container the number is the same each time
    const descriptor file(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (file.get() < 0) fail_errno("cannot create the secret file " + fresh);
    const auto written = ::write(file.get(), text.view().data(), text.size());
    const bool stored = written == static_cast<ssize_t>(text.size()) && ::fsync(file.get()) == 0;
    const int write_error = errno;
    const bool linked = stored && (::link(fresh.c_str(), path.c_str()) == 0 || errno == EEXIST);
    const int link_error = errno;
    ::unlink(fresh.c_str());
    errno = stored ? link_error : write_error;
    if (!linked) fail_errno("cannot create the secret file " + path);

    auto directory = std::filesystem::path(path).parent_path();
    if (directory.empty()) directory = ".";
    const descriptor parent(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (parent.get() < 0 || ::fsync(parent.get()) != 0) fail_errno("cannot store the secret file " + path);
}

} // namespace

core::secret_string load_secret(const core::secret_string& value, const std::string& file, bool may_create,
                                core::random_source& random)
{
    if (!value.empty()) return check_length(value, value_name);
    const auto open_existing = [&] { return ::open(file.c_str(), O_RDONLY | O_CLOEXEC); };
    {
        const descriptor existing(open_existing());
        if (existing.get() >= 0) return read_secret(existing, file);
        if (errno != ENOENT || !may_create) fail_errno("cannot read the secret file " + file);
    }
    create_secret(file, random);
    core::log::info("a new secret for signing tokens was written", {{"file", file}});
    const descriptor created(open_existing());
    if (created.get() < 0) fail_errno("cannot read the secret file " + file);
    return read_secret(created, file);
}

bool names_secret(const settings::settings& s)
{
    return !s.secret.file.empty() || !s.secret.value.empty();
}

std::string secret_place(const settings::settings& s)
{
    if (!s.secret.value.empty()) return value_name;
    if (!s.secret.file.empty()) return s.secret.file;
    const std::string_view url = s.database.url;
    return url.starts_with(sqlite_scheme) ? std::string(url.substr(sqlite_scheme.size())) + ".secret" : std::string();
}

core::secret_string find_secret(const settings::settings& s, bool may_create, core::random_source& random)
{
    if (names_secret(s)) return load_secret(s.secret.value, s.secret.file, false, random);
    const auto place = secret_place(s);
    if (place.empty()) fail("a PostgreSQL database needs a secret: set --secret-file or WATCHWORD_SECRET");
    return load_secret({}, place, may_create, random);
}

} // namespace watchword::server
