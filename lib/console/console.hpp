#pragma once

#include "http/router.hpp"

// The console for administrators and the page for users' own accounts: files that this program has in it, and that
// speak to /v1 as any client does. Where they are made: lib/console/README.md.
namespace watchword::console {

// GET /console, /account and whatever is below them: a page for every path, but for the files that the pages name.
// What is named with its version may be kept for ever, anything else is asked for again (ETag). With gzip where the
// client likes it. The pages run no script, load no style and ask no server but ours (Content-Security-Policy). The
// router keeps what it needs; its answers are thread-safe.
void add_routes(http::router&);

} // namespace watchword::console
