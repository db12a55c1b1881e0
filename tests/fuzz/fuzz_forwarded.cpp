// Any fields of any proxies: an untrusted peer is never believed; a client is the peer or an address that stands in the
// field; what a trusted proxy writes behind any text is read as written; X-Forwarded-For agrees with a simple reader.
#include "core/text.hpp"
#include "http/forwarded.hpp"

#include <cstdint>
#include <cstdlib>
#include <deque>
#include <optional>
#include <string>
#include <vector>

using namespace watchword;
using http::forwarding_field;

namespace {

const auto trusted = core::network_list::parse({"10.0.0.0/8", "fd00::/8"}).value();
const auto trusted_peer = *core::parse_address("10.0.0.1");
const auto untrusted_peer = *core::parse_address("192.0.2.1");

std::string_view name_of(char c)
{
    return c == 'x' ? "X-Forwarded-For" : c == 'f' ? "forwarded" : c == 'p' ? "x-forwarded-proto" : "Via";
}

http::request read_fields(std::string_view text)
{
    http::request q;
    while (!text.empty() && q.headers.size() < 100) {
        const auto line = text.substr(0, text.find('\n'));
        text.remove_prefix(std::min(line.size() + 1, text.size()));
        if (!line.empty()) q.headers.push_back({name_of(line.front()), core::trim(line.substr(1))});
    }
    return q;
}

// All fields of a name as one list.
std::string joined(const http::request& q, std::string_view name)
{
    std::string out;
    bool is_first = true;
    for (const auto& f : q.headers) {
        if (!core::iequals(f.name, name)) continue;
        if (!is_first) out += ',';
        is_first = false;
        out += f.value;
    }
    return out;
}

bool is_address(std::string_view text, const core::ip_address& wanted)
{
    boost::system::error_code ec;
    const auto address = boost::asio::ip::make_address(std::string(text), ec);
    return !ec && core::unmapped(address) == wanted;
}

// Whether an address stands in a text, alone or in front of a port.
bool stands_in(std::string text, const core::ip_address& wanted)
{
    std::erase(text, '\\');
    constexpr std::string_view characters = "0123456789abcdefABCDEF.:";
    for (auto begin = text.find_first_of(characters); begin != text.npos;
         begin = text.find_first_of(characters, begin)) {
        const auto run =
            std::string_view(text).substr(begin).substr(0, text.find_first_not_of(characters, begin) - begin);
        if (is_address(run, wanted) || is_address(run.substr(0, run.find(':')), wanted)) return true;
        begin += run.size();
    }
    return false;
}

std::optional<core::ip_address> simple_entry(std::string entry)
{
    const auto bracket = entry.find(']'), colon = entry.rfind(':');
    std::string port = "1";
    if (entry.starts_with('[')) {
        if (bracket == entry.npos || entry.find(':') > bracket) return std::nullopt;
        if (bracket + 1 < entry.size()) port = entry[bracket + 1] == ':' ? entry.substr(bracket + 2) : "none";
        entry = entry.substr(1, bracket - 1);
    } else if (entry.find(':') == colon && colon != entry.npos) {
        port = entry.substr(colon + 1);
        entry.resize(colon);
        if (entry.find('.') == entry.npos) return std::nullopt;
    }
    if (port.empty() || port.size() > 5 || port.find_first_not_of("0123456789") != port.npos || std::stoi(port) > 65535)
        return std::nullopt;
    boost::system::error_code ec;
    const auto address = boost::asio::ip::make_address(entry, ec);
    if (ec || entry.find('%') != entry.npos || entry.find('\0') != entry.npos) return std::nullopt;
    return core::unmapped(address);
}

core::ip_address simple_client(const http::request& q)
{
    std::deque<std::string> hops;
    auto list = joined(q, "X-Forwarded-For") + ",";
    for (auto comma = list.find(','); comma != list.npos; comma = list.find(',')) {
        hops.push_front(std::string(core::trim(list.substr(0, comma))));
        list.erase(0, comma + 1);
    }
    auto client = trusted_peer;
    for (std::size_t i = 0; i < hops.size() && i < 64 && trusted.contains(client); ++i) {
        const auto hop = simple_entry(hops[i]);
        if (!hop) break;
        client = *hop;
    }
    return client;
}

// A proxy adds to the last field of that name, or a field.
void check_what_a_proxy_adds(http::request q, forwarding_field field)
{
    const bool is_standard = field == forwarding_field::forwarded;
    const std::string_view name = is_standard ? "Forwarded" : "X-Forwarded-For";
    const std::string added = is_standard ? "for=\"[2001:db8::1]:5\";host=\"a\\\",\";proto=https" : "2001:db8::1";
    std::string value;
    http::header_field* last = nullptr;
    for (auto& f : q.headers)
        if (core::iequals(f.name, name)) last = &f;
    if (last) {
        value.append(last->value).append(", ").append(added);
        last->value = value;
    } else {
        q.headers.push_back({name, added});
    }
    const auto client = http::find_client(q, trusted_peer, {trusted, field});
    if (client.address != *core::parse_address("2001:db8::1")) std::abort();
    if (is_standard && client.scheme != "https") std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto q = read_fields({reinterpret_cast<const char*>(data), size});
    for (const auto field : {forwarding_field::x_forwarded_for, forwarding_field::forwarded}) {
        const auto alone = http::find_client(q, untrusted_peer, {trusted, field});
        if (alone.address != untrusted_peer || !alone.scheme.empty()) std::abort();

        const auto client = http::find_client(q, trusted_peer, {trusted, field});
        const auto name = field == forwarding_field::forwarded ? "Forwarded" : "X-Forwarded-For";
        if (client.address != trusted_peer && !stands_in(joined(q, name), *client.address)) std::abort();
        if (!client.scheme.empty() && client.scheme != "http" && client.scheme != "https") std::abort();
        check_what_a_proxy_adds(q, field);
    }
    const auto client = http::find_client(q, trusted_peer, {trusted, forwarding_field::x_forwarded_for});
    if (client.address != simple_client(q)) std::abort();
    return 0;
}
