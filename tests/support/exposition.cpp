#include "support/exposition.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <regex>
#include <set>
#include <sstream>

namespace watchword::test {
namespace {

const std::regex sample_line(R"re(([a-zA-Z_:][a-zA-Z0-9_:]*)(\{(.*)\})? (\S+))re");
const std::regex label_list(R"re(([a-zA-Z_][a-zA-Z0-9_]*="([^"\\\n]|\\["\\n])*",?)*)re");
const std::regex le_label(R"re(,?le="([^"]*)")re");

double number(const std::string& text)
{
    if (text == "+Inf") return std::numeric_limits<double>::infinity();
    return std::stod(text);
}

class reader {
public:
    exposition read(const std::string& text)
    {
        if (text.empty() || text.back() != '\n') fault("the last line does not end");
        std::istringstream lines(text);
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with("# HELP ")) {
                help(line.substr(7));
            } else if (line.starts_with("# TYPE ")) {
                type(line.substr(7));
            } else {
                sample(line);
            }
        }
        for (const auto& [series, buckets] : buckets_) judge(series, buckets);
        return std::move(read_);
    }

private:
    struct bucket_list {
        std::vector<std::pair<double, double>> up_to; // bound, count
        std::string count;                            // the series that must agree
    };

    void fault(const std::string& what) { read_.faults.push_back(what); }

    void help(const std::string& rest)
    {
        family_ = rest.substr(0, rest.find(' '));
        if (!helped_.insert(family_).second) fault(family_ + ": its samples do not stand together");
        if (rest.size() <= family_.size() + 1) fault(family_ + ": no help");
    }

    void type(const std::string& rest)
    {
        const auto space = rest.find(' ');
        const auto name = rest.substr(0, space), kind = rest.substr(space + 1);
        if (name != family_) fault(name + ": TYPE without HELP before");
        if (!read_.type.emplace(name, kind).second) fault(name + ": two types");
        if (kind != "counter" && kind != "gauge" && kind != "histogram") fault(name + ": is a " + kind);
        if ((kind == "counter") != name.ends_with("_total")) fault(name + ": a " + kind + " by that name");
        for (const auto* unit : {"milliseconds", "_ms", "minutes", "kilobytes", "_kib", "percent"})
            if (name.find(unit) != name.npos) fault(name + ": not in base units");
    }

    void sample(const std::string& line)
    {
        std::smatch m;
        if (!std::regex_match(line, m, sample_line)) return fault("no sample: " + line);
        const std::string name = m[1], labels = m[3], series = name + m[2].str();
        if (!std::regex_match(labels, label_list)) fault("bad labels: " + line);
        double value = 0;
        try {
            value = number(m[4]);
        } catch (const std::exception&) {
            fault("no number: " + line);
        }
        if (!read_.samples.emplace(series, value).second) fault(series + ": twice");
        const auto kind = read_.type.find(family_);
        if (kind == read_.type.end()) return fault(series + ": without a type");
        if (kind->second != "histogram") {
            if (name != family_) fault(series + ": among those of " + family_);
            if (kind->second == "counter" && !(value >= 0)) fault(series + ": a counter below 0");
        } else if (name == family_ + "_bucket") {
            bucket(labels, value);
        } else if (name != family_ + "_sum" && name != family_ + "_count") {
            fault(series + ": among those of " + family_);
        }
    }

    void bucket(const std::string& labels, double value)
    {
        std::smatch m;
        if (!std::regex_search(labels, m, le_label)) return fault(family_ + ": a bucket without le");
        const auto others = std::regex_replace(labels, le_label, "");
        auto& all = buckets_[family_ + "{" + others + "}"];
        all.up_to.emplace_back(number(m[1]), value);
        all.count = family_ + "_count" + (others.empty() ? "" : "{" + others + "}");
    }

    void judge(const std::string& series, const bucket_list& b)
    {
        if (!std::is_sorted(b.up_to.begin(), b.up_to.end(),
                            [](const auto& l, const auto& r) { return l.first < r.first || l.second < r.second; }))
            fault(series + ": its buckets do not rise");
        const auto count = read_.samples.find(b.count);
        if (std::isfinite(b.up_to.back().first)) fault(series + ": no bucket up to +Inf");
        if (count == read_.samples.end() || count->second != b.up_to.back().second)
            fault(series + ": the last bucket is not the count");
    }

    exposition read_;
    std::string family_;
    std::set<std::string> helped_;
    std::map<std::string, bucket_list> buckets_;
};

} // namespace

double exposition::at(const std::string& series) const
{
    const auto found = samples.find(series);
    return found == samples.end() ? 0 : found->second;
}

double exposition::sum(const std::string& name) const
{
    double all = 0;
    for (const auto& [series, value] : samples)
        if (series == name || series.starts_with(name + "{")) all += value;
    return all;
}

bool exposition::has_name(const std::string& name) const
{
    return std::any_of(samples.begin(), samples.end(),
                       [&](const auto& each) { return each.first == name || each.first.starts_with(name + "{"); });
}

exposition read_exposition(const std::string& text)
{
    return reader().read(text);
}

} // namespace watchword::test
