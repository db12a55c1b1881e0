#pragma once

#include <map>
#include <string>
#include <vector>

namespace watchword::test {

// What Prometheus would read (text format 0.0.4), judged strictly.
struct exposition {
    std::map<std::string, double> samples;   // by name{labels}, as it was written
    std::map<std::string, std::string> type; // of each family
    // What is against the format, or against Prometheus' conventions: HELP and TYPE before a family's samples, which
    // stand together; names and label names; base units, _total of counters and of nothing else; no series twice;
    // buckets that rise, up to +Inf, which is the count.
    std::vector<std::string> faults;

    // 0 for one that is not there.
    double at(const std::string& series) const;
    // Of all series of that name, whatever their labels.
    double sum(const std::string& name) const;
    // Whether a sample has that name.
    bool has_name(const std::string& name) const;
};

exposition read_exposition(const std::string& text);

} // namespace watchword::test
