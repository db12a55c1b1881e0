#pragma once

namespace watchword::server {

// Takes out of this process's memory what its program and libraries brought there of their files, code and constants
// that nobody has changed: most of it only the start needed. What is needed again comes back page by page from the
// system's cache of files, without a disk. Thread-safe, beside running threads too.
void forget_start_pages() noexcept;

} // namespace watchword::server
