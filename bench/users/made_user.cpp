#include "users/made_user.hpp"

#include <algorithm>
#include <array>

namespace watchword::users {
namespace {

constexpr std::array<std::string_view, 40> first_names{
    "Maria", "James", "Anna",  "Mohamed", "Wei",   "Jose",   "Olga",   "Peter", "Fatima", "John",
    "Li",    "Sofia", "David", "Elena",   "Yuki",  "Ahmed",  "Laura",  "Ivan",  "Priya",  "Thomas",
    "Emma",  "Juan",  "Nina",  "Ali",     "Sarah", "Lucas",  "Chen",   "Eva",   "Raj",    "Julia",
    "Omar",  "Clara", "Marco", "Aisha",   "Erik",  "Hannah", "Dmitri", "Ines",  "Kofi",   "Zoe"};
constexpr std::array<std::string_view, 40> last_names{
    "Garcia",  "Smith", "Wang",   "Mueller", "Silva",   "Khan",   "Kim",     "Ivanov",   "Nguyen", "Jones",
    "Singh",   "Rossi", "Sato",   "Brown",   "Lopez",   "Hassan", "Novak",   "Andersen", "Dubois", "Kowalski",
    "Tanaka",  "Lee",   "Patel",  "Martin",  "Schmidt", "Okafor", "Johnson", "Costa",    "Zhang",  "Petrov",
    "Larsson", "Cohen", "Haddad", "Moreau",  "Murphy",  "Horvat", "Yilmaz",  "Berg",     "Diaz",   "Fischer"};
constexpr std::array<std::string_view, 8> domains{"mail.example",    "post.example",    "web.example",
                                                  "company.example", "letters.example", "home.example",
                                                  "campus.example",  "office.example"};

// One number out of another: SplitMix64's finaliser.
std::uint64_t mix(std::uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

// The earlier ones more often, as with real names.
template <std::size_t N> std::string_view pick(const std::array<std::string_view, N>& from, std::uint64_t chance)
{
    return from[std::min((chance & 0xffff) % N, ((chance >> 16) & 0xffff) % N)];
}

std::string uuid(std::uint64_t high, std::uint64_t low)
{
    high = (high & ~std::uint64_t{0xf000}) | 0x4000u;        // version 4
    low = (low & 0x3fffffffffffffffu) | 0x8000000000000000u; // RFC 9562's variant
    std::string text;
    for (int digit = 0; digit < 32; ++digit) {
        if (digit == 8 || digit == 12 || digit == 16 || digit == 20) text += '-';
        const auto half = digit < 16 ? high : low;
        text += "0123456789abcdef"[(half >> (60 - 4 * (digit % 16))) & 15];
    }
    return text;
}

} // namespace

made_user make_user(std::uint64_t seed, std::uint64_t n)
{
    const auto base = mix(seed) ^ n;
    const auto first = pick(first_names, mix(base)), last = pick(last_names, mix(base + 0x100000000u));
    const auto domain = pick(domains, mix(base + 0x200000000u));
    made_user u;
    const auto high = mix(base);
    u.public_id = uuid(high, mix(high ^ n));
    u.name.append(first).append(" ").append(last);
    u.email.append(first).append(".").append(last).append(std::to_string(n));
    std::transform(u.email.begin(), u.email.end(), u.email.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    u.email.append("@").append(domain);
    return u;
}

} // namespace watchword::users
