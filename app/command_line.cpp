#include "command_line.hpp"

#include "settings/load.hpp"
#include "settings/nearest.hpp"
#include "settings_sources.hpp"

#include <algorithm>
#include <iostream>

namespace watchword::app {
namespace {

constexpr std::string_view settings_flags[] = {"--database", "--config", "--set"};

template <class Range> bool has(const Range& all, std::string_view one)
{
    return std::find(std::begin(all), std::end(all), one) != std::end(all);
}

class reader {
public:
    reader(const arguments& given, const syntax& s) : given_(given), syntax_(s) {}

    std::optional<command_line> read()
    {
        bool only_words = false;
        for (std::size_t i = 0; i < given_.size(); ++i) {
            if (only_words || !given_[i].starts_with('-') || given_[i] == "-") {
                result_.words.push_back(given_[i]);
            } else if (given_[i] == "--") {
                only_words = true;
            } else {
                i += read_flag(i);
            }
        }
        check_words();
        load_settings();
        if (wrong_) return std::nullopt;
        return std::move(result_);
    }

private:
    void complain(const std::string& where, const std::string& what)
    {
        std::cerr << "watchword: " << settings::to_string({where, what}) << "\n";
        wrong_ = true;
    }

    // How many of the arguments behind it belong to it.
    std::size_t read_flag(std::size_t at)
    {
        const auto equals = given_[at].find('=');
        const auto name = given_[at].substr(0, equals);
        const bool is_next = equals == std::string::npos && at + 1 < given_.size() && !given_[at + 1].starts_with("--");
        if (has(settings_flags, name)) {
            for_settings_.push_back(given_[at]);
            if (is_next) for_settings_.push_back(given_[at + 1]);
            return is_next;
        }
        if (has(syntax_.switches, name)) {
            if (equals != std::string::npos) complain(name, "takes no value");
            result_.switches.insert(name);
            return 0;
        }
        const bool is_list = has(syntax_.lists, name);
        if (!is_list && !has(syntax_.options, name)) {
            complain(name, "is not a flag of " + std::string(syntax_.command) + did_you_mean(name));
            return 0;
        }
        if (equals == std::string::npos && !is_next) {
            complain(name, "needs a value behind it");
            return 0;
        }
        auto value = is_next ? given_[at + 1] : given_[at].substr(equals + 1);
        if (is_list) {
            result_.lists[name].push_back(std::move(value));
        } else if (!result_.options.emplace(name, std::move(value)).second) {
            complain(name, "is given more than once");
        }
        return is_next;
    }

    std::string did_you_mean(const std::string& name) const
    {
        std::vector<std::string> known{"--help"};
        for (const auto& flags : {syntax_.switches, syntax_.options, syntax_.lists})
            for (const auto flag : flags) known.emplace_back(flag);
        for (const auto flag : settings_flags) known.emplace_back(flag);
        const auto near = settings::nearest(name, known);
        return near.empty() ? std::string() : "; did you mean " + near + "?";
    }

    void check_words()
    {
        const std::string command(syntax_.command);
        for (std::size_t i = result_.words.size(); i < syntax_.words.size(); ++i)
            complain(command, "needs " + std::string(syntax_.words[i]));
        if (!syntax_.rest.empty()) return;
        for (std::size_t i = syntax_.words.size(); i < result_.words.size(); ++i) {
            const bool url = result_.words[i].find("://") != std::string::npos; // may hold a password
            complain(url ? "a URL" : "'" + result_.words[i] + "'", "is one too many");
        }
    }

    void load_settings()
    {
        auto loaded = app::load_settings(for_settings_);
        for (const auto& p : loaded.problems) complain(p.where, p.what);
        result_.values = std::move(loaded.values);
    }

    const arguments& given_;
    const syntax& syntax_;
    arguments for_settings_;
    command_line result_;
    bool wrong_ = false;
};

} // namespace

std::optional<command_line> read_command_line(const arguments& given, const syntax& s)
{
    auto read = reader(given, s).read();
    if (!read) std::cerr << "watchword: nothing was done; see watchword " << s.command << " --help\n";
    return read;
}

int fail(std::string_view problem)
{
    std::cerr << "watchword: " << problem << "\n";
    return failed;
}

} // namespace watchword::app
