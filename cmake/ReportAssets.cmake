# The fixed parts of report.html and the schema of result.json become part of votebench_report, made
# anew whenever one of them changes.
set(page ${CMAKE_SOURCE_DIR}/src/report/write/page)
set(schema ${CMAKE_SOURCE_DIR}/src/report/write/result.schema.json)
set(assets ${CMAKE_BINARY_DIR}/generated/report_assets.cpp)
file(GLOB parts CONFIGURE_DEPENDS ${page}/*)
add_custom_command(
  OUTPUT ${assets}
  COMMAND ${CMAKE_COMMAND} -DPAGE=${page} -DSCHEMA=${schema} -DOUTPUT=${assets}
          -P ${CMAKE_SOURCE_DIR}/cmake/EmbedPage.cmake
  DEPENDS ${parts} ${schema} ${CMAKE_SOURCE_DIR}/cmake/EmbedPage.cmake
  COMMENT "Embedding the report's page" VERBATIM)
target_sources(votebench_report PRIVATE ${assets})

# So do the pages that say what a verdict means.
set(meanings ${CMAKE_BINARY_DIR}/generated/meanings.cpp)
file(GLOB pages CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/docs/meaning/*.md)
add_custom_command(
  OUTPUT ${meanings}
  COMMAND ${CMAKE_COMMAND} -DPAGES=${CMAKE_SOURCE_DIR}/docs/meaning -DOUTPUT=${meanings}
          -P ${CMAKE_SOURCE_DIR}/cmake/EmbedMeanings.cmake
  DEPENDS ${pages} ${CMAKE_SOURCE_DIR}/cmake/EmbedMeanings.cmake
  COMMENT "Embedding what a verdict means" VERBATIM)
target_sources(votebench_report PRIVATE ${meanings})
