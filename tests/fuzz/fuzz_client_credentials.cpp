// Any bytes as a Basic field, alone and in base64: what is read is what they say. And as the file of clients: what is
// good of it is read again from how it is written.
#include "accounts/client_file.hpp"
#include "api/client_credentials.hpp"
#include "core/text.hpp"
#include "http/percent.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>

namespace {

using namespace watchword;

void demand(bool holds)
{
    if (!holds) std::abort();
}

bool is_control(char c)
{
    return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

std::string base64(std::string_view bytes)
{
    auto text = core::base64url_encode(bytes);
    std::replace(text.begin(), text.end(), '-', '+');
    std::replace(text.begin(), text.end(), '_', '/');
    text.resize((text.size() + 3) / 4 * 4, '=');
    return text;
}

void check_pair(std::string_view pair)
{
    const auto field = "Basic " + base64(pair);
    const auto read = api::read_basic(field);
    const auto colon = pair.find(':');
    const auto id = http::form_decode(pair.substr(0, colon));
    const auto secret = colon == pair.npos ? std::string() : http::form_decode(pair.substr(colon + 1));
    const bool is_good = field.size() <= api::longest_basic && colon != pair.npos && !id.empty() && !secret.empty() &&
                         std::none_of(id.begin(), id.end(), is_control) &&
                         std::none_of(secret.begin(), secret.end(), is_control);
    demand(read.has_value() == is_good);
    if (read) demand(read->id == id && core::equal_in_constant_time(read->secret.view(), secret));
}

void check_file(std::string_view text)
{
    const auto file = accounts::read_client_file(text);
    demand(file.problems.size() <= 20 && file.clients.size() <= accounts::most_clients);
    for (const auto& each : file.clients) {
        const auto again = accounts::read_client_file("[" + accounts::write_client_entry(each) + "]");
        demand(again.problems.empty() && again.clients.size() == 1);
        demand(again.clients[0].id == each.id && again.clients[0].name == each.name &&
               again.clients[0].secret_hash == each.secret_hash);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto read = api::read_basic(text)) demand(!read->id.empty() && !read->secret.empty());
    check_pair(text);
    check_file(text);
    return 0;
}
