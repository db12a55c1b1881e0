// A sign-up as browsers send it, in both kinds of forms.
#include "http/forms.hpp"

#include "micro/subjects/all.hpp"

namespace watchword::micro {
namespace {

constexpr std::string_view urlencoded =
    "name=Ann+Marie+O%27Hara&email=ann.marie%40example.test&password=correct+horse+battery+staple%21";

constexpr std::string_view boundary = "----geckoformboundary5f3b0a4c8d1e2f60718293a4b5c6d7e8";
constexpr std::string_view multipart =
    "------geckoformboundary5f3b0a4c8d1e2f60718293a4b5c6d7e8\r\n"
    "Content-Disposition: form-data; name=\"name\"\r\n\r\nAnn Marie O'Hara\r\n"
    "------geckoformboundary5f3b0a4c8d1e2f60718293a4b5c6d7e8\r\n"
    "Content-Disposition: form-data; name=\"email\"\r\n\r\nann.marie@example.test\r\n"
    "------geckoformboundary5f3b0a4c8d1e2f60718293a4b5c6d7e8\r\n"
    "Content-Disposition: form-data; name=\"password\"\r\n\r\ncorrect horse battery staple!\r\n"
    "------geckoformboundary5f3b0a4c8d1e2f60718293a4b5c6d7e8--\r\n";

template <class Parse> void add_form(subjects& all, const char* name, Parse parse)
{
    const auto make = [parse] {
        const auto form = parse();
        require(form && form->get("email") == "ann.marie@example.test", "the form is read differently");
        return in_a_loop(parse);
    };
    all.push_back({name, make, 500});
}

} // namespace

void add_forms(subjects& all)
{
    add_form(all, "form/urlencoded", [] { return http::parse_urlencoded(urlencoded); });
    add_form(all, "form/multipart", [] { return http::parse_multipart(multipart, boundary); });
}

} // namespace watchword::micro
