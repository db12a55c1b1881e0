#include "server/database_settings.hpp"

namespace watchword::server {

store::database_settings database_settings(const settings::database_group& d)
{
    store::database_settings all;
    all.url = d.url;
    all.readers = d.readers;
    all.queue = d.queue;
    all.timeout = d.timeout;
    all.password_file = d.password_file;
    all.feed = static_cast<store::feed_kind>(d.feed);
    all.staleness = d.staleness;
    return all;
}

} // namespace watchword::server
