# cmake --install build/release --prefix P : the program with its manual page and what completes its command lines
# (component "server"), and the libraries for find_package(watchword).
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)
set(installed ${CMAKE_INSTALL_LIBDIR}/cmake/watchword)

# What others include is <watchword/http/router.hpp>; the headers themselves say "core/error.hpp".
target_include_directories(watchword_core INTERFACE $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
install(TARGETS watchword RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT server)
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

# What the program says of itself.
set(written ${CMAKE_BINARY_DIR}/written)
install(CODE "
  file(MAKE_DIRECTORY ${written})
  foreach(what IN ITEMS \"watchword.1;man\" \"watchword.bash;completion;bash\" \"_watchword;completion;zsh\")
    list(POP_FRONT what file)
    execute_process(COMMAND $<TARGET_FILE:watchword> \${what} OUTPUT_FILE ${written}/\${file} COMMAND_ERROR_IS_FATAL ANY)
  endforeach()
  execute_process(COMMAND gzip -9nf ${written}/watchword.1 COMMAND_ERROR_IS_FATAL ANY)" COMPONENT server)
install(FILES ${written}/watchword.1.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT server)
install(FILES ${written}/watchword.bash DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions
  RENAME watchword COMPONENT server)
install(FILES ${written}/_watchword DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT server)

include(WatchwordPackage)
