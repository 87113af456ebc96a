# The page of report.html, the chart library and the schema of result.json become part of
# votebench_report, made anew whenever one of them changes.
find_file(DYGRAPHS dygraph.min.js PATHS /usr/share/javascript/dygraphs NO_DEFAULT_PATH)
if(NOT DYGRAPHS)
  message(FATAL_ERROR "dygraph.min.js is missing: apt-get install libjs-dygraphs")
endif()
set(page ${CMAKE_SOURCE_DIR}/src/report/html/page)
set(schema ${CMAKE_SOURCE_DIR}/src/report/result.schema.json)
set(assets ${CMAKE_BINARY_DIR}/generated/report_assets.cpp)
file(GLOB parts CONFIGURE_DEPENDS ${page}/*)
add_custom_command(
  OUTPUT ${assets}
  COMMAND ${CMAKE_COMMAND} -DPAGE=${page} -DLIBRARY=${DYGRAPHS} -DSCHEMA=${schema}
          -DOUTPUT=${assets} -P ${CMAKE_SOURCE_DIR}/cmake/EmbedPage.cmake
  DEPENDS ${parts} ${DYGRAPHS} ${schema} ${CMAKE_SOURCE_DIR}/cmake/EmbedPage.cmake
  COMMENT "Embedding the report's page" VERBATIM)
target_sources(votebench_report PRIVATE ${assets})
