# Puts lib/console/bundle into watchword_console, so that the program is one file.
#   cmake -DBUNDLE=DIRECTORY -DGENERATED=FILE -P bundle.cmake writes the source of it.
if(CMAKE_SCRIPT_MODE_FILE)
  file(GLOB names RELATIVE ${BUNDLE} ${BUNDLE}/*)
  list(FILTER names EXCLUDE REGEX "\\.gz$")
  list(SORT names)
  set(data "")
  set(rows "")
  foreach(name ${names})
    string(MAKE_C_IDENTIFIER ${name} identifier)
    foreach(form "" .gz)
      file(READ ${BUNDLE}/${name}${form} bytes HEX)
      string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
      string(REGEX REPLACE "([^,]*,[^,]*,[^,]*,[^,]*,[^,]*,[^,]*,[^,]*,[^,]*,)" "\\1\n" bytes "${bytes}")
      string(MAKE_C_IDENTIFIER "${identifier}${form}" array)
      string(APPEND data "constexpr unsigned char ${array}[] = {\n${bytes}};\n")
    endforeach()
    string(APPEND rows "    {\"${name}\", text(${identifier}), text(${identifier}_gz)},\n")
  endforeach()
  file(WRITE ${GENERATED} "// Generated from lib/console/bundle.
#include \"console/bundle.hpp\"

#include <cstddef>

namespace watchword::console {
namespace {

${data}
template<std::size_t N>
std::string_view text(const unsigned char (&bytes)[N]) noexcept
{
    return {reinterpret_cast<const char*>(bytes), N};
}

const bundled_file files[] = {
${rows}};

} // namespace

std::span<const bundled_file> bundle() noexcept
{
    return files;
}

} // namespace watchword::console
")
  return()
endif()

function(watchword_embed_bundle target)
  set(bundle ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/bundle)
  set(generated ${CMAKE_BINARY_DIR}/generated/console/embedded_bundle.cpp)
  file(GLOB files CONFIGURE_DEPENDS ${bundle}/*)
  add_custom_command(OUTPUT ${generated}
    COMMAND ${CMAKE_COMMAND} -DBUNDLE=${bundle} -DGENERATED=${generated} -P ${CMAKE_CURRENT_FUNCTION_LIST_FILE}
    DEPENDS ${files} ${CMAKE_CURRENT_FUNCTION_LIST_FILE} VERBATIM)
  target_sources(${target} PRIVATE ${generated})
endfunction()

watchword_embed_bundle(watchword_console)
