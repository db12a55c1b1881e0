# The libraries Watchword is made of, all from Debian 12. It is installed, too: watchword-config.cmake reads it.
set(Boost_NO_WARN_NEW_VERSIONS ON)
find_package(Threads REQUIRED)
find_package(SQLite3 3.40 REQUIRED)
find_package(PostgreSQL REQUIRED)
find_package(spdlog REQUIRED)
find_package(PkgConfig REQUIRED)

# With WATCHWORD_STATIC the others are built in: relocating shared ones is most of what a start takes, and their tables
# a good part of an idle server's memory. Debian has no static spdlog and fmt; their headers do.
if(WATCHWORD_STATIC)
  set(Boost_USE_STATIC_LIBS ON)
  set(OPENSSL_USE_STATIC_LIBS ON)
  set(shared_suffixes ${CMAKE_FIND_LIBRARY_SUFFIXES})
  set(CMAKE_FIND_LIBRARY_SUFFIXES .a)
endif()
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(OpenSSL 3.0 REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(xcrypt REQUIRED IMPORTED_TARGET libxcrypt)
pkg_check_modules(utf8proc REQUIRED IMPORTED_TARGET libutf8proc)
# Debian's SOCI comes without a CMake package.
find_path(SOCI_INCLUDE_DIR soci/soci.h REQUIRED)
find_library(SOCI_CORE_LIBRARY soci_core REQUIRED)
find_library(SOCI_SQLITE3_LIBRARY soci_sqlite3 REQUIRED)
find_library(SOCI_POSTGRESQL_LIBRARY soci_postgresql REQUIRED)
if(WATCHWORD_STATIC)
  set(CMAKE_FIND_LIBRARY_SUFFIXES ${shared_suffixes})
  unset(Boost_USE_STATIC_LIBS)
endif()

if(NOT TARGET watchword_uses::spdlog)
  add_library(watchword_uses::spdlog INTERFACE IMPORTED)
  if(WATCHWORD_STATIC AND NOT WATCHWORD_SANITIZE) # with sanitizers GCC 12 takes fmt's headers for uninitialized
    target_compile_definitions(watchword_uses::spdlog INTERFACE SPDLOG_HEADER_ONLY SPDLOG_FMT_EXTERNAL FMT_HEADER_ONLY)
  else()
    target_link_libraries(watchword_uses::spdlog INTERFACE spdlog::spdlog)
  endif()

  # Not libpq: lib/store/libpq.cpp loads it when it is needed.
  add_library(watchword_uses::soci INTERFACE IMPORTED)
  target_include_directories(watchword_uses::soci INTERFACE ${SOCI_INCLUDE_DIR} ${PostgreSQL_INCLUDE_DIRS})
  target_link_libraries(watchword_uses::soci INTERFACE
    ${SOCI_SQLITE3_LIBRARY} ${SOCI_POSTGRESQL_LIBRARY} ${SOCI_CORE_LIBRARY} SQLite::SQLite3 ${CMAKE_DL_LIBS})
endif()
