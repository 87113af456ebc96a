# cmake -DPAGES=DIR -DOUTPUT=FILE.cpp -P EmbedMeanings.cmake
# Makes the pages of docs/meaning part of the program: report/meanings.h says what is in OUTPUT.
file(GLOB pages ${PAGES}/*.md)
set(code "#include \"report/meanings.h\"\n\nnamespace votebench::report {\n\n")
string(APPEND code "std::span<const Meaning> meanings() {\n  static const Meaning kAll[] = {\n")
foreach(page IN LISTS pages)
  get_filename_component(name ${page} NAME_WE)
  file(READ ${page} text)
  if(NOT name STREQUAL "README")
    string(APPEND code "      {\"${name}\", R\"votebench(${text})votebench\"},\n")
  endif()
endforeach()
string(APPEND code "  };\n  return kAll;\n}\n\n}  // namespace votebench::report\n")
file(WRITE ${OUTPUT} "${code}")
