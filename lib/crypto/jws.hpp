#pragma once

#include "core/error.hpp"
#include "crypto/signature.hpp"
#include "crypto/signature_key.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

// Compact JWS (RFC 7515 section 7.1), as strict as RFC 8725 asks: the one way in which tokens are read. Thread-safe.
namespace watchword::crypto {

// Longer ones are refused before any work.
inline constexpr std::size_t longest_jws = 16 * 1024;

struct jws_segments {
    std::string_view header, payload, signature; // base64url
    std::string_view signed_part;                // header.payload
};
// Nothing unless there are three. Views into the token.
std::optional<jws_segments> split_jws(std::string_view token);

// The JSON object that a segment holds; nothing for other JSON, duplicate members, and anything but canonical
// base64url.
std::optional<boost::json::object> read_json_segment(std::string_view segment);

// A header that may be believed once the signature is right. Nothing if it has `crit` (no extension is understood),
// `b64` that is not true, `enc` (it is no JWS), a `kid` that is no text, or no text as `alg`. What it says of keys
// (jwk, jku, x5c, x5u, ...) is never looked at.
std::optional<boost::json::object> read_jws_header(std::string_view segment);

// Whether `alg` is that one, which the key has chosen.
bool has_algorithm(const boost::json::object& header, signature_algorithm) noexcept;

// A token that has been read, and is not yet believed.
class jws {
public:
    // Error: invalid_token for what the functions above refuse, and for more than longest_jws bytes. The token's text
    // must outlive what is returned.
    static core::result<jws> parse(std::string_view token);

    const boost::json::object& header() const noexcept { return header_; }
    // `kid`, which is nothing but a name to look a key up by.
    std::optional<std::string_view> kid() const noexcept;
    // Whether `typ` is this media type, with or without its "application/" (RFC 7515 section 4.1.9); no case matters.
    bool has_type(std::string_view type) const noexcept;

    // Whether `alg` is the key's and the signature is right.
    bool is_signed_by(verifier&) const;

    // To be asked for after that. Error: invalid_token for what is not canonical base64url.
    core::result<std::string> payload() const;
    // Error: invalid_token for what read_json_segment refuses.
    core::result<boost::json::object> claims() const;

private:
    jws(const jws_segments& s, boost::json::object&& h) : segments_(s), header_(std::move(h)) {}

    jws_segments segments_;
    boost::json::object header_;
};

// The name of the key that a token of that type says it was signed with, of which nothing is believed; nothing for what
// no verifier would look up.
std::optional<std::string> key_name_of(std::string_view token, std::string_view type);

// The segment of the header {"alg","typ","kid"} for what that key signs.
std::string jws_header_segment(const named_signing_key&, std::string_view type);

// The token of a header, of which that is the segment, and a payload.
std::string sign_jws(std::string_view header_segment, std::string_view payload, signer&);

} // namespace watchword::crypto
