#include "settings/load.hpp"

#include "core/json.hpp"
#include "core/text.hpp"
#include "settings/file_lines.hpp"
#include "settings/nearest.hpp"
#include "settings/table.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>
#include <optional>

namespace watchword::settings {
namespace {

namespace json = boost::json;

constexpr std::string_view prefix = "WATCHWORD_";
constexpr std::string_view config_variable = "WATCHWORD_CONFIG";
constexpr std::string_view secret_variable = "WATCHWORD_SECRET";
constexpr std::string_view port_variable = "PORT";              // as platforms give it (12factor.net/port-binding)
constexpr std::string_view tests_variable = "WATCHWORD_SHARED"; // where this repository's tests find their vectors
constexpr std::string_view config_flag = "--config", set_flag = "--set";

constexpr std::size_t longest_shown_value = 80;
constexpr std::size_t file_depth = 8;

std::string_view view(json::string_view text)
{
    return {text.data(), text.size()};
}

std::string did_you_mean(const std::string& name)
{
    return name.empty() ? std::string() : "; did you mean " + name + "?";
}

std::vector<std::string> known_keys()
{
    std::vector<std::string> keys;
    for (const auto& d : table())
        if (!d.environment_only) keys.emplace_back(d.key);
    return keys;
}

std::string_view group_of(std::string_view key)
{
    return key.substr(0, key.find('.'));
}
std::string_view name_of(std::string_view key)
{
    const auto dot = key.find('.');
    return dot == key.npos ? key : key.substr(dot + 1);
}

// A key that is nearly spelled so, or that has the same name in another group.
std::string nearest_key(std::string_view key)
{
    const auto known = known_keys();
    auto found = nearest(key, known);
    const auto same_name = [&](const std::string& each) { return name_of(each) == name_of(key); };
    if (const auto it = std::find_if(known.begin(), known.end(), same_name); found.empty() && it != known.end())
        found = *it;
    return found;
}

const descriptor* find_flag(std::string_view name)
{
    for (const auto& d : table())
        if (!d.flag.empty() && d.flag == name) return &d;
    return nullptr;
}

// A flag that is nearly spelled so, or the setting that has this name but no flag.
std::string nearest_flag(std::string_view name)
{
    std::vector<std::string> known{std::string(config_flag), std::string(set_flag), "--help"};
    for (const auto& d : table())
        if (!d.flag.empty()) known.emplace_back(d.flag);
    std::string bare(name.substr(std::min(name.find_first_not_of('-'), name.size())));
    std::replace(bare.begin(), bare.end(), '-', '_');
    for (const auto& d : table())
        if (d.flag.empty() && !d.environment_only && name_of(d.key) == bare)
            return std::string(set_flag) + " " + std::string(d.key) + "=" + std::string(d.placeholder);
    return nearest(name, known);
}

// A name in the environment. Of the settings that may hold a password, the file with the value may be named instead.
struct variable {
    std::string name;
    const descriptor* setting;
    bool names_file;
};

std::vector<variable> variables()
{
    std::vector<variable> all;
    const auto add = [&](const descriptor& d, const std::string& name) {
        if (name.empty()) return;
        all.push_back({name, &d, false});
        if (d.hidden && !d.environment_only) all.push_back({name + "_FILE", &d, true});
    };
    for (const auto& d : table()) {
        if (!d.environment_only) add(d, environment_name(d));
        add(d, std::string(d.short_environment));
    }
    return all;
}

// Kubernetes describes every Service to every container, one named `watchword` or `watchword-db` in variables that
// look like ours: WATCHWORD_SERVICE_HOST, WATCHWORD_PORT=tcp://10.0.0.1:5000, WATCHWORD_PORT_5000_TCP_ADDR.
bool is_service_link(std::string_view name, std::string_view value)
{
    const auto port = name.find("_PORT_");
    return name.ends_with("_SERVICE_HOST") || name.find("_SERVICE_PORT") != name.npos ||
           (name.ends_with("_PORT") && value.find("://") != value.npos) ||
           (port != name.npos && name.find_first_of("0123456789", port) == port + 6);
}

// The text that a JSON value stands for; nothing if it has not the type of the setting.
std::optional<std::string> text_of(const descriptor& d, const json::value& v)
{
    const bool number = v.is_int64() || v.is_uint64();
    if (d.type == kind::boolean) return v.is_bool() ? std::optional(json::serialize(v)) : std::nullopt;
    if (number && (d.type == kind::count || d.type == kind::bytes || d.type == kind::duration || d.type == kind::rate))
        return json::serialize(v);
    if (v.is_string() && d.type != kind::count) return std::string(view(v.get_string()));
    if (!v.is_array() || d.type != kind::list) return std::nullopt;
    std::string all;
    for (const auto& element : v.get_array()) {
        if (!element.is_string()) return std::nullopt;
        all.append(all.empty() ? "" : ",").append(view(element.get_string()));
    }
    return all;
}

class loader {
public:
    explicit loader(const sources& s) : sources_(s) {}

    loaded load()
    {
        read_arguments(); // first, because they may name the file; applied last
        read_file();
        read_environment();
        for (const auto& [d, where, value] : from_arguments_) {
            apply(*d, where, value);
            if (d->key != "secret.file") continue; // the flag is the stronger layer
            result_.values.secret.value = {};
            result_.origins.erase("secret.value");
        }
        if (!result_.origins.contains("server.listen")) read_port();
        result_.file = file_;
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
    void complain_about_value(const descriptor& d, std::string where, std::string_view shown)
    {
        const std::string cut(shown.substr(0, longest_shown_value));
        complain(std::move(where), "must be " + expectation(d) + (d.hidden ? "" : ", not " + cut));
    }

    void apply(const descriptor& d, const std::string& where, std::string_view value)
    {
        if (!d.read(d, result_.values, value)) return complain_about_value(d, where, "'" + std::string(value) + "'");
        result_.origins[d.key] = where;
    }

    // The setting called `key` outside the environment; complains if there is none.
    const descriptor* find_setting(const std::string& key, const std::string& where)
    {
        const auto* const d = find_key(key);
        if (d && !d->environment_only) return d;
        if (d)
            complain(where, "is read from the environment only, as " + std::string(d->short_environment));
        else
            complain(where, "is not a setting" + did_you_mean(nearest_key(key)));
        return nullptr;
    }

    // --- flags

    void read_arguments()
    {
        const auto& all = sources_.arguments;
        for (std::size_t i = 0; i < all.size(); ++i) {
            if (!all[i].starts_with('-')) {
                const bool url = all[i].find("://") != std::string::npos;    // may hold a password
                const bool keywords = all[i].find('=') != std::string::npos; // libpq's may, too
                complain(url ? "a URL" : keywords ? "an assignment" : "'" + all[i] + "'", "stands behind no flag");
                continue;
            }
            const auto equals = std::min(all[i].find('='), all[i].size());
            std::optional<std::string> value;
            if (equals != all[i].size()) value = all[i].substr(equals + 1);
            const bool another = i + 1 < all.size() && !all[i + 1].starts_with("--");
            if (read_flag(all[i].substr(0, equals), value, another ? &all[i + 1] : nullptr)) ++i;
        }
    }

    // Whether `next`, the argument behind it if there is one, is its value.
    bool read_flag(const std::string& name, std::optional<std::string> value, const std::string* next)
    {
        const auto* const d = find_flag(name);
        if (!d && name != config_flag && name != set_flag) {
            complain(name, "is not a flag" + did_you_mean(nearest_flag(name)));
            return !value && next; // probably its value
        }
        if (d && !d->flag_value.empty()) {
            if (value)
                complain(name, "takes no value");
            else
                add_argument(*d, name, std::string(d->flag_value));
            return false;
        }
        const bool takes_next = !value && next;
        if (takes_next) value = *next;
        if (!value)
            complain(name, "needs a value behind it");
        else if (name == config_flag)
            name_file(*value);
        else if (name == set_flag)
            add_set(*value);
        else
            add_argument(*d, name, *std::move(value));
        return takes_next;
    }

    void name_file(const std::string& path)
    {
        if (path.empty()) return complain(std::string(config_flag), "needs the name of a file");
        if (!file_.empty()) return complain(std::string(config_flag), "is given more than once");
        file_ = path;
    }

    void add_set(const std::string& text)
    {
        const auto equals = text.find('=');
        if (equals == text.npos) return complain(std::string(set_flag), "needs GROUP.NAME=VALUE behind it");
        const std::string key = text.substr(0, equals), where = std::string(set_flag) + " " + key;
        if (const auto* const d = find_setting(key, where)) add_argument(*d, where, text.substr(equals + 1));
    }

    // Every flag counts once, but for lists.
    void add_argument(const descriptor& d, const std::string& where, std::string value)
    {
        const auto earlier = std::find_if(from_arguments_.begin(), from_arguments_.end(),
                                          [&](const assignment& each) { return each.setting == &d; });
        if (earlier == from_arguments_.end())
            from_arguments_.push_back({&d, where, std::move(value)});
        else if (d.type == kind::list)
            earlier->value.append(",").append(value);
        else
            complain(where, "is given more than once");
    }

    // --- environment

    void read_environment()
    {
        const auto all = variables();
        std::map<const descriptor*, std::string> seen;
        for (const auto& [name, value] : sources_.environment) {
            const auto known = std::find_if(all.begin(), all.end(), [n = name](const auto& v) { return v.name == n; });
            if (known != all.end()) {
                const auto [first, fresh] = seen.emplace(known->setting, name);
                if (!fresh) complain(std::string(name), "says the same as " + first->second + ": give one of them");
                read_variable(*known, value);
            } else if (!is_foreign(name, value)) {
                complain_about_variable(std::string(name), all);
            }
        }
        if (seen.contains(find_key("secret.value")) && seen.contains(find_key("secret.file")))
            complain(std::string(secret_variable), "is given with a file for the secret: give one of them");
    }

    static bool is_foreign(std::string_view name, std::string_view value)
    {
        return !name.starts_with(prefix) || name == config_variable || name == tests_variable ||
               is_service_link(name, value);
    }

    void read_variable(const variable& v, std::string_view value)
    {
        if (!v.names_file) return apply(*v.setting, v.name, value);
        const auto content = sources_.read_file(std::string(value));
        if (!content) return complain(v.name, "names a file that cannot be read: " + content.error().message());
        std::string_view text = *content;
        if (text.ends_with('\n')) text.remove_suffix(1);
        if (text.ends_with('\r')) text.remove_suffix(1);
        apply(*v.setting, v.name, text);
    }

    // Where the platform wants the service, unless somebody has said where to listen.
    void read_port()
    {
        const auto given = sources_.environment.find(port_variable);
        if (given == sources_.environment.end() || given->second.empty()) return;
        const auto port = core::parse_unsigned(given->second);
        if (!port || *port == 0 || *port > 65535)
            return complain(std::string(port_variable), "must be a port from 1 to 65535, not '" +
                                                            std::string(given->second.substr(0, longest_shown_value)) +
                                                            "'; it counts because server.listen is not set");
        result_.values.server.listen = {"0.0.0.0:" + std::to_string(*port)};
        result_.origins["server.listen"] = port_variable;
    }

    void complain_about_variable(const std::string& name, const std::vector<variable>& known)
    {
        std::vector<std::string> names{std::string(config_variable)};
        for (const auto& v : known) names.push_back(v.name);
        complain(name, "is not a setting" + did_you_mean(nearest(name, names)));
    }

    // --- file

    void read_file()
    {
        const auto named = sources_.environment.find(config_variable);
        if (file_.empty() && named != sources_.environment.end()) file_ = named->second;
        if (file_.empty()) return;
        const auto text = sources_.read_file(file_);
        if (!text) return complain(file_, "cannot be read: " + text.error().message());
        std::size_t offset = 0;
        const auto value = core::parse_json(*text, {file_depth, true}, &offset);
        if (!value) {
            const auto end = text->begin() + static_cast<std::ptrdiff_t>(std::min(offset, text->size()));
            const auto line = 1 + std::count(text->begin(), end, '\n');
            return complain(file_ + ", line " + std::to_string(line), "is not JSON, or a name stands twice");
        }
        if (!value->is_object()) return complain(file_, "must hold an object, {\"group\": {\"name\": value}}");
        lines_ = find_lines(*text);
        for (const auto& [group, members] : value->get_object()) read_group(std::string(view(group)), members);
    }

    void read_group(const std::string& group, const json::value& members)
    {
        std::vector<std::string> groups;
        for (const auto& d : table()) groups.emplace_back(group_of(d.key));
        if (std::find(groups.begin(), groups.end(), group) == groups.end())
            return complain(place_of(group), "is not a group of settings" + did_you_mean(nearest(group, groups)));
        if (!members.is_object()) return complain(place_of(group), "must be an object, {\"name\": value}");
        for (const auto& [name, value] : members.get_object()) {
            const std::string key = group + "." + std::string(view(name)), where = place_of(key);
            const auto* const d = find_setting(key, where);
            if (!d) continue;
            if (const auto text = text_of(*d, value))
                apply(*d, where, *text);
            else
                complain_about_value(*d, where, json::serialize(value));
        }
    }

    // "watchword.json, line 7: http.body_bytes"
    std::string place_of(const std::string& key) const
    {
        const auto line = lines_.find(key);
        return file_ + (line == lines_.end() ? "" : ", line " + std::to_string(line->second)) + ": " + key;
    }

    const sources& sources_;
    loaded result_;
    std::string file_;
    std::map<std::string, std::size_t> lines_; // of the file, by GROUP and GROUP.NAME
    std::vector<assignment> from_arguments_;
};

} // namespace

std::string printable(std::string text)
{
    const bool is_text = core::is_utf8(text);
    for (char& c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 || byte == 0x7F || (!is_text && byte >= 0x80)) c = '?';
    }
    return text;
}

std::string to_string(const problem& p)
{
    return printable(p.where + ": " + p.what);
}

loaded load(const sources& s)
{
    return loader(s).load();
}

} // namespace watchword::settings
