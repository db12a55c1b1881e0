#include "api/admin_answers.hpp"

#include "api/answers.hpp"
#include "api/input.hpp"
#include "http/conditional.hpp"

#include <boost/json/serialize.hpp>

namespace watchword::api {
namespace {

using accounts::administration_problem;
using http::problem;
using http::status;

http::response refuse(administration_problem why)
{
    const auto code = accounts::code_of(why);
    switch (why) {
    case administration_problem::outdated: return http::precondition_failed();
    case administration_problem::last_admin:
        return problem(status::conflict, code, "Nobody else is enabled and has the role admin.");
    case administration_problem::beyond_own:
        return problem(status::forbidden, code, "This concerns permissions that you do not have yourself.");
    case administration_problem::fixed_role:
        return problem(status::conflict, code, "The role admin permits everything; it cannot be changed.");
    case administration_problem::is_set_up: break;
    }
    return problem(status::conflict, code, "There is an administrator already.");
}

} // namespace

http::response json_answer(status s, const boost::json::object& body)
{
    return http::response(s, "application/json", boost::json::serialize(body) + "\n");
}

http::response refuse(core::error_code ec, const accounts::service& a)
{
    if (const auto why = accounts::administration_problem_of(ec)) return refuse(*why);
    if (const auto weak = accounts::weakness_of(ec))
        return refuse_input("/password", accounts::code_of(*weak), std::string(a.policy().explain(*weak)));
    return failure(ec, a.hashing_wait());
}

http::response refuse(const accounts::field_problem& p)
{
    return refuse_input('/' + std::string(p.field), p.code, std::string(p.text));
}

} // namespace watchword::api
