// A network that somebody else has trained: what is on a picture?
#include <algorithm>
#include <fstream>

#include "arguments.hpp"

using namespace cornu;

namespace {
/// One name a line; without a file of its own the one that `cornu train` writes beside a model.
std::vector<std::string> class_names(const std::string& path, const std::string& model) {
  std::ifstream file(path.empty() ? model + ".classes.txt" : path);
  if (!file && !path.empty())
    throw FileError("'" + path + "' cannot be read. Give a file with a name a line.");
  std::vector<std::string> names;
  for (std::string line; std::getline(file, line);) names.push_back(line);
  return names;
}

void print_best(std::vector<float> probabilities, const std::vector<std::string>& names, Index top) {
  if (probabilities.size() == 1) probabilities.insert(probabilities.begin(), 1 - probabilities[0]);
  std::vector<std::size_t> order(probabilities.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return probabilities[a] > probabilities[b]; });
  order.resize(std::min(order.size(), std::size_t(top)));
  for (const std::size_t i : order)
    std::printf("  %5.1f %%  %s\n", 100 * double(probabilities[i]),
                i < names.size() ? names[i].c_str() : ("class " + std::to_string(i)).c_str());
}
}  // namespace

int main(int argc, char** argv) {
  const Arguments args(
      argc, argv, {{"classes", ""}, {"scale", "1"}, {"offset", "0"}, {"top", "5"}},
      "pretrained MODEL PICTURE ... [--classes FILE] [--scale S] [--offset O] [--top N]\n"
      "  MODEL is a .keras or .h5 file of a network that takes one picture. The names of its classes are\n"
      "  the lines of FILE. A pixel 0 .. 255 is given to it as S * pixel + O:\n"
      "  --scale 0.0039216 for networks that learned from pixels / 255, --scale 0.0078431 --offset -1 for\n"
      "  those of Keras Applications that want -1 .. 1.",
      Words::some);
  return run([&] {
    if (args.words().size() < 2) throw ValueError("Give a model and at least one picture. --help says more.");
    const std::string path = args.words()[0];
    const std::vector<std::string> pictures(args.words().begin() + 1, args.words().end());
    const std::vector<std::string> names = class_names(args["classes"], path);
    std::vector<std::string> notes;
    const Model model = Model::load(path, LoadOptions{.compile = false, .notes = &notes});
    for (const std::string& note : notes) std::printf("note: %s\n", note.c_str());

    const Shape shape = model.input_shapes()[0];
    if (shape.rank() != 3)
      throw ShapeError("The network takes " + shape.batch_text() + ". Give one that takes pictures.");
    for (const std::string& picture : pictures) {
      const ColorMode colors = shape[2] == 1 ? ColorMode::grayscale : ColorMode::rgb;
      Tensor x = load_image(picture, {.color_mode = colors,
                                      .target_size = {shape[0], shape[1]},
                                      .interpolation = Interpolation::bilinear,
                                      .keep_aspect_ratio = true});
      for (float& value : x) value = args.real("scale") * value + args.real("offset");
      std::printf("%s\n", picture.c_str());
      const Tensor y = model.predict(std::move(x).reshape(shape.with_front(1)));
      print_best({y.begin(), y.end()}, names, args.number("top"));
    }
  });
}
