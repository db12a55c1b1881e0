#include "micro/subjects/all.hpp"

namespace watchword::micro {

subjects all_subjects()
{
    subjects all;
    for (const auto add : {add_whole_request, add_request_head, add_router, add_token_check, add_response, add_jwt,
                           add_signatures, add_user_list, add_forms, add_query, add_cookies, add_json, add_phc,
                           add_email_key, add_rate_limits, add_revocation, add_bearer_check})
        add(all);
    return all;
}

} // namespace watchword::micro
