# The Debian package, of what `cmake --install` puts down: scripts/package makes it. Its version says
# for which release of Debian it was built, so that an upgrade of the system upgrades it, too.
cmake_host_system_information(RESULT release QUERY DISTRIB_VERSION_ID)
set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME votebench)
set(CPACK_PACKAGE_CONTACT "votebench maintainers <maintainers@votebench.invalid>")
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEBIAN_PACKAGE_VERSION "${PROJECT_VERSION}+deb${release}")
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "python3:any")  # infra/aws
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "redis-server, postgresql")  # the local stack
set(CPACK_DEBIAN_PACKAGE_SUGGESTS "docker.io, docker-compose, ansible-core, bash-completion")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "load testing and verification of voting stacks")
set(CPACK_PACKAGE_DESCRIPTION "Every vote accounted for: votebench sends identified votes to a stack of
the form web app, Redis, worker, PostgreSQL, waits until the pipeline is
proven empty, reads every row, and says of each vote whether it is stored,
lost (and where), duplicated, flipped, stale, a phantom or unknown.
.
The package also holds votestack, a reference voting stack of three
services, and what sets it up in containers and on AWS.")
include(CPack)

# What only Debian's packages have; they alone are below /usr.
set(debian ${CMAKE_BINARY_DIR}/debian)
execute_process(COMMAND git -C ${CMAKE_SOURCE_DIR} log -1 --format=%cD ERROR_QUIET
                OUTPUT_VARIABLE changelog_date OUTPUT_STRIP_TRAILING_WHITESPACE)
if(NOT changelog_date)
  string(TIMESTAMP changelog_date "%a, %d %b %Y %H:%M:%S +0000" UTC)
endif()
configure_file(cmake/debian/changelog.in ${debian}/changelog @ONLY)
install(CODE "
  if(CMAKE_INSTALL_PREFIX MATCHES \"/usr$\")
    execute_process(COMMAND gzip -9nkf ${debian}/changelog COMMAND_ERROR_IS_FATAL ANY)
    file(INSTALL ${CMAKE_SOURCE_DIR}/cmake/debian/copyright ${debian}/changelog.gz
         DESTINATION \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DOCDIR}\")
  endif()")
