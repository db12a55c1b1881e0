// CSV of any bytes: reading ends, and whatever was read is read again from what csv_text makes of it.
#include "core/csv.hpp"

#include <cstdint>
#include <cstdlib>
#include <sstream>

namespace {

using namespace watchword::core;

void read_again(const csv_record& record)
{
    std::string line;
    for (std::size_t i = 0; i < record.size(); ++i) {
        const auto& f = record[i];
        line += i == 0 ? "" : ",";
        if (f.quoted || !f.text.empty()) line += csv_text(f.text);
    }
    std::istringstream in(line);
    csv_reader reader(in);
    const auto again = reader.next();
    if (!again || !*again || again->value().size() != record.size()) std::abort();
    for (std::size_t i = 0; i < record.size(); ++i)
        if (again->value()[i].text != record[i].text) std::abort();
    if (reader.next()) std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    std::istringstream in(std::string(reinterpret_cast<const char*>(data), size));
    csv_reader reader(in, {1000, 20});
    std::uint64_t line = 0;
    std::size_t records = 0;
    for (auto record = reader.next(); record; record = reader.next()) {
        if (++records > size + 1 || reader.line() < line) std::abort();
        line = reader.line();
        if (*record) read_again(record->value());
    }
    return 0;
}
