#include "accounts/key_rows.hpp"
#include "crypto/jwk.hpp"
#include "key.hpp"
#include "private_file.hpp"
#include "server/core_dumps.hpp"
#include "server/database_settings.hpp"
#include "server/secret.hpp"

#include <algorithm>
#include <iostream>
#include <stdexcept>

namespace watchword::app {
namespace {

crypto::named_signing_key find_key(const settings::settings& s, const std::string& kid)
{
    const auto rows = store::read_signing_keys(server::database_settings(s.database));
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const auto& r) { return r.kid == kid; });
    if (found == rows.end()) throw std::runtime_error("there is no key " + kid + "; watchword key list shows them");
    core::system_random random;
    auto opened = accounts::open_row(*found, crypto::key_seal(server::find_secret(s, false, random)));
    if (!opened) throw std::runtime_error(opened.error().message());
    return {kid, std::move(*opened)};
}

void write_private(const crypto::named_signing_key& key, const std::string& name, bool replace)
{
    private_file out(name, replace);
    out.write(crypto::write_private_jwk(key).view());
    out.write("\n");
    out.finish();
}

} // namespace

int key_export(const arguments& given)
{
    const auto line = read_key_line(given, {"key export", {"KID"}, {"--force"}, {"--private"}});
    if (!line) return misused;
    if (!line->values.server.core_dumps) server::forbid_core_dumps();
    const auto found = find_key(line->values, line->words[0]);
    const auto file = line->options.find("--private");
    if (file != line->options.end()) {
        write_private(found, file->second, line->has("--force"));
    } else {
        std::cout << crypto::write_public_jwk({found.kid, found.key.verifying()}) << "\n";
    }
    return success;
}

} // namespace watchword::app
