#pragma once

#include <map>
#include <string>
#include <string_view>

namespace watchword::test {

// The cookies of one host in a browser that came by TLS (RFC 6265), as strict about `__Host-` as browsers are. One
// thread.
class cookie_jar {
public:
    // The value of a Set-Cookie field. Throws std::runtime_error for one that a browser would not keep.
    void take(std::string_view set_cookie);

    bool empty() const noexcept { return cookies_.empty(); }
    std::string field() const; // of Cookie, for a page of the same site
    // Both empty if there is no such cookie.
    std::string value(const std::string& name) const { return find(name).value; }
    std::string attributes(const std::string& name) const { return find(name).attributes; } // as they were set
    void put(const std::string& name, const std::string& value) { cookies_[name] = {value, {}}; }
    void drop(const std::string& name) { cookies_.erase(name); }

private:
    struct cookie {
        std::string value, attributes;
    };
    cookie find(const std::string& name) const;

    std::map<std::string, cookie> cookies_;
};

} // namespace watchword::test
