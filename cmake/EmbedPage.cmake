# cmake -DPAGE=DIR -DSCHEMA=FILE -DOUTPUT=FILE.cpp -P EmbedPage.cmake
# Makes the fixed parts of report.html and the schema of result.json part of the program:
# src/report/write/assets.h says what is in OUTPUT.

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

foreach(part glossary.html report.css report.js)
  file(READ ${PAGE}/${part} text_of_${part})
endforeach()
file(READ ${SCHEMA} schema)

set(code "#include \"report/write/assets.h\"\n\nnamespace votebench::report::assets {\n\n")
embed(kGlossary "${text_of_glossary.html}")
embed(kStyle "${text_of_report.css}")
embed(kScript "${text_of_report.js}")
embed(kResultSchema "${schema}")
csp_hash("${text_of_report.css}" hash)
embed(kStyleHash "${hash}")
csp_hash("${text_of_report.js}" hash)
embed(kScriptHash "${hash}")
string(APPEND code "\n}  // namespace votebench::report::assets\n")
file(WRITE ${OUTPUT} "${code}")
