# Finds Arrow and Parquet C++ in the pyarrow wheel of the project's virtual environment (or of the Python named by
# PYARROW_PYTHON) and defines PyArrow::arrow and PyArrow::parquet. The wheel is built with the standard C++11 ABI of
# libstdc++ and its libraries find one another; programs get its directory as run path.
set(PYARROW_PYTHON "${CMAKE_SOURCE_DIR}/.venv/bin/python" CACHE FILEPATH "The Python whose pyarrow wheel is linked")

if(NOT PyArrow_DIRECTORY OR NOT EXISTS "${PyArrow_DIRECTORY}/include/parquet/api/writer.h")
  execute_process(
    COMMAND "${PYARROW_PYTHON}" -c "import importlib.util as u, os; print(os.path.dirname(u.find_spec('pyarrow').origin), end='')"
    OUTPUT_VARIABLE PyArrow_directory_found ERROR_QUIET)
  set(PyArrow_DIRECTORY "${PyArrow_directory_found}" CACHE PATH "The pyarrow package" FORCE)
endif()

# The wheel ships only the versioned names, libarrow.so.NNNN.
foreach(library arrow parquet)
  file(GLOB candidates "${PyArrow_DIRECTORY}/lib${library}.so.[0-9]*")
  list(SORT candidates)
  list(POP_FRONT candidates PyArrow_${library}_LIBRARY)
endforeach()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
  PyArrow REQUIRED_VARS PyArrow_DIRECTORY PyArrow_arrow_LIBRARY PyArrow_parquet_LIBRARY
  REASON_FAILURE_MESSAGE "the pyarrow wheel is not in the virtual environment: run `make setup`")

if(PyArrow_FOUND AND NOT TARGET PyArrow::parquet)
  foreach(library arrow parquet)
    add_library(PyArrow::${library} SHARED IMPORTED)
    set_target_properties(
      PyArrow::${library} PROPERTIES IMPORTED_LOCATION "${PyArrow_${library}_LIBRARY}"
      INTERFACE_INCLUDE_DIRECTORIES "${PyArrow_DIRECTORY}/include")
  endforeach()
  set_target_properties(PyArrow::parquet PROPERTIES INTERFACE_LINK_LIBRARIES PyArrow::arrow)
endif()
