// The engines against the RFC's vectors, libsodium, libargon2 and each other.
#include "core/text.hpp"
#include "crypto/argon2_engine.hpp"
#include "crypto/phc.hpp"
#include "support/vectors.hpp"

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>
#include <sodium.h>

#include <argon2.h>
#include <limits>
#include <random>
#include <vector>

namespace {

using namespace watchword;
using crypto::argon2_engine;

std::vector<argon2_engine> engines()
{
    std::vector<argon2_engine> all;
    for (const auto e : {argon2_engine::avx512, argon2_engine::avx2, argon2_engine::portable, argon2_engine::libsodium})
        if (crypto::is_supported(e)) all.push_back(e);
    return all;
}

std::string tag_by(argon2_engine engine, crypto::argon2_memory& memory, const crypto::argon2id_input& in,
                   std::size_t size)
{
    std::string tag(size, '\0');
    crypto::argon2id(engine, memory, in, tag);
    return tag;
}

// Inputs of any size, most of them small; the same in every run.
class inputs {
public:
    std::size_t number(std::size_t least, std::size_t most)
    {
        return std::uniform_int_distribution<std::size_t>(least, most)(engine_);
    }
    std::string bytes(std::size_t least, std::size_t most)
    {
        std::string all(number(least, most), '\0');
        for (auto& c : all) c = static_cast<char>(engine_());
        return all;
    }
    // A few of them are wide enough for several blocks of addresses in a segment.
    std::uint32_t memory_kib(std::uint32_t lanes)
    {
        const std::size_t most = number(0, 99) == 0 ? 1500 : number(0, 9) == 0 ? 200 : 64;
        return static_cast<std::uint32_t>(number(8, most) * lanes + number(0, lanes * 4 - 1));
    }

private:
    std::mt19937_64 engine_{20'260'101};
};

// Without optimisation, or with sanitizers, the full number would take minutes.
#ifdef NDEBUG
constexpr int many = 10'000;
#else
constexpr int many = 400;
#endif

const unsigned char* unsigned_bytes(const std::string& s)
{
    return reinterpret_cast<const unsigned char*>(s.data());
}

std::string libsodium_tag(const crypto::argon2id_input& in, std::size_t size)
{
    std::string tag(size, '\0');
    BOOST_REQUIRE(::crypto_pwhash_argon2id(reinterpret_cast<unsigned char*>(tag.data()), size, in.password.data(),
                                           in.password.size(), reinterpret_cast<const unsigned char*>(in.salt.data()),
                                           in.passes, std::size_t(in.memory_kib) * 1024,
                                           crypto_pwhash_argon2id_ALG_ARGON2ID13) == 0);
    return tag;
}

std::string libargon2_tag(const crypto::argon2id_input& in, std::size_t size)
{
    std::string tag(size, '\0'), password(in.password), salt(in.salt);
    ::argon2_context c{};
    c.out = reinterpret_cast<std::uint8_t*>(tag.data());
    c.outlen = static_cast<std::uint32_t>(size);
    c.pwd = reinterpret_cast<std::uint8_t*>(password.data());
    c.pwdlen = static_cast<std::uint32_t>(password.size());
    c.salt = reinterpret_cast<std::uint8_t*>(salt.data());
    c.saltlen = static_cast<std::uint32_t>(salt.size());
    c.t_cost = in.passes;
    c.m_cost = in.memory_kib;
    c.lanes = in.lanes;
    c.threads = 1;
    c.version = ARGON2_VERSION_13;
    const auto type = static_cast<::argon2_type>(in.type); // the RFC's numbers, as ours
    BOOST_REQUIRE(::argon2_ctx(&c, type) == ARGON2_OK);
    return tag;
}

crypto::argon2_type type_of(const std::string& name)
{
    return name == "argon2i"   ? crypto::argon2_type::i
           : name == "argon2d" ? crypto::argon2_type::d
                               : crypto::argon2_type::id;
}

} // namespace

BOOST_AUTO_TEST_SUITE(argon2)

BOOST_AUTO_TEST_CASE(every_vector_of_the_rfc_and_others_is_met_by_every_engine)
{
    const auto document =
        boost::json::parse(test::read_file(test::shared_path("vectors/kdf/argon2_rfc9106.json"))).as_object();
    std::size_t count = 0;
    crypto::argon2_memory memory;
    for (const auto& each : document.at("tests").as_array()) {
        const test::vector_case t{each.as_object()};
        const auto type = type_of(t.text("type"));
        const auto bytes = [&](const char* name) { return core::hex_decode(t.text(name)).value(); };
        const auto number = [&](const char* name) { return static_cast<std::uint32_t>(t.number(name)); };
        const auto password = bytes("password_hex"), salt = bytes("salt_hex"), tag = bytes("tag_hex");
        const auto secret = bytes("secret_hex"), data = bytes("ad_hex");
        for (const auto engine : engines()) {
            const crypto::argon2id_input in{password,        salt,        secret,      data,
                                            number("m_kib"), number("t"), number("p"), type};
            BOOST_TEST((tag_by(engine, memory, in, tag.size()) == tag), crypto::name_of(engine) << ", test " << count);
        }
        const auto phc = t.text("phc");
        if (const auto parsed = crypto::parse_argon2(phc)) {
            BOOST_TEST((parsed->hash == tag));
            BOOST_TEST(crypto::format_argon2(*parsed) == phc);
        } else {
            BOOST_TEST(phc.empty());
        }
        ++count;
    }
    BOOST_TEST(count == 10u);
}

BOOST_AUTO_TEST_CASE(random_inputs_give_what_libsodium_gives)
{
    inputs random;
    crypto::argon2_memory memory; // kept: what one hash leaves must not reach the next
    int differences = 0;
    for (int i = 0; i < many; ++i) {
        const auto password = random.bytes(0, i % 50 == 0 ? 3000 : 100), salt = random.bytes(16, 16);
        const auto passes = static_cast<std::uint32_t>(random.number(1, 4));
        const crypto::argon2id_input in{password, salt, {}, {}, random.memory_kib(1), passes, 1};
        const std::size_t size = random.number(16, 200);
        const auto expected = libsodium_tag(in, size);
        for (const auto engine : engines())
            if (tag_by(engine, memory, in, size) != expected && ++differences < 10)
                BOOST_ERROR(crypto::name_of(engine) << ": m=" << in.memory_kib << ", t=" << passes << ", " << size);
    }
    BOOST_TEST(differences == 0);
}

BOOST_AUTO_TEST_CASE(random_inputs_of_any_type_and_number_of_lanes_give_what_libargon2_gives)
{
    inputs random;
    crypto::argon2_memory memory;
    int differences = 0;
    for (int i = 0; i < many / 10; ++i) {
        const auto password = random.bytes(0, 100), salt = random.bytes(8, 70);
        const auto passes = static_cast<std::uint32_t>(random.number(1, 4));
        const auto lanes = static_cast<std::uint32_t>(random.number(1, 9));
        const auto type = static_cast<crypto::argon2_type>(random.number(0, 2));
        const crypto::argon2id_input in{password, salt, {}, {}, random.memory_kib(lanes), passes, lanes, type};
        const std::size_t size = random.number(4, 200);
        const auto expected = libargon2_tag(in, size);
        for (const auto engine : engines())
            if (tag_by(engine, memory, in, size) != expected && ++differences < 10)
                BOOST_ERROR(crypto::name_of(engine) << ": m=" << in.memory_kib << ", t=" << passes << ", p=" << lanes
                                                    << ", type " << static_cast<int>(type) << ", " << size);
    }
    BOOST_TEST(differences == 0);
}

BOOST_AUTO_TEST_CASE(the_cost_of_a_real_hash_gives_the_same_everywhere)
{
    crypto::argon2_memory memory;
    const crypto::argon2id_input in{"correct horse", "0123456789abcdef", {}, {}, 19'456, 2, 1};
    const auto expected = libsodium_tag(in, 32);
    for (const auto engine : engines()) BOOST_TEST((tag_by(engine, memory, in, 32) == expected));
}

BOOST_AUTO_TEST_CASE(every_input_counts)
{
    crypto::argon2_memory memory;
    const crypto::argon2id_input base{"password", "saltsalt", "secret", "data", 64, 1, 1};
    std::vector<crypto::argon2id_input> others(9, base);
    others[0].password = "passwore";
    others[1].salt = "saltsalu";
    others[2].secret = "secreu";
    others[3].associated_data = "datb";
    others[4].memory_kib = 65; // as many blocks as 64
    others[5].passes = 2;
    others[6].lanes = 2;
    others[7].type = crypto::argon2_type::i;
    others[8].type = crypto::argon2_type::d;
    const auto tag = tag_by(argon2_engine::portable, memory, base, 32);
    for (const auto& other : others) BOOST_TEST((tag_by(argon2_engine::portable, memory, other, 32) != tag));
}

BOOST_AUTO_TEST_CASE(what_argon2_does_not_have_is_refused_before_any_memory_is_taken)
{
    constexpr auto most = std::numeric_limits<std::uint32_t>::max();
    const auto with = [](std::uint32_t memory, std::uint32_t passes, std::uint32_t lanes,
                         std::string_view salt = "somesalt") {
        return crypto::argon2id_input{"password", salt, {}, {}, memory, passes, lanes};
    };
    for (const auto engine : engines()) {
        crypto::argon2_memory memory;
        const auto refused = [&](const crypto::argon2id_input& in, std::size_t size = 32) {
            std::string tag(size, '\0');
            BOOST_CHECK_THROW(crypto::argon2id(engine, memory, in, tag), std::invalid_argument);
        };
        for (const auto& in : {with(7, 1, 1), with(64, 0, 1), with(64, 1, 0), with(64, 1, 9), with(64, 1, most),
                               with(64, 1, 1, "seven77"), with(64, 1, 1, ""), with(262'145, 1, 1), with(262'144, 5, 1),
                               with(most, 1, 1), with(most, most, most), with(8, most, 1)})
            refused(in);
        refused(with(64, 1, 1), 3);
        refused(with(64, 1, 1), 0);
        BOOST_TEST(memory.capacity() == 0u);
        BOOST_TEST(tag_by(engine, memory, with(8, 1, 1), 4).size() == 4u);
        BOOST_TEST(tag_by(engine, memory, with(64, 1, 8), 4).size() == 4u);
    }
}

BOOST_AUTO_TEST_CASE(phc_strings_are_those_of_libsodium_and_libargon2)
{
    inputs random;
    crypto::argon2_memory memory;
    for (int i = 0; i < 50; ++i) {
        const auto password = random.bytes(0, 40), salt = random.bytes(16, 16);
        const auto passes = static_cast<std::uint32_t>(random.number(1, 3)), memory_kib = random.memory_kib(1);
        const auto tag = tag_by(engines().front(), memory, {password, salt, {}, {}, memory_kib, passes, 1}, 32);
        const auto ours = crypto::format_argon2({memory_kib, passes, salt, tag});
        std::string theirs(200, '\0');
        BOOST_REQUIRE(::argon2id_hash_encoded(passes, memory_kib, 1, unsigned_bytes(password), password.size(),
                                              unsigned_bytes(salt), salt.size(), 32, theirs.data(),
                                              theirs.size()) == ARGON2_OK);
        BOOST_TEST(ours == theirs.c_str());
        BOOST_TEST(::crypto_pwhash_argon2id_str_verify(ours.c_str(), password.data(), password.size()) == 0);
    }
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_AUTO_TEST_SUITE(argon2_engines)

BOOST_AUTO_TEST_CASE(every_engine_of_this_machine_passes_its_self_test)
{
    for (const auto engine : engines()) BOOST_TEST(crypto::passes_self_test(engine), crypto::name_of(engine));
    BOOST_TEST(engines().size() >= 2u);
}

BOOST_AUTO_TEST_CASE(automatic_takes_the_fastest_that_is_there_and_right)
{
    const auto is_right = [](argon2_engine) { return true; };
    const auto all = [](argon2_engine) noexcept { return true; };
    const auto no_avx = [](argon2_engine e) noexcept { return e > argon2_engine::avx2; };
    const auto no_avx512 = [](argon2_engine e) noexcept { return e > argon2_engine::avx512; };
    const auto choose = [](crypto::engine_checks checks) {
        return crypto::choose_engine(argon2_engine::automatic, checks);
    };
    BOOST_TEST((choose({all, is_right}) == argon2_engine::avx512));
    BOOST_TEST((choose({no_avx512, is_right}) == argon2_engine::avx2));
    BOOST_TEST((choose({no_avx, is_right}) == argon2_engine::portable));
    BOOST_TEST(
        (choose({all, [](argon2_engine e) { return e == argon2_engine::libsodium; }}) == argon2_engine::libsodium));
    BOOST_CHECK_THROW(choose({all, [](argon2_engine) { return false; }}), std::runtime_error);
    BOOST_TEST((crypto::choose_engine(argon2_engine::automatic) == engines().front()));
}

BOOST_AUTO_TEST_CASE(a_named_engine_that_is_not_there_or_wrong_is_an_error_that_says_so)
{
    const auto says = [](const char* what) {
        return
            [what](const std::runtime_error& e) { return std::string_view(e.what()).find(what) != std::string::npos; };
    };
    const auto none = [](argon2_engine) noexcept { return false; };
    const auto wrong = [](argon2_engine) { return false; };
    for (const auto engine : engines()) {
        BOOST_TEST((crypto::choose_engine(engine) == engine));
        BOOST_CHECK_EXCEPTION(crypto::choose_engine(engine, {none}), std::runtime_error, says("cannot run"));
        BOOST_CHECK_EXCEPTION(crypto::choose_engine(engine, {crypto::is_supported, wrong}), std::runtime_error,
                              says("wrong results"));
    }
}

BOOST_AUTO_TEST_SUITE_END()
