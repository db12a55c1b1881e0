#pragma once

#include "support/temporary_directory.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace watchword::test {

struct certificate_files {
    std::string certificate, key; // paths
};

enum class certificate_purpose { server, client };
enum class certificate_key { p_256, rsa_2048, rsa_1024 };

struct certificate_request {
    std::string name = "localhost"; // the common name, and a DNS name
    certificate_purpose purpose = certificate_purpose::server;
    certificate_key key = certificate_key::p_256;
    std::chrono::seconds starts = std::chrono::hours(-24), ends = std::chrono::hours(30 * 24); // from now
};

// A certificate authority with a P-256 key, whose files lie in `directory`. Copies are the same authority. Members
// throw std::runtime_error.
class certificate_authority {
public:
    // A root.
    certificate_authority(const temporary_directory& directory, const std::string& name);
    // One that this one has signed; the chains it issues hold its own certificate too.
    certificate_authority intermediate(const std::string& name) const;

    // Its certificate in PEM.
    const std::string& file() const;
    // Writes STEM.pem, the certificate and what is between it and the root, and STEM.key, over those that are there.
    certificate_files issue(const std::string& stem, const certificate_request& = {}) const;

private:
    struct identity;
    explicit certificate_authority(std::shared_ptr<const identity>);
    std::shared_ptr<const identity> identity_;
};

} // namespace watchword::test
