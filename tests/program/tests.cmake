# Runs the built program from outside, as users do.
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)
foreach(name train arrays failures resume commands cache compare damping persistence momentum mlp rules safetensors progress report report_benchmarks charts pictures virtual)
  add_test(NAME program.${name} COMMAND "${Python3_EXECUTABLE}" "${CMAKE_CURRENT_LIST_DIR}/test_${name}.py")
  set_tests_properties(program.${name} PROPERTIES
    ENVIRONMENT "PECCARY=$<TARGET_FILE:peccary_program>;PECCARY_UPLOT=$<TARGET_PROPERTY:peccary_program,PECCARY_UPLOT>;PYTHONDONTWRITEBYTECODE=1"
    TIMEOUT 600)
endforeach()
