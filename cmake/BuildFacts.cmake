# What `votebench --version` says of this build becomes part of votebench_cli. The commit is asked for
# at each build: a commit made since the last one counts.
set(facts ${CMAKE_BINARY_DIR}/generated/build_facts.cpp)
set(build "${CMAKE_BUILD_TYPE}, ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}")
set(libraries
    "curl ${CURL_VERSION}" "hiredis ${HIREDIS_VERSION}" "libpq ${PQ_VERSION}"
    "libmicrohttpd ${MICROHTTPD_VERSION}" "libsodium ${SODIUM_VERSION}" "zlib ${ZLIB_VERSION}"
    "yaml-cpp ${yaml-cpp_VERSION}" "nlohmann-json ${nlohmann_json_VERSION}"
    "CLI11 ${CLI11_VERSION}" "fmt ${fmt_VERSION}")
add_custom_target(votebench_build_facts
  COMMAND ${CMAKE_COMMAND} -DSOURCE=${CMAKE_SOURCE_DIR} -DOUTPUT=${facts} "-DBUILD=${build}"
          "-DLIBRARIES=${libraries}" -P ${CMAKE_SOURCE_DIR}/cmake/WriteBuildFacts.cmake
  BYPRODUCTS ${facts} COMMENT "Asking for the commit" VERBATIM)
target_sources(votebench_cli PRIVATE ${facts})
add_dependencies(votebench_cli votebench_build_facts)
