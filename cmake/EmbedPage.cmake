# cmake -DPAGE=DIR -DLIBRARY=FILE -DSCHEMA=FILE -DOUTPUT=FILE.cpp -P EmbedPage.cmake
# Makes the fixed parts of report.html and the schema of result.json part of the program:
# src/report/html/assets.h says what is in OUTPUT.

# The value of Content-Security-Policy for an inline script or style: the base64 of its SHA-256.
function(csp_hash text result)
  string(SHA256 hex "${text}")
  set(alphabet "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
  set(base64 "")
  foreach(place RANGE 0 63 3)  # 12 bits at a time; two bytes of padding at the end
    string(SUBSTRING "${hex}00" ${place} 3 digits)
    math(EXPR high "0x${digits} >> 6")
    math(EXPR low "0x${digits} & 63")
    string(SUBSTRING "${alphabet}" ${high} 1 first)
    string(SUBSTRING "${alphabet}" ${low} 1 second)
    string(APPEND base64 "${first}${second}")
  endforeach()
  string(SUBSTRING "${base64}" 0 43 base64)
  set(${result} "sha256-${base64}=" PARENT_SCOPE)
endfunction()

function(embed name text)
  string(APPEND code "const std::string_view ${name} = R\"votebench(${text})votebench\";\n")
  set(code "${code}" PARENT_SCOPE)
endfunction()

foreach(part page.html glossary.html report.css report.js dygraphs-notice.txt)
  file(READ ${PAGE}/${part} text_of_${part})
endforeach()
file(READ ${LIBRARY} library)
file(READ ${SCHEMA} schema)
# Browsers would look for the map beside the report.
string(REGEX REPLACE "\n//# sourceMappingURL=[^\n]*\n*$" "\n" library "${library}")

set(code "#include \"report/html/assets.h\"\n\nnamespace votebench::report::assets {\n\n")
embed(kPage "${text_of_page.html}")
embed(kGlossary "${text_of_glossary.html}")
embed(kStyle "${text_of_report.css}")
embed(kScript "${text_of_report.js}")
embed(kChartLibrary "${library}")
embed(kChartNotice "${text_of_dygraphs-notice.txt}")
embed(kResultSchema "${schema}")
foreach(part Style Script ChartLibrary)
  if(part STREQUAL "Style")
    csp_hash("${text_of_report.css}" hash)
  elseif(part STREQUAL "Script")
    csp_hash("${text_of_report.js}" hash)
  else()
    csp_hash("${library}" hash)
  endif()
  embed(k${part}Hash "${hash}")
endforeach()
string(APPEND code "\n}  // namespace votebench::report::assets\n")
file(WRITE ${OUTPUT} "${code}")
