#pragma once

namespace watchword::server {

// Gives back what the start has left free in the heap, and what this program and its libraries have in memory of their
// files: code and constants that nobody has changed, most of which only the start needed. What is needed again comes
// back page by page from the system's cache of files, without a disk. Thread-safe, beside running threads too.
void forget_start_pages() noexcept;

} // namespace watchword::server
