#pragma once
#include <string>
#include <utility>
#include <vector>

#include "cornu/core/tensor.hpp"

namespace cornu {

/// Reads a NumPy .npy file of any plain type (bool, integers, float16 to float64), either byte order, C or
/// Fortran order, format 1 to 3. All become float32: integers are exact up to 2^24.
/// Errors  FileError, naming the file: unreadable, not .npy, damaged or cut short, objects, structures or
///         complex numbers, more than 8 axes. Sizes are checked against the file before memory is taken.
/// Source  NumPy, numpy/lib/format.py.
Tensor read_npy(const std::string& path);

/// Writes float32 in C order, as numpy.save does; the file appears complete or not at all.
/// Errors  FileError.
void write_npy(const std::string& path, const Tensor& tensor);

/// Reads the arrays of a .npz file (numpy.savez, numpy.savez_compressed) in their order in the file, each
/// under its name without ".npy". Checksums are verified. Errors: FileError, as read_npy.
std::vector<std::pair<std::string, Tensor>> read_npz(const std::string& path);

/// Writes what numpy.load reads: uncompressed, complete or not at all.
/// Errors  FileError; ValueError: a name used twice or empty, or more than 4 GiB together.
void write_npz(const std::string& path, const std::vector<std::pair<std::string, Tensor>>& entries);

}  // namespace cornu
