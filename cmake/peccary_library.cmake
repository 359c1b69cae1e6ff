# The header-only library: peccary::peccary, and its optional components peccary::openmp and peccary::tbb.
find_package(Eigen3 3.3 REQUIRED NO_MODULE)
find_package(Threads REQUIRED)

set(peccary_include_dir "${PROJECT_SOURCE_DIR}/include")
file(GLOB_RECURSE peccary_headers CONFIGURE_DEPENDS "${peccary_include_dir}/peccary/*.hpp")

add_library(peccary INTERFACE)
add_library(peccary::peccary ALIAS peccary)
target_compile_features(peccary INTERFACE cxx_std_20)
target_link_libraries(peccary INTERFACE Eigen3::Eigen Threads::Threads)

# Everything optional that this build has, for programs that offer whatever is there.
add_library(peccary_components INTERFACE)
target_link_libraries(peccary_components INTERFACE peccary)

# peccary_component(name SYMBOL package dependency): peccary::<name> is peccary::peccary plus `dependency`, with SYMBOL defined to 1.
# Its headers are execution/<name>*.hpp. They are installed whether or not this machine has `package`, since the machine that
# the package is installed on may have it; the target peccary::<name> exists only where it was found.
function(peccary_component name symbol package dependency)
  set(headers "${peccary_headers}")
  list(FILTER headers INCLUDE REGEX "/execution/${name}[^/]*$")
  set(others "${peccary_headers}")
  list(FILTER others EXCLUDE REGEX "/execution/${name}[^/]*$")
  set(peccary_headers "${others}" PARENT_SCOPE)

  add_library(peccary_${name} INTERFACE)
  set_target_properties(peccary_${name} PROPERTIES EXPORT_NAME ${name})
  target_sources(peccary_${name} PUBLIC FILE_SET HEADERS BASE_DIRS "${peccary_include_dir}" FILES ${headers})
  target_link_libraries(peccary_${name} INTERFACE peccary ${dependency})
  target_compile_definitions(peccary_${name} INTERFACE ${symbol}=1)
  if(${package}_FOUND)
    add_library(peccary::${name} ALIAS peccary_${name})
    target_link_libraries(peccary_components INTERFACE peccary_${name})
    if(PROJECT_IS_TOP_LEVEL)
      set_target_properties(peccary_${name} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
    endif()
  else()
    message(STATUS "Peccary: without peccary::${name}")
  endif()
endfunction()

if(PECCARY_OPENMP)
  find_package(OpenMP COMPONENTS CXX)
endif()
if(PECCARY_TBB)
  find_package(TBB CONFIG)
endif()
peccary_component(openmp PECCARY_HAS_OPENMP OpenMP_CXX OpenMP::OpenMP_CXX)
peccary_component(tbb PECCARY_HAS_TBB TBB TBB::tbb)

# With OpenMP, Eigen would start threads of its own for the matrix products inside each worker.
if(TARGET peccary_openmp)
  target_compile_definitions(peccary_openmp INTERFACE EIGEN_DONT_PARALLELIZE)
endif()

target_sources(peccary PUBLIC FILE_SET HEADERS BASE_DIRS "${peccary_include_dir}" FILES ${peccary_headers})
if(PROJECT_IS_TOP_LEVEL)
  # Target all_verify_interface_header_sets compiles each header alone.
  set_target_properties(peccary PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
endif()
