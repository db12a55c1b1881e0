#include "settings/load.hpp"

#include "core/json.hpp"
#include "settings/table.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <set>

namespace watchword::settings {
namespace {

namespace json = boost::json;

constexpr std::string_view config_flag = "--config", set_flag = "--set";
constexpr std::string_view config_variable = "WATCHWORD_CONFIG";

std::string_view view(json::string_view text)
{
    return {text.data(), text.size()};
}

std::string did_you_mean(std::string_view name, const std::vector<std::string>& known)
{
    const auto near = nearest(name, known);
    return near ? "; did you mean " + *near + "?" : std::string();
}

std::vector<std::string> known_keys()
{
    std::vector<std::string> keys;
    for (const auto& d : table())
        if (!d.is_secret) keys.emplace_back(d.key);
    return keys;
}

const descriptor* find_key(std::string_view key)
{
    for (const auto& d : table())
        if (d.key == key && !d.is_secret) return &d;
    return nullptr;
}

class loader {
public:
    explicit loader(const sources& s) : sources_(s) {}

    loaded load()
    {
        read_arguments(); // first, because they may name the file; applied last
        read_file();
        read_environment();
        for (const auto& [d, where, value] : from_arguments_) apply(*d, where, value);
        return std::move(result_);
    }

private:
    struct assignment {
        const descriptor* setting;
        std::string where, value;
    };

    void complain(std::string where, std::string what)
    {
        result_.problems.push_back({std::move(where), std::move(what)});
    }

    void apply(const descriptor& d, const std::string& where, std::string_view value)
    {
        const auto allowed = d.read(result_.values, value);
        if (!allowed) return;
        const std::string shown = d.is_secret ? "the value" : "'" + std::string(value) + "'";
        complain(where, shown + " is not allowed here: give " + *allowed);
    }

    void read_arguments()
    {
        const auto& all = sources_.arguments;
        for (std::size_t i = 0; i < all.size(); ++i) {
            const auto equals = all[i].find('=');
            const bool joined = all[i].starts_with("--") && equals != std::string::npos;
            const std::string name = joined ? all[i].substr(0, equals) : all[i];
            const auto* const d = find_flag(name);
            const bool takes_value = (d && d->switch_value.empty()) || name == config_flag || name == set_flag;
            if (!d && !takes_value) {
                complain(name, "is not an option" + did_you_mean(name, known_flags()));
                // What follows it is probably its value.
                if (!joined && i + 1 < all.size() && !all[i + 1].starts_with("-")) ++i;
                continue;
            }
            if (!takes_value) {
                if (joined)
                    complain(name, "takes no value");
                else
                    add_argument(*d, name, std::string(d->switch_value));
                continue;
            }
            if (!joined && i + 1 == all.size()) {
                complain(name, "needs a value");
                continue;
            }
            const std::string value = joined ? all[i].substr(equals + 1) : all[++i];
            if (name == config_flag)
                file_ = value;
            else if (name == set_flag)
                add_set(value);
            else
                add_argument(*d, name, value);
        }
    }

    // Every flag counts once, but for lists.
    void add_argument(const descriptor& d, const std::string& where, std::string value)
    {
        for (auto& earlier : from_arguments_) {
            if (earlier.setting != &d) continue;
            if (d.is_list)
                earlier.value += "," + value;
            else
                complain(where, "is given more than once");
            return;
        }
        from_arguments_.push_back({&d, where, std::move(value)});
    }

    void add_set(const std::string& text)
    {
        const auto equals = text.find('=');
        const std::string key = text.substr(0, equals);
        const auto* const d = find_key(key);
        if (equals == text.npos)
            complain(std::string(set_flag), "needs group.name=value");
        else if (!d)
            complain(std::string(set_flag) + " " + key, "is not a setting" + did_you_mean(key, known_keys()));
        else
            add_argument(*d, std::string(set_flag) + " " + key, text.substr(equals + 1));
    }

    static const descriptor* find_flag(std::string_view name)
    {
        for (const auto& d : table())
            if (!d.flag.empty() && d.flag == name) return &d;
        return nullptr;
    }

    static std::vector<std::string> known_flags()
    {
        std::vector<std::string> flags{std::string(config_flag), std::string(set_flag), "--help"};
        for (const auto& d : table())
            if (!d.flag.empty()) flags.emplace_back(d.flag);
        return flags;
    }

    void read_environment()
    {
        std::vector<std::string> known{std::string(config_variable)};
        std::set<std::string> used{std::string(config_variable)};
        for (const auto& d : table()) {
            const std::string name = environment_name(d);
            for (const std::string& variable : {name, std::string(d.alias)}) {
                const bool offered = !variable.empty() && !(d.is_secret && variable == name);
                if (!offered) continue;
                known.push_back(variable);
                const auto it = sources_.environment.find(variable);
                if (it == sources_.environment.end()) continue;
                used.insert(variable);
                apply(d, variable, it->second);
            }
        }
        for (const auto& [name, value] : sources_.environment)
            if (!used.contains(name)) complain(name, "is not a setting" + did_you_mean(name, known));
    }

    void read_file()
    {
        if (file_.empty()) {
            const auto named = sources_.environment.find(std::string(config_variable));
            if (named == sources_.environment.end() || named->second.empty()) return;
            file_ = named->second;
        }
        const auto text = sources_.read_file(file_);
        if (!text) return complain(file_, "cannot be read");
        std::size_t offset = 0;
        const auto value = core::parse_json(*text, {.depth = 8, .allow_comments = true}, &offset);
        if (!value) {
            const auto line = 1 + std::count(text->begin(), text->begin() + std::ptrdiff_t(offset), '\n');
            return complain(file_ + ", line " + std::to_string(line), "is not valid JSON here, or a key stands twice");
        }
        if (!value->is_object()) return complain(file_, "must hold an object of groups");
        for (const auto& [group, members] : value->get_object()) read_group(std::string(view(group)), members);
    }

    void read_group(const std::string& group, const json::value& members)
    {
        if (!members.is_object()) {
            std::vector<std::string> groups;
            for (const auto& key : known_keys()) groups.push_back(key.substr(0, key.find('.')));
            const bool known = std::find(groups.begin(), groups.end(), group) != groups.end();
            return complain(file_ + ": " + group,
                            known ? "must be an object" : "is not a group of settings" + did_you_mean(group, groups));
        }
        for (const auto& [name, value] : members.get_object()) {
            const std::string key = group + "." + std::string(view(name));
            const std::string where = file_ + ": " + key;
            const auto* const d = find_key(key);
            if (!d) {
                complain(where, "is not a setting" + did_you_mean(key, known_keys()));
            } else if (const auto text = text_of(value, d->is_list)) {
                apply(*d, where, *text);
            } else {
                complain(where, "must be a text, a number or true or false");
            }
        }
    }

    static std::optional<std::string> text_of(const json::value& v, bool is_list)
    {
        if (v.is_string()) return std::string(view(v.get_string()));
        if (v.is_bool() || v.is_int64() || v.is_uint64()) return json::serialize(v);
        if (!v.is_array() || !is_list) return std::nullopt;
        std::string all;
        for (const auto& element : v.get_array()) {
            if (!element.is_string()) return std::nullopt;
            all.append(all.empty() ? "" : ",").append(view(element.get_string()));
        }
        return all;
    }

    const sources& sources_;
    loaded result_;
    std::string file_;
    std::vector<assignment> from_arguments_;
};

} // namespace

std::string to_string(const problem& p)
{
    return p.where + ": " + p.what;
}

loaded load(const sources& s)
{
    return loader(s).load();
}

} // namespace watchword::settings
