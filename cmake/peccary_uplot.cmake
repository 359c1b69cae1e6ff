# uPlot, which draws the report page's charts where scripts run. npm installs it into the build directory, in the version and with the hash of
# src/page/uplot/package-lock.json; without it the page has its SVG alone. Sets `peccary_uplot_source`, which is one source of the program, and
# `peccary_has_uplot`.
set(PECCARY_UPLOT AUTO CACHE STRING "Embed uPlot, from npm, in report pages: ON, OFF, or AUTO, which is ON if npm can install it")
set_property(CACHE PECCARY_UPLOT PROPERTY STRINGS AUTO ON OFF)

set(peccary_uplot_source "${CMAKE_CURRENT_LIST_DIR}/../src/page/uplot/without.cpp")
set(peccary_has_uplot OFF)
if(NOT PECCARY_UPLOT)
  return()
endif()

set(uplot_ours "${PROJECT_SOURCE_DIR}/src/page/uplot")
set(uplot_build "${PROJECT_BINARY_DIR}/uplot")
set(uplot_installed "${uplot_build}/installed-lock.json") # what node_modules is of: written when it is whole

find_program(PECCARY_NPM npm)
find_program(PECCARY_NODE NAMES node nodejs)
configure_file("${uplot_ours}/package.json" "${uplot_build}/package.json" COPYONLY)
configure_file("${uplot_ours}/package-lock.json" "${uplot_build}/package-lock.json" COPYONLY)

set(uplot_problem "")
if(NOT PECCARY_NPM OR NOT PECCARY_NODE)
  set(uplot_problem "npm or node was not found")
else()
  set(same 1)
  if(EXISTS "${uplot_installed}")
    execute_process(COMMAND "${CMAKE_COMMAND}" -E compare_files "${uplot_ours}/package-lock.json" "${uplot_installed}" RESULT_VARIABLE same)
  endif()
  if(NOT same EQUAL 0)
    # Nothing in it runs at installation. Without a network it fails at once; one that swallows packets costs the time-out.
    execute_process(
      COMMAND "${PECCARY_NPM}" ci --ignore-scripts --no-audit --no-fund --no-update-notifier --prefer-offline --fetch-retries=0
      WORKING_DIRECTORY "${uplot_build}" TIMEOUT 30 RESULT_VARIABLE failed OUTPUT_QUIET ERROR_VARIABLE uplot_said)
    if(failed)
      string(REGEX MATCH "npm (error|ERR!)[^\n]*" uplot_error "${uplot_said}")
      set(uplot_problem "npm could not install it: ${failed} ${uplot_error}")
    else()
      configure_file("${uplot_ours}/package-lock.json" "${uplot_installed}" COPYONLY)
    endif()
  endif()
endif()

if(uplot_problem STREQUAL "")
  set(peccary_has_uplot ON)
  set(peccary_uplot_source "${uplot_build}/uplot.cpp")
  add_custom_command(OUTPUT "${peccary_uplot_source}"
    COMMAND "${PECCARY_NODE}" "${uplot_ours}/embed.mjs" "${uplot_build}/node_modules/uplot" "${peccary_uplot_source}"
    DEPENDS "${uplot_ours}/embed.mjs" "${uplot_ours}/charts.js" "${uplot_ours}/charts.css" "${uplot_installed}"
    COMMENT "Embedding uPlot" VERBATIM)
  message(STATUS "Report pages: SVG, and charts by uPlot")
elseif(PECCARY_UPLOT STREQUAL "AUTO")
  message(STATUS "Report pages: SVG alone, without uPlot (${uplot_problem})")
else()
  message(FATAL_ERROR "PECCARY_UPLOT is ON, but ${uplot_problem}\n${uplot_said}\n"
                      "Install npm, or make its registry reachable, or configure with -D PECCARY_UPLOT=OFF: report pages then have SVG alone.")
endif()
