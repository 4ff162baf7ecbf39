// usage: load_file FILE [MODEL]   reads a file as its ending says; weights go into MODEL, a .keras file.
// Status 0: read; 1: refused, the message on standard error. Any other end is a defect of the library.
#include <cstdio>
#include <string_view>

#include "cornu/core/error.hpp"
#include "cornu/io/npy.hpp"
#include "cornu/model/model.hpp"

int main(int count, char** arguments) {
  const std::string_view file = count > 1 ? arguments[1] : "";
  try {
    if (file.ends_with(".npy"))
      cornu::read_npy(arguments[1]);
    else if (file.ends_with(".npz"))
      cornu::read_npz(arguments[1]);
    else if (file.ends_with(".weights.h5") && count > 2)
      cornu::Model::load(arguments[2]).load_weights(arguments[1]);
    else
      cornu::Model::load(arguments[1]);
  } catch (const cornu::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
