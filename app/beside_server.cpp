#include "beside_server.hpp"

#include "command_line.hpp"
#include "server/core_dumps.hpp"
#include "server/database_settings.hpp"

namespace watchword::app {

store::database_settings beside_server(const settings::settings& s)
{
    if (!s.server.core_dumps) server::forbid_core_dumps();
    auto all = server::database_settings(s.database);
    all.beside_owner = true;
    return all;
}

int finish_beside_server(const store::database& d)
{
    return d.is_noted(noted_within) ? success : fail(not_noted);
}

accounts::actor shell_actor()
{
    accounts::actor who;
    who.kind = accounts::actor_kind::shell;
    who.permissions = accounts::permission_set::all();
    return who;
}

} // namespace watchword::app
