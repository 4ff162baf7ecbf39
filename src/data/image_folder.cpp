#include "data/image_folder.hpp"

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "cornu/core/error.hpp"

namespace cornu::detail {

namespace {
namespace fs = std::filesystem;

constexpr std::string_view kEndings[] = {".png", ".jpg", ".jpeg", ".bmp", ".ppm", ".tif", ".tiff"};

[[noreturn]] void refuse(const std::string& folder, std::string_view why) {
  throw FileError(concat("flow_from_directory: '", folder, "' ", why));
}

bool is_picture(const std::string& name) {
  std::string ending = fs::path(name).extension().string();
  for (char& c : ending)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return std::find(std::begin(kEndings), std::end(kEndings), ending) != std::end(kEndings);
}

/// Names in a folder that are folders (or are not), sorted; those that begin with a dot are passed over.
std::vector<std::string> names_in(const std::string& folder, bool folders) {
  std::vector<std::string> names;
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  if (error)
    refuse(folder, concat("cannot be read: ", error.message(), ". Check the path and its permissions."));
  for (const fs::directory_iterator end; entry != end; entry.increment(error)) {
    if (error) refuse(folder, concat("cannot be read: ", error.message(), ". Check the disk."));
    std::error_code broken;  // a link to nothing is no folder, and a picture that cannot be read
    const std::string name = entry->path().filename().string();
    if (name[0] != '.' && entry->is_directory(broken) == folders) names.push_back(name);
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// All folders at and below one, by path; at most 64 deep, since links may lead round.
void collect_folders(const std::string& folder, bool follow_links, int depth, std::vector<std::string>& out) {
  out.push_back(folder);
  if (depth == 64) return;
  for (const std::string& name : names_in(folder, true)) {
    const std::string path = folder + "/" + name;
    std::error_code ignored;
    if (follow_links || !fs::is_symlink(path, ignored)) collect_folders(path, follow_links, depth + 1, out);
  }
}

std::vector<std::string> pictures_below(const std::string& folder, bool follow_links) {
  std::vector<std::string> folders, paths;
  collect_folders(folder, follow_links, 0, folders);
  std::sort(folders.begin(), folders.end());
  for (const std::string& f : folders)
    for (const std::string& name : names_in(f, false))
      if (is_picture(name)) paths.push_back(f + "/" + name);
  return paths;
}

std::vector<std::string> class_names(const std::string& directory, const FlowOptions& options) {
  std::vector<std::string> names = names_in(directory, true);
  if (options.classes.empty()) {
    if (names.empty())
      refuse(directory,
             "has no class folders. Put the pictures of each class into a folder of its own in it; without "
             "classes, into one folder, with class_mode none.");
    return names;
  }
  for (const std::string& wanted : options.classes) {
    if (std::find(names.begin(), names.end(), wanted) != names.end()) continue;
    std::string have;
    for (const std::string& name : names) have += (have.empty() ? "" : ", ") + name;
    refuse(directory, concat("has no folder for class '", wanted, "'; its folders are: ",
                             have.empty() ? "none" : have, ". Correct the option classes or the folder."));
  }
  return options.classes;
}
}  // namespace

ImageFolder list_images(const std::string& directory, const FlowOptions& options, double validation_split) {
  std::string root = directory;
  while (root.size() > 1 && root.back() == '/') root.pop_back();
  ImageFolder out;
  out.class_names = class_names(root, options);
  for (std::size_t c = 0; c < out.class_names.size(); ++c) {
    const std::string folder = root + "/" + out.class_names[c];
    const auto paths = pictures_below(folder, options.follow_links);
    if (paths.empty())
      refuse(
          folder,
          "holds no pictures (png, jpg, jpeg, bmp, ppm, tif, tiff). Put pictures in, remove the folder, or "
          "name the classes to use in the option classes.");
    const auto split = static_cast<std::size_t>(validation_split * static_cast<double>(paths.size()));
    const std::size_t first = options.subset == Subset::training ? split : 0;
    const std::size_t last = options.subset == Subset::validation ? split : paths.size();
    for (std::size_t i = first; i < last; ++i) {
      out.paths.push_back(paths[i]);
      out.names.push_back(paths[i].substr(root.size() + 1));
      out.classes.push_back(static_cast<Index>(c));
    }
  }
  if (out.paths.empty())
    throw ValueError(concat("flow_from_directory: '", directory, "': validation_split ", validation_split,
                            " leaves no pictures for this subset. Choose another split or more pictures."));
  return out;
}

}  // namespace cornu::detail
