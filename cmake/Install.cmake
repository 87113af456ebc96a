# What `cmake --install` puts down beside the programs: all that they use, all that people read.
include(GNUInstallDirs)
set(share ${CMAKE_INSTALL_DATADIR}/votebench)

# Scenarios and infrastructure, as in the repository, but for what only its tests need and what a user
# of it leaves there (.gitignore). Permissions do not depend on the umask of a clone.
file(GLOB_RECURSE assets RELATIVE ${CMAKE_SOURCE_DIR} CONFIGURE_DEPENDS
     scenarios/* infra/* ansible/*)
list(FILTER assets EXCLUDE REGEX
     "infra/testbed/|/tests/|/\\.|\\.tfstate|__pycache__|backend_override\\.tf$|/plan$|my-site\\.yaml$")
list(FILTER assets EXCLUDE REGEX "[^/]*[^e]\\.tfvars$")  # example.tfvars stays
foreach(asset ${assets})
  get_filename_component(folder ${asset} DIRECTORY)
  file(STRINGS ${asset} first_line LIMIT_COUNT 1)
  if(first_line MATCHES "^#!")
    install(PROGRAMS ${asset} DESTINATION ${share}/${folder})
  else()
    install(FILES ${asset} DESTINATION ${share}/${folder})
  endif()
endforeach()

# The pages link to each other as in the repository.
file(GLOB pages CONFIGURE_DEPENDS *.md)
install(FILES ${pages} LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY docs DESTINATION ${CMAKE_INSTALL_DOCDIR} PATTERN pictures/make EXCLUDE)
install(FILES reports/README.md DESTINATION ${CMAKE_INSTALL_DOCDIR}/reports)
foreach(folder scenarios infra ansible)
  install(CODE "file(CREATE_LINK ../../votebench/${folder}
    \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DOCDIR}/${folder}\" SYMBOLIC)")
endforeach()

# Libraries that consist of headers are part of the programs: their notices go along (THIRD_PARTY.md).
foreach(package libcli11-dev nlohmann-json3-dev)
  if(EXISTS /usr/share/doc/${package}/copyright)
    install(FILES /usr/share/doc/${package}/copyright RENAME ${package}
            DESTINATION ${CMAKE_INSTALL_DOCDIR}/notices)
  endif()
endforeach()

if(NOT VOTEBENCH_PRINTED)
  return()
endif()
# Manual pages and completion: the programs print them.
set(printed ${CMAKE_BINARY_DIR}/printed)
function(printed_by program file command)
  add_custom_command(OUTPUT ${printed}/${file} DEPENDS ${program}
                     COMMAND sh -c "$<TARGET_FILE:${program}> ${command} > ${file}"
                     WORKING_DIRECTORY ${printed} VERBATIM)
  set_property(GLOBAL APPEND PROPERTY printed_files ${printed}/${file})
endfunction()
file(MAKE_DIRECTORY ${printed})
printed_by(votebench votebench.1.gz "man | gzip -9n")
printed_by(votebench votebench-scenario.5.gz "man scenario | gzip -9n")
printed_by(votestack votestack.1.gz "installed man | gzip -9n")
printed_by(votebench votebench "completion bash")
printed_by(votestack votestack "installed bash")
printed_by(votebench _votebench "completion zsh")
printed_by(votestack _votestack "installed zsh")
get_property(files GLOBAL PROPERTY printed_files)
add_custom_target(printed_help ALL DEPENDS ${files})
install(FILES ${printed}/votebench.1.gz ${printed}/votestack.1.gz
        DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${printed}/votebench-scenario.5.gz DESTINATION ${CMAKE_INSTALL_MANDIR}/man5)
install(FILES ${printed}/votebench ${printed}/votestack
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
# Debian's zsh looks for what packages bring in a folder of its own.
install(CODE "
  set(functions site-functions)
  if(CMAKE_INSTALL_PREFIX MATCHES \"/usr$\")
    set(functions vendor-completions)
  endif()
  file(INSTALL ${printed}/_votebench ${printed}/_votestack
       DESTINATION \"\${CMAKE_INSTALL_PREFIX}/${CMAKE_INSTALL_DATADIR}/zsh/\${functions}\")")
