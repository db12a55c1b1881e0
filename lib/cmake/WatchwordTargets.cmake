# Flags every target gets, and the functions that define libraries and tests.
add_library(watchword_flags INTERFACE)
target_compile_definitions(watchword_flags INTERFACE _GLIBCXX_ASSERTIONS)
target_compile_options(watchword_flags INTERFACE
  -Wall -Wextra -Wconversion -Wshadow -Wformat=2 -Wimplicit-fallthrough -Woverloaded-virtual
  -fstack-protector-strong -fstack-clash-protection -fcf-protection=full
  $<$<CXX_COMPILER_ID:GNU>:-ftrivial-auto-var-init=zero>
  $<$<BOOL:${WATCHWORD_WERROR}>:-Werror>)
target_link_options(watchword_flags INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack -Wl,--as-needed)

if(WATCHWORD_SANITIZE)
  # -fno-sanitize=vptr: Debian's SOCI is built without the type information that check needs.
  # -fno-sanitize=function: clang 14 cannot assemble what that check makes of coroutines.
  target_compile_options(watchword_flags INTERFACE
    -fsanitize=${WATCHWORD_SANITIZE} -fno-sanitize=vptr $<$<CXX_COMPILER_ID:Clang>:-fno-sanitize=function>
    -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(watchword_flags INTERFACE -fsanitize=${WATCHWORD_SANITIZE})
  if(WATCHWORD_SANITIZE MATCHES thread AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    target_compile_options(watchword_flags INTERFACE -Wno-error=tsan -Wno-tsan)
  endif()
else()
  target_compile_definitions(watchword_flags INTERFACE $<$<CONFIG:Release>:_FORTIFY_SOURCE=2>)
endif()
# GCC 12 is wrong about variables of coroutine frames, and about std::string (its bug 105651), whose header it does not
# take for a system header any more once it is precompiled; what it inlines of Asio's frames it takes for the wrong pair
# of new and delete.
target_compile_options(watchword_flags INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-restrict
  -Wno-mismatched-new-delete -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds>)

# On the stack that AddressSanitizer makes up to find uses after return, GCC 12 does not keep to alignas(64), which
# Argon2's blocks and libsodium's state need: these targets keep to the real one.
if(WATCHWORD_SANITIZE MATCHES address AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  set(watchword_aligned_stack --param=asan-use-after-return=0)
endif()

# What nearly every source reads, read once for each target. For GCC alone: what clang precompiles holds paths and times
# of one directory, and somebody has to notice a missing #include.
function(watchword_precompile target)
  if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    target_precompile_headers(${target} PRIVATE
      <algorithm> <array> <chrono> <functional> <map> <memory> <optional> <string> <string_view> <utility> <vector>
      <boost/asio/awaitable.hpp> <boost/asio/co_spawn.hpp> <boost/asio/io_context.hpp> <boost/asio/post.hpp>
      <boost/asio/steady_timer.hpp> <boost/asio/use_awaitable.hpp> <boost/json/value.hpp> ${ARGN})
  endif()
endfunction()

# watchword_optimise(TARGET speed|size FASTER...) : what a release compiles a target for, instead of CMake's -O3, which
# makes the program a sixth bigger and no request cheaper. The sources FASTER of one that is compiled for size are
# where the time of requests goes; precompiled headers are the others' then.
function(watchword_optimise target for)
  if(NOT CMAKE_BUILD_TYPE STREQUAL Release)
    return()
  endif()
  set(speed -O2)
  set(size -Os)
  target_compile_options(${target} PRIVATE ${${for}} -ffunction-sections -fdata-sections)
  set_source_files_properties(${ARGN} PROPERTIES COMPILE_OPTIONS ${speed} SKIP_PRECOMPILE_HEADERS ON)
endfunction()

# watchword_library(NAME DEPENDENCY...) : lib/NAME/*.cpp as the static library watchword::NAME.
function(watchword_library name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/lib/${name}/*.cpp)
  file(GLOB headers CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/lib/${name}/*.hpp)
  add_library(watchword_${name} STATIC ${sources})
  add_library(watchword::${name} ALIAS watchword_${name})
  target_sources(watchword_${name} PUBLIC FILE_SET HEADERS BASE_DIRS ${CMAKE_SOURCE_DIR}/lib FILES ${headers})
  set_target_properties(watchword_${name} PROPERTIES EXPORT_NAME ${name} VERIFY_INTERFACE_HEADER_SETS ON)
  target_compile_features(watchword_${name} PUBLIC cxx_std_20)
  target_link_libraries(watchword_${name} PUBLIC ${ARGN} PRIVATE $<BUILD_INTERFACE:watchword_flags>)
  watchword_precompile(watchword_${name})
endfunction()

# watchword_test(NAME SOURCES... LINK DEPENDENCY... [TIMEOUT SECONDS]) : a Boost.Test program known to ctest.
function(watchword_test name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "TIMEOUT" "LINK")
  add_executable(${name} ${arg_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${arg_LINK} watchword_test_support watchword_flags)
  watchword_precompile(${name} <boost/test/unit_test.hpp>)
  # Where BOOST_TEST_MODULE is defined first.
  set(main ${arg_UNPARSED_ARGUMENTS})
  list(FILTER main INCLUDE REGEX "(^|/)main[.]cpp$")
  set_source_files_properties(${main} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
  add_test(NAME ${name} COMMAND ${name} --log_level=test_suite --report_level=short)
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 600)
  endif()
  set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT})
endfunction()
