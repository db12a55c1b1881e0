#pragma once

#include "micro/subject.hpp"

namespace watchword::micro {

// One file for each subject. Those of features to come (cursors of lists) are added here and in all_subjects() by the
// change that brings the feature.
void add_router(subjects&);
void add_request_head(subjects&);
void add_forms(subjects&);
void add_query(subjects&);
void add_cookies(subjects&);
void add_json(subjects&);
void add_jwt(subjects&);
void add_signatures(subjects&);
void add_token_check(subjects&);
void add_response(subjects&);
void add_user_list(subjects&);
void add_phc(subjects&);
void add_email_key(subjects&);
void add_rate_limits(subjects&);
void add_revocation(subjects&);
void add_bearer_check(subjects&);
void add_whole_request(subjects&);

subjects all_subjects();

} // namespace watchword::micro
