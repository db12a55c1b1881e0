# cpack --config build/release/CPackConfig.cmake : a Debian package of the server, with its service.
set(package_texts ${CMAKE_SOURCE_DIR}/config/debian)
install(FILES ${CMAKE_SOURCE_DIR}/config/systemd/watchword.service DESTINATION /lib/systemd/system COMPONENT service EXCLUDE_FROM_ALL)
install(FILES ${CMAKE_SOURCE_DIR}/config/systemd/watchword.json DESTINATION /etc/watchword COMPONENT service EXCLUDE_FROM_ALL)
install(FILES ${CMAKE_SOURCE_DIR}/LICENSE DESTINATION /usr/share/doc/watchword RENAME copyright COMPONENT service EXCLUDE_FROM_ALL)

set(CPACK_GENERATOR DEB)
set(CPACK_COMPONENTS_ALL server service)
set(CPACK_COMPONENTS_GROUPING ALL_COMPONENTS_IN_ONE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_PACKAGE_NAME watchword)
set(CPACK_PACKAGE_CONTACT "Watchword")
set(CPACK_PACKAGE_VENDOR "Watchword")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "authentication server: people sign up, log in and get a token")
set(CPACK_PACKAGE_DESCRIPTION "Watchword signs people up, logs them in and checks their tokens, over HTTP,
with SQLite inside or PostgreSQL. It hashes passwords with Argon2id, has sessions
with refresh tokens, rotating keys, an API and a console for administrators.")
set(CPACK_DEBIAN_PACKAGE_MAINTAINER "Watchword <root@localhost>")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION net)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS passwd)
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "libpq5, postgresql, nginx")
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${package_texts}/conffiles ${package_texts}/postinst ${package_texts}/prerm
  ${package_texts}/postrm)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
include(CPack)
