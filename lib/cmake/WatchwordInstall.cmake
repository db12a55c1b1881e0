# cmake --install build/release --prefix P : the program, and the libraries for find_package(watchword).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(installed ${CMAKE_INSTALL_LIBDIR}/cmake/watchword)

# What others include is <watchword/http/router.hpp>; the headers themselves say "core/error.hpp".
target_include_directories(watchword_core INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
install(TARGETS watchword RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS watchword_core watchword_http watchword_crypto watchword_store EXPORT watchword
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/watchword)
install(EXPORT watchword NAMESPACE watchword:: FILE watchword-targets.cmake DESTINATION ${installed})

configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/watchword-config.cmake.in
  ${CMAKE_BINARY_DIR}/watchword-config.cmake INSTALL_DESTINATION ${installed}
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(${CMAKE_BINARY_DIR}/watchword-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/watchword-config.cmake ${CMAKE_BINARY_DIR}/watchword-config-version.cmake
  ${CMAKE_CURRENT_LIST_DIR}/WatchwordDependencies.cmake DESTINATION ${installed})
