#include "server/prometheus_text.hpp"

#include <dlfcn.h>
#include <prometheus/text_serializer.h>
#include <stdexcept>

// The functions of prometheus-cpp that are called, under their own names: the linker takes these, and they take the
// real ones from the shared library (as in store/libpq.cpp). It brings libstdc++ as a shared library, too, which this
// program has built in: so nothing of a stream passes from one to the other but its address.
namespace watchword::server {
namespace {

constexpr const char* library_name = "libprometheus-cpp-core.so.1.0"; // its ABI is that of the headers

void* open_library()
{
    void* const handle = ::dlopen(library_name, RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr)
        throw std::runtime_error("metrics.listen needs prometheus-cpp (Debian's package libprometheus-cpp-core1.0): " +
                                 std::string(::dlerror())); // NOLINT(concurrency-mt-unsafe): glibc's is of the thread
    return handle;
}

// By its name in the ABI of C++ on Linux, where a member function takes its object first.
template <class Function> Function* find(const char* name)
{
    static void* const library = open_library();
    auto* const found = reinterpret_cast<Function*>(::dlsym(library, name));
    if (found == nullptr) throw std::runtime_error(std::string(library_name) + " has no function " + name);
    return found;
}

using families = std::vector<prometheus::MetricFamily>;

auto* serialize_to_text()
{
    static auto* const real = find<std::string(const prometheus::Serializer*, const families&)>(
        "_ZNK10prometheus10Serializer9SerializeB5cxx11ERKSt6vectorINS_12MetricFamilyESaIS2_EE");
    return real;
}

auto* serialize_to_stream()
{
    static auto* const real = find<void(const prometheus::TextSerializer*, std::ostream&, const families&)>(
        "_ZNK10prometheus14TextSerializer9SerializeERSoRKSt6vectorINS_12MetricFamilyESaIS3_EE");
    return real;
}

} // namespace

void load_prometheus()
{
    serialize_to_text();
    serialize_to_stream();
}

std::string prometheus_text(const families& all)
{
    const prometheus::TextSerializer text;
    return text.Serialize(all);
}

} // namespace watchword::server

// Makes a stream, and calls the other with it.
std::string prometheus::Serializer::Serialize(const std::vector<MetricFamily>& all) const
{
    return watchword::server::serialize_to_text()(this, all);
}

void prometheus::TextSerializer::Serialize(std::ostream& out, const std::vector<MetricFamily>& all) const
{
    watchword::server::serialize_to_stream()(this, out, all);
}
