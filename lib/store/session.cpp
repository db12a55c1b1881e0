#include "store/session.hpp"

#include "store/change_feed.hpp"

namespace watchword::store {

void session::rollback()
{
    if (in_transaction()) execute("ROLLBACK");
}

std::unique_ptr<change_feed> backend::follow_changes(change_counters&) const
{
    return nullptr;
}

bool fetch_one(soci::statement& s)
{
    const bool found = s.execute(true);
    for (bool more = found; more;) more = s.fetch();
    return found;
}

} // namespace watchword::store
