// Bytes that came in one read into a request: framed, checked, parsed.
#include "crypto/jwt.hpp"
#include "http/request_reader.hpp"
#include "micro/fixed.hpp"
#include "micro/inputs.hpp"
#include "micro/service.hpp"
#include "micro/subjects/all.hpp"

#include <algorithm>
#include <memory>

namespace watchword::micro {
namespace {

class reading {
public:
    explicit reading(std::string bytes) : bytes_(std::move(bytes)) {}

    // How many fields the request has; none if it is refused.
    std::size_t read()
    {
        const auto room = reader_.prepare();
        std::copy(bytes_.begin(), bytes_.end(), room.begin());
        reader_.commit(bytes_.size());
        if (reader_.advance() != http::request_reader::state::ready) return 0;
        consume(reader_.current());
        const auto fields = reader_.current().headers.size();
        reader_.next();
        reader_.rest();
        return fields;
    }

private:
    const std::string bytes_;
    const http::limits limits_;
    http::read_memory memory_;
    http::request_reader reader_{limits_, memory_};
};

void add_reading(subjects& all, const char* name, std::string (*request)(std::string_view token), std::size_t fields)
{
    const auto make = [request, fields] {
        crypto::hs256_tokens tokens(core::secret_string(std::string(32, 'k')));
        const auto reader = std::make_shared<reading>(request(tokens.issue({public_id(0), fixed_clock().now()})));
        require(reader->read() == fields, "the request is read differently");
        return in_a_loop([reader] { return reader->read(); });
    };
    all.push_back({name, make, 500});
}

} // namespace

void add_request_head(subjects& all)
{
    add_reading(all, "request_head/client", client_request, 2);
    add_reading(all, "request_head/browser", browser_request, 13);
}

} // namespace watchword::micro
