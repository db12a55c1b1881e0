#pragma once

namespace watchword::core {

// Deletes for std::unique_ptr what a C library allocates, by the function that it frees it with.
template <auto Free> struct freed_by {
    template <class T> void operator()(T* what) const noexcept { Free(what); }
};

} // namespace watchword::core
