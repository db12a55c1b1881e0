// S74 of the checklist, beyond the log: once its request is over, a password is in none of the server's memory, nor in
// its log or files, however it came and whatever became of it.
#include "e2e_fixture.hpp"
#include "support/certificates.hpp"
#include "support/process_memory.hpp"
#include "support/vectors.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <stdexcept>

namespace {

using namespace watchword::test;

const std::string mark = "cAn4Ry", tail = "qVxLmZ";

// Every call gives another, all of them recognised by their first 12 characters. They fit into small strings.
std::string new_password()
{
    static int number = 0;
    return mark + std::to_string(10 + number++ % 90) + tail;
}

// Recognised in every part.
std::string new_long_password()
{
    const auto first = new_password(), second = new_password();
    return first + "-" + second + " " + new_password();
}

bool is_password(std::string_view text)
{
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    return text.size() >= 12 && text.starts_with(mark) && is_digit(text[6]) && is_digit(text[7]) &&
           text.substr(8, 4) == tail.substr(0, 4);
}

bool has_password(const std::string& text)
{
    for (auto at = text.find(mark); at != text.npos; at = text.find(mark, at + 1))
        if (is_password(std::string_view(text).substr(at))) return true;
    return false;
}

// Every byte escaped, so that nothing else of a form can be taken for it.
std::string percent_encoded(const std::string& text)
{
    std::string out;
    for (const char c : text) {
        constexpr std::string_view digits = "0123456789abcdef";
        const auto byte = static_cast<unsigned char>(c);
        out.append("%").append(1, digits[byte >> 4]).append(1, digits[byte & 15]);
    }
    return out;
}

std::string json_escaped(const std::string& text)
{
    std::string out;
    for (const char c : text) {
        const bool is_ascii = static_cast<unsigned char>(c) < 0x80;
        out += is_ascii ? "\\u00" + percent_encoded({&c, 1}).substr(1) : std::string(1, c);
    }
    return out;
}

std::string in_chunks(const std::string& body)
{
    std::string out;
    for (std::size_t at = 0; at < body.size(); at += 7) {
        const auto piece = body.substr(at, 7);
        out += std::to_string(piece.size()) + ";x=y\r\n" + piece + "\r\n";
    }
    return out + "0\r\n\r\n";
}

// What the memory of a process holds of passwords: as they were sent, percent-encoded, and as the rules for passwords
// fold and turn them.
std::string passwords_in(::pid_t process)
{
    std::string found;
    for (const auto& each : texts_in_memory(process, {mark, "%63%41%6e%34%52", "qvxlmz", "zmlxvq"}, 24))
        if (!each.text.starts_with(mark) || is_password(each.text)) found += "\n'" + each.text + "' in " + each.where;
    return found;
}

const std::string form_type = "application/x-www-form-urlencoded";

// A server that judges passwords, logs all it can and speaks TLS, too.
struct watched_server {
    temporary_directory directory, elsewhere;
    certificate_authority root{elsewhere, "root"};
    certificate_files files{root.issue("server")};
    std::string stolen = new_password();
    std::string secret = "cAn4Ry, the secret that signs tokens, of 50 bytes.";
    server_process server;
    http_client client{server.address()};
    int accounts = 0;

    explicit watched_server(const std::string& engine = is_sanitized ? "libsodium" : "automatic")
        : server(directory.path(), arguments(engine), {{"WATCHWORD_SECRET", secret}})
    {}

    std::vector<std::string> arguments(const std::string& engine) const
    {
        write_file(elsewhere / "stolen", stolen + "\n");
        const auto built = run_program({watchword_binary(), "breached", "build", elsewhere / "stolen"});
        BOOST_REQUIRE_MESSAGE(built.exit_code == 0, built.errors);
        return {"--access-log",
                "--log-level",
                "trace",
                "--listen",
                "https://127.0.0.1:0",
                "--tls-certificate",
                files.certificate,
                "--tls-key",
                files.key,
                "--set",
                "passwords.engine=" + engine,
                "--set",
                "compat.lenient_passwords=false",
                "--set",
                "passwords.breached_filter=" + (elsewhere / "stolen.filter")};
    }

    ::pid_t id() { return server.child().id(); }

    // Connections that were broken off may be noticed a moment later.
    void expect_none_left(const std::string& after)
    {
        if (is_sanitized) return; // which keep what is freed, and frames elsewhere
        std::string left;
        const auto none = [&] {
            left = passwords_in(id());
            return left.empty();
        };
        BOOST_TEST(comes_true(none, at_most(std::chrono::seconds(5))), after << " leaves" << left);
    }

    std::string new_email() { return "a" + std::to_string(accounts++) + "@b.test"; }

    int post(const std::string& target, const std::string& type, const std::string& body)
    {
        return client.exchange("POST", target, {{"Content-Type", type}}, body).status;
    }
    // By a connection of its own, which is closed then, answered or not. The status, or 0.
    int send_and_leave(const std::string& bytes, bool waits = true)
    {
        http_client own(server.address());
        try {
            own.send(bytes);
            return waits ? own.read_response().status : 0;
        } catch (const std::runtime_error&) {
            return 0;
        }
    }
    std::string sign_up(const std::string& password)
    {
        auto email = new_email();
        BOOST_TEST(client.form_post("/signup", registration(email, password)).status == 201);
        return email;
    }

    // Nothing in the log and in files either.
    void stop()
    {
        BOOST_TEST(server.stop() == 0);
        BOOST_TEST(contains(server.log(), "/login"));
        BOOST_TEST(!contains(server.log(), mark), server.log());
        for (const auto& entry : std::filesystem::directory_iterator(directory.path()))
            BOOST_TEST(!has_password(read_file(entry.path().string())), entry.path().string());
    }
};

std::string head(const std::string& target, const std::string& fields)
{
    return "POST " + target + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n";
}

std::string login_bytes(const std::string& email, const std::string& password)
{
    return request_bytes("POST", "/login", {{"Host", "x"}, {"Content-Type", form_type}},
                         "email=" + email + "&password=" + password);
}

// A body of each kind that names these.
std::vector<std::pair<std::string, std::string>> bodies(const std::string& email, const std::string& password)
{
    return {{form_type, "email=" + email + "&password=" + password},
            {form_type, "email=" + email + "&password=" + percent_encoded(password)},
            {"multipart/form-data; boundary=b",
             "--b\r\nContent-Disposition: form-data; name=\"email\"\r\n\r\n" + email +
                 "\r\n--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n" + password + "\r\n--b--\r\n"},
            {"application/json", R"({"email":")" + email + R"(","password":")" + password + "\"}"},
            {"application/json", R"({"email":")" + email + R"(","password":")" + json_escaped(password) + "\"}"}};
}

const std::string composed = "\u00E9", decomposed = "e\u0301";

} // namespace

BOOST_AUTO_TEST_SUITE(secrets)

// Or the other tests would prove nothing.
BOOST_FIXTURE_TEST_CASE(what_is_in_memory_is_found, watched_server,
                        *boost::unit_test::enable_if<!watchword::test::is_sanitized>())
{
    const auto known = mark + " is known to be there";
    const auto password = new_password();
    const name_values user{{"name", known}, {"email", "known@b.test"}, {"password", password}};
    BOOST_TEST(client.form_post("/signup", user).status == 201);
    const auto token = token_of(client.form_post("/login", credentials("known@b.test", password)));
    BOOST_TEST(users(client, token).size() == 1u);
    BOOST_TEST(!texts_in_memory(id(), {known}, 24).empty());
    expect_none_left("a list of users");

    for (const auto& bytes :
         {head("/login", "Content-Length: 100\r\n") + "password=" + new_password(),
          head("/login", "Content-Length: 100\r\n") + "password=" + percent_encoded(new_password())}) {
        std::optional<http_client> half(std::in_place, server.address());
        half->send(bytes);
        BOOST_TEST(comes_true([&] { return !passwords_in(id()).empty(); }));
        half.reset();
        expect_none_left("a request that was broken off");
    }
    stop();
}

BOOST_AUTO_TEST_CASE(sign_ups_and_log_ins_of_every_kind_leave_none)
{
    for (const std::string engine : {"automatic", "portable", "libsodium"}) {
        if (is_sanitized && engine != "libsodium") continue; // ours takes a second for a hash then
        watched_server s(engine);
        for (const auto& password :
             {new_password(), new_long_password(), new_password() + decomposed + new_password()}) {
            for (const auto& [type, body] : bodies(s.new_email(), password)) {
                const auto status = s.post("/signup", type, body);
                BOOST_TEST((status == 201 || status == 202), engine << " " << type);
                s.expect_none_left("a sign-up as " + type);
                BOOST_TEST(s.post("/login", type, body) == 201, engine << " " << type);
                s.expect_none_left("a log-in as " + type);
            }
            const auto email = s.sign_up(password);
            for (const auto& [type, body] : bodies(email, new_long_password()))
                BOOST_TEST(s.post("/login", type, body) == 403);
            s.expect_none_left("a wrong password");
            for (const auto& [type, body] : bodies("nobody@b.test", new_password()))
                BOOST_TEST(s.post("/login", type, body) == 401);
            s.expect_none_left("an unknown user");
            for (const auto& [type, body] : bodies(email, password))
                BOOST_TEST(
                    s.send_and_leave(head("/login", "Content-Type: " + type + "\r\nTransfer-Encoding: chunked\r\n") +
                                     in_chunks(body)) == 201);
            s.expect_none_left("chunks");
        }
        s.stop();
    }
}

BOOST_FIXTURE_TEST_CASE(what_is_refused_leaves_none, watched_server)
{
    const auto refused = [&](int status, const std::string& target, const std::string& type, const std::string& body) {
        BOOST_TEST(post(target, type, body) == status, body.substr(0, 60));
        expect_none_left(body.substr(0, 60));
    };
    const std::string start = "email=a@b.test&password=";
    refused(400, "/signup", form_type, start + stolen);
    refused(400, "/signup", form_type, start + percent_encoded(stolen));
    for (const std::size_t size : {1100u, 5000u, 100'000u}) {
        const auto password = new_password() + std::string(size, 'x') + new_password();
        for (const auto& [type, body] : bodies("a@b.test", password)) refused(400, "/signup", type, body);
        for (const auto& [type, body] : bodies("a@b.test", password)) refused(401, "/login", type, body);
    }
    refused(400, "/signup", form_type, start + new_password() + "%ff");
    refused(400, "/signup", form_type, "email=a@b.test&name=%ff&password=" + new_long_password());
    refused(401, "/login", form_type, "email=a@b.test&password=&" + new_password() + "&" + new_long_password());
    refused(401, "/login", form_type, new_password());
    refused(401, "/login", "text/plain", start + new_password());
    refused(401, "/login", "multipart/form-data; boundary=b", "--b\r\n\r\n" + new_password());
    for (const auto& body :
         {"\"" + new_password() + "\"", "[\"" + new_password() + "\"]", "{\"password\":\"" + new_password(),
          "{\"password\":\"" + new_long_password() + "\\", "{\"password\":[\"" + new_long_password() + "\"]}",
          R"({"password":"a","password":")" + new_password() + "\"}"})
        refused(401, "/login", "application/json", body);
    refused(404, "/nowhere", form_type, start + new_password());
    refused(405, "/user", form_type, start + new_password());
    std::string many = start + new_password();
    for (int i = 0; i < 1001; ++i) many += "&" + std::to_string(i);
    refused(413, "/login", form_type, many);
    stop();
}

BOOST_FIXTURE_TEST_CASE(sessions_leave_none, watched_server)
{
    const std::string json = "application/json";
    const auto answered = [&](int status, const std::string& type, const std::string& body) {
        BOOST_TEST(post("/v1/sessions", type, body) == (type == json ? status : 415), body.substr(0, 60));
        expect_none_left(body.substr(0, 60));
    };
    for (const auto& password : {new_password(), new_long_password(), new_password() + decomposed}) {
        const auto email = sign_up(password);
        for (const auto& [type, body] : bodies(email, password)) answered(201, type, body);
        for (const auto& [type, body] : bodies(email, new_long_password())) answered(401, type, body);
        for (const auto& [type, body] : bodies("nobody@b.test", new_password())) answered(401, type, body);
    }
    for (const auto& body :
         {"\"" + new_password() + "\"", "[\"" + new_password() + "\"]", "{\"password\":\"" + new_password(),
          "{\"email\":\"a\",\"password\":[\"" + new_long_password() + "\"]}",
          "{\"password\":\"" + new_long_password() + "\"}",
          R"({"email":"a","password":"a","password":")" + new_password() + "\"}"})
        answered(400, json, body);
    client.form_post("/login", credentials("a@b.test", new_password()));
    stop();
}

// Each is renewed, too.
BOOST_FIXTURE_TEST_CASE(hashes_of_other_programs_leave_none, watched_server)
{
    const std::string script = R"(
import base64, ctypes, hashlib, sqlite3, sys
library = ctypes.CDLL('libcrypt.so.1')
library.crypt.restype = ctypes.c_char_p
crypt = lambda word, salt: library.crypt(word, salt).decode()
text = lambda data: base64.b64encode(data).decode()
pbkdf2 = lambda word: hashlib.pbkdf2_hmac('sha256', word, b'saltsalt', 1000)
makers = [
    lambda word: 'pbkdf2:sha256:1000$saltsalt$' + pbkdf2(word).hex(),
    lambda word: 'scrypt:1024:8:1$saltsalt$' + hashlib.scrypt(word, salt=b'saltsalt', n=1024, r=8, p=1).hex(),
    lambda word: 'pbkdf2_sha256$1000$saltsalt$' + text(pbkdf2(word)),
    lambda word: '{SSHA}' + text(hashlib.sha1(word + b'saltsalt').digest() + b'saltsalt'),
    lambda word: crypt(word, b'$6$rounds=1000$saltsalt$'),
    lambda word: crypt(word, b'$2b$04$saltsaltsaltsaltsaltsu'),
]
database = sqlite3.connect(sys.argv[1])
for number, word in enumerate(sys.argv[2:]):
    for make in makers:
        name = f'{number}-{makers.index(make)}'
        row = (name, name, name + '@old.test', make(word.encode()))
        database.execute('INSERT INTO user (public_id, name, email, password) VALUES (?, ?, ?, ?)', row)
database.commit()
)";
    const std::vector<std::string> words{new_password(), new_long_password(), new_password() + decomposed};
    std::vector<std::string> command{"python3", "-c", script, directory / "watchword.db"};
    command.insert(command.end(), words.begin(), words.end());
    const auto made = run_program(command);
    BOOST_REQUIRE_MESSAGE(made.exit_code == 0, made.errors);
    for (std::size_t word = 0; word < words.size(); ++word)
        for (int maker = 0; maker < 6; ++maker) {
            const auto name = std::to_string(word) + "-" + std::to_string(maker);
            BOOST_TEST(client.form_post("/login", credentials(name + "@old.test", new_long_password())).status == 403,
                       name);
            expect_none_left("a wrong password against hash " + name);
            BOOST_TEST(client.form_post("/login", credentials(name + "@old.test", words[word])).status == 201, name);
            expect_none_left("the renewal of hash " + name);
        }
    BOOST_TEST(query_sqlite(directory / "watchword.db",
                            "SELECT count(*) FROM user WHERE password NOT LIKE '$argon2id$%'") == "0\n");
    stop();
}

BOOST_FIXTURE_TEST_CASE(requests_that_break_off_leave_none, watched_server)
{
    const auto password = new_long_password();
    const std::string body = "email=a@b.test&password=", filler(3000, 'x');
    send_and_leave(head("/login", "Content-Length: 1000\r\n") + body + new_password(), false);
    send_and_leave(
        head("/login", "Content-Length: 100000\r\n") + body + new_password() + filler + filler + new_password(), false);
    send_and_leave(head("/login", "Transfer-Encoding: chunked\r\n") + "64\r\n" + body + new_long_password(), false);
    expect_none_left("half a body");
    send_and_leave(head("/login", "Transfer-Encoding: chunked\r\n") + "26\r\n" + body + new_password() +
                   "\r\nmalformed");
    expect_none_left("a malformed chunk");
    send_and_leave(head("/login", "Content-Length: 2000000\r\n") + body + new_password() + filler + new_password());
    expect_none_left("a body that is too large");
    send_and_leave(head("/login", "Content-Length: 1\r\nContent-Length: 1\r\n") + body + new_password());
    send_and_leave(head("/login", "X: " + filler + filler + filler + filler + filler + filler + "\r\n") + body +
                   new_password());
    expect_none_left("a head that is refused");
    {
        http_client late(server.address());
        late.send(head("/login", "Content-Length: 2000000\r\n"));
        BOOST_TEST(late.read_response().status == 413);
        late.send(body + new_password());
    }
    expect_none_left("what comes behind a refusal");
    send_and_leave(head("/login", "Content-Length: 0\r\nConnection: close\r\n") +
                   login_bytes("a@b.test", new_password()));
    expect_none_left("what comes behind the last request");

    // Clients that leave while their passwords wait to be hashed, or are.
    const auto email = sign_up(password);
    for (int i = 0; i < 12; ++i) send_and_leave(login_bytes(email, password), false);
    expect_none_left("clients that do not wait");
    BOOST_TEST(client.form_post("/login", credentials(email, password)).status == 201);
    expect_none_left("the last log-in");
    stop();
}

BOOST_FIXTURE_TEST_CASE(pipelined_requests_leave_none_and_lose_none, watched_server)
{
    const auto password = new_password(), other = new_long_password();
    const auto email = sign_up(password);
    const auto wrong = login_bytes(email, percent_encoded(other)), right = login_bytes(email, password);
    const std::string list = "GET /user HTTP/1.1\r\nHost: x\r\nX-Fill: " + std::string(2500, 'x') + "\r\n\r\n";
    const auto chunked = head("/login", "Content-Type: " + form_type + "\r\nTransfer-Encoding: chunked\r\n") +
                         in_chunks("email=" + email + "&password=" + password);
    const auto all = right + list + wrong + chunked + right + list + right + wrong;
    const std::vector<int> expected{201, 401, 403, 201, 201, 401, 201, 403};
    // Cut in two anywhere, so that what is moved about is a different part each time.
    for (std::size_t cut = 0; cut < all.size(); cut += 613) {
        http_client own(server.address());
        own.send(std::string_view(all).substr(0, cut));
        if (cut % 2 == 1) client.get("/health/live"); // so that it has probably been read
        own.send(std::string_view(all).substr(cut));
        for (const int status : expected) BOOST_TEST(own.read_response().status == status);
        expect_none_left("a cut at " + std::to_string(cut));
    }
    stop();
}

BOOST_FIXTURE_TEST_CASE(tls_leaves_none, watched_server)
{
    const auto password = new_long_password();
    const auto email = sign_up(password);
    const auto address = server.addresses().at(1).substr(std::string("https://").size());
    const auto openssl = [&](const std::string& options, const std::string& bytes) {
        write_file(elsewhere / "input", bytes);
        return run_program(
                   {"sh", "-c",
                    "openssl s_client -connect " + address + " " + options + " <'" + (elsewhere / "input") + "' 2>&1"})
            .output;
    };
    for (const std::string version : {"-tls1_2", "-tls1_3"}) {
        const auto close = [](std::string request) {
            return request.insert(request.find("Host:"), "Connection: close\r\n");
        };
        BOOST_TEST(contains(openssl("-quiet " + version, close(login_bytes(email, password))), "HTTP/1.1 201"));
        expect_none_left("a log-in over " + version);
        BOOST_TEST(contains(openssl("-quiet " + version, close(login_bytes(email, new_password()))), "HTTP/1.1 403"));
        expect_none_left("a wrong password over " + version);
        openssl(version,
                head("/login", "Content-Length: 10000\r\n") + new_password() + std::string(5000, 'x') + new_password());
        expect_none_left("half a body over " + version);
    }
    stop();
}

BOOST_FIXTURE_TEST_CASE(the_secret_is_in_neither_environment_nor_log, watched_server)
{
    const auto environment_file = "/proc/" + std::to_string(id()) + "/environ";
    const auto environment = read_file(environment_file);
    BOOST_TEST(contains(environment, "WATCHWORD_SECRET="));
    BOOST_TEST(!contains(environment, mark));
    const auto password = new_password();
    const auto email = sign_up(password);
    const auto token = token_of(client.form_post("/login", credentials(email, password)));
    if (!is_sanitized)
        for (const auto& each : texts_in_memory(id(), {secret}, secret.size()))
            BOOST_TEST(!contains(each.where, "[stack]"), each.where);
    stop();
    for (std::size_t at = 0, dot = 0; at != std::string::npos; at = dot == std::string::npos ? dot : dot + 1) {
        dot = token.find('.', at);
        BOOST_TEST(!contains(server.log(), token.substr(at, dot - at))); // none of its three parts
    }
}

// Where it may hold the password of the database.
BOOST_AUTO_TEST_CASE(the_database_is_not_left_in_the_environment)
{
    const temporary_directory directory;
    const auto url = "sqlite:" + (directory / "watchword.db");
    server_process server(directory.path(), {"--database", url}, {{"WATCHWORD_DATABASE", "sqlite:canary"}});
    const auto environment = read_file("/proc/" + std::to_string(server.child().id()) + "/environ");
    BOOST_TEST(contains(environment, "WATCHWORD_DATABASE="));
    BOOST_TEST(!contains(environment, "canary"));
}

BOOST_AUTO_TEST_SUITE_END()
