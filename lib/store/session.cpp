#include "store/session.hpp"

namespace watchword::store {

void session::rollback()
{
    if (in_transaction()) execute("ROLLBACK");
}

bool fetch_one(soci::statement& s)
{
    const bool found = s.execute(true);
    for (bool more = found; more;) more = s.fetch();
    return found;
}

} // namespace watchword::store
