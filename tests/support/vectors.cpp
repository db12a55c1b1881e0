#include "support/vectors.hpp"

#include "support/paths.hpp"

#include <boost/beast/core/detail/base64.hpp>
#include <boost/beast/zlib/inflate_stream.hpp>
#include <boost/json/parse.hpp>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace watchword::test {
namespace {

std::string inflate(std::string_view data, std::size_t size)
{
    if (data.size() < 6) throw std::runtime_error("a compressed vector is too short");
    data.remove_prefix(2); // the zlib header
    std::string out(size, '\0');
    boost::beast::zlib::inflate_stream inflater;
    boost::beast::zlib::z_params p;
    p.next_in = data.data();
    p.avail_in = data.size();
    p.next_out = out.data();
    p.avail_out = out.size();
    boost::beast::error_code ec;
    inflater.write(p, boost::beast::zlib::Flush::sync, ec);
    if (p.avail_out != 0) throw std::runtime_error("a compressed vector is broken");
    return out;
}

std::vector<vector_case> read_cases(const std::string& path)
{
    std::istringstream lines(read_file(path));
    std::vector<vector_case> cases;
    for (std::string line; std::getline(lines, line);) {
        constexpr std::string_view infinity = ": Infinity"; // as Python writes it; no JSON
        for (auto at = line.find(infinity); at != line.npos; at = line.find(infinity))
            line.replace(at, infinity.size(), ": null");
        if (!line.empty()) cases.push_back({boost::json::parse(line).as_object()});
    }
    if (cases.empty()) throw std::runtime_error("no vectors in " + path);
    return cases;
}

} // namespace

std::string shared_path(std::string_view relative)
{
    const char* const set = std::getenv("WATCHWORD_SHARED");
    const std::filesystem::path root = set ? set : std::filesystem::path(source_file("../shared"));
    const auto path = root / relative;
    if (!std::filesystem::exists(path))
        throw std::runtime_error("the shared test data has no " + path.string() + " (set WATCHWORD_SHARED)");
    return path.string();
}

std::string read_file(const std::string& path)
{
    std::ifstream in(path, std::ios::binary);
    if (!in) throw std::runtime_error("cannot read " + path);
    std::ostringstream out;
    out << in.rdbuf();
    return std::move(out).str();
}

std::string vector_case::text(std::string_view name) const
{
    const auto* const value = fields.if_contains({name.data(), name.size()});
    return value && value->is_string() ? std::string(value->get_string().c_str(), value->get_string().size()) : "";
}

std::int64_t vector_case::number(std::string_view name) const
{
    return fields.at({name.data(), name.size()}).to_number<std::int64_t>();
}

std::string vector_case::bytes(std::string_view stem) const
{
    const std::string plain = std::string(stem) + "_b64", packed = std::string(stem) + "_zlib_b64";
    if (fields.contains(plain)) return base64_decode(text(plain));
    return inflate(base64_decode(text(packed)), static_cast<std::size_t>(number("len")));
}

std::vector<vector_case> read_vectors(std::string_view relative)
{
    return read_cases(shared_path("vectors/" + std::string(relative)));
}

std::vector<vector_case> read_own_vectors(std::string_view relative)
{
    return read_cases(source_file("tests/data/" + std::string(relative)));
}

std::string base64_decode(std::string_view text)
{
    namespace base64 = boost::beast::detail::base64;
    std::string out(base64::decoded_size(text.size()), '\0');
    out.resize(base64::decode(out.data(), text.data(), text.size()).first);
    return out;
}

} // namespace watchword::test
