// Writes docs/keras.md: what of Keras is there, from the lists that the library itself goes by.
//   keras_page FOLDER PAGE [--check]
// FOLDER holds keras_page.md, the page with {{marks}}, and keras_names.txt, what Keras has. What the page
// says is refused is tried. --check writes nothing and fails when the page is another.
#include <algorithm>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

#include "cornu/layers/layers.hpp"
#include "cornu/metrics/metric_handle.hpp"
#include "cornu/optimizers/optimizer_handle.hpp"
#include "io/keras/layer_config.hpp"
#include "io/keras/writers.hpp"

namespace cornu {
namespace {

struct Thing {
  std::string name;
  std::vector<std::string> fields = {};
};
using Things = std::vector<Thing>;
using Words = std::vector<std::string>;

bool holds(const Words& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

std::string joined(const Words& words, const std::string& around = "") {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + around + word + around;
  return out;
}

std::string read_text(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw FileError("'" + path + "' cannot be read. Give the folder tests/docs and the page.");
  return {std::istreambuf_iterator<char>(file), {}};
}

/// Groups of lines "Class field field ..." below "[group]".
std::map<std::string, Things> keras_names(const std::string& text) {
  std::map<std::string, Things> groups;
  std::string line, group;
  std::istringstream lines(text);
  while (std::getline(lines, line)) {
    if (line.starts_with('#')) continue;
    if (line.starts_with('[')) {
      group = line.substr(1, line.size() - 2);
      continue;
    }
    std::istringstream words(line);
    Thing thing;
    words >> thing.name;
    thing.fields.assign(std::istream_iterator<std::string>(words), {});
    groups[group].push_back(std::move(thing));
  }
  return groups;
}

template <class Spec>
void add(Things& out) {
  if constexpr (requires { Spec::type; }) {
    Thing thing{.name = std::string(Spec::type)};
    Spec spec = detail::blank_spec<Spec>();
    if constexpr (requires { Spec::fields(spec, [](const char*, auto&) {}); })
      Spec::fields(spec, [&](const char* field, auto&) {
        if (std::string_view(field) != "name") thing.fields.emplace_back(field);
      });
    out.push_back(std::move(thing));
  }
}
template <class... Types>
Things things(std::type_identity<std::variant<Types...>>) {
  Things out;
  (add<Types>(out), ...);
  return out;
}
template <class... Types>
Things things(std::type_identity<detail::OneOf<Types...>>) {
  return things(std::type_identity<std::variant<Types...>>{});
}
template <class Types>
Things things() {
  return things(std::type_identity<Types>{});
}

Things layer_things() {
  Things out = things<CellHandle::Types>();
  BuiltinLayers::for_each([&]<class Spec>(std::type_identity<Spec>) { add<Spec>(out); });
  return out;
}

/// Also the losses that Keras has as metrics; there they have no reduction.
Things metric_things(const Things& keras) {
  Things out = things<MetricTypes>();
  std::erase_if(out, [](const Thing& thing) { return thing.name == AccuracyTag::type; });
  for (Thing& loss : things<LossTypes>()) {
    if (std::none_of(keras.begin(), keras.end(), [&](const Thing& k) { return k.name == loss.name; }))
      continue;
    std::erase(loss.fields, "reduction");
    out.push_back(std::move(loss));
  }
  return out;
}

/// A value of a layer's field that no file may have, and the words for it in the table.
struct Refused {
  const char *layer, *field, *value, *words;
};
constexpr Refused kRefused[] = {
    {"MultiHeadAttention", "use_gate", "true", "use_gate"},
    {"MultiHeadAttention", "sliding_window", "4", "sliding_window"},
    {"MultiHeadAttention", "attention_axes", "[1, 2]", "attention_axes other than the steps"},
    {"MultiHeadAttention", "activity_regularizer", R"("l2")", "activity_regularizer"},
    {"Resizing", "antialias", "true", "antialias"},
    {"UpSampling2D", "interpolation", R"("bicubic")", "interpolation other than nearest and bilinear"},
};

/// Whether a file may have the layer with its fields as by default, but for this one.
bool opens(const Refused& refused, bool with) {
  detail::Json saved;
  BuiltinLayers::for_each([&]<class Spec>(std::type_identity<Spec>) {
    if (Spec::type == refused.layer) saved = detail::write_layer(*make_layer(detail::blank_spec<Spec>()));
  });
  if (saved.is_null()) throw ValueError(detail::concat("there is no layer ", refused.layer, " to try."));
  saved["config"]["name"] = "tried";
  if (with) saved["config"][refused.field] = detail::Json::parse(refused.value);
  try {
    detail::Notes notes;
    detail::read_layer(saved, notes);
    return true;
  } catch (const ValueError&) {
    return false;
  }
}

/// What a thing lacks of Keras' fields; for layers also what is refused, which is taken out of the fields.
Words lacking(const Thing& keras, Thing& own) {
  Words out;
  for (const std::string& field : keras.fields)
    if (!holds(own.fields, field)) out.push_back(field);
  for (const Refused& refused : kRefused) {
    if (own.name != refused.layer) continue;
    if (!opens(refused, false) || opens(refused, true))
      throw ValueError(detail::concat("keras_page says that ", refused.layer, " refuses ", refused.field,
                                      " = ", refused.value, ", which is not so. Correct kRefused."));
    if (std::string_view(refused.field) == refused.words) std::erase(own.fields, refused.field);
    out.emplace_back(refused.words);
  }
  return out;
}

/// kernel_initializer, bias_initializer and so on as one: "*_initializer".
Words shortened(const Words& fields) {
  Words out, ends;
  for (const std::string& field : fields) {
    std::string end;
    for (const char* kind : {"_initializer", "_regularizer", "_constraint"})
      if (field.ends_with(kind) && !field.starts_with("activity_")) end = std::string("*") + kind;
    if (end.empty())
      out.push_back(field);
    else if (!holds(ends, end))
      ends.push_back(end);
  }
  out.insert(out.end(), ends.begin(), ends.end());
  return out;
}

/// What all have in common, when that is worth a sentence.
Words common_fields(const Things& all) {
  Words out;
  if (all.size() < 5) return out;
  for (const std::string& field : all[0].fields)
    if (std::all_of(all.begin(), all.end(), [&](const Thing& t) { return holds(t.fields, field); }))
      out.push_back(field);
  return out;
}

struct Row {
  Words names;
  std::string fields, lacks;
};

std::string table(const std::vector<Row>& rows) {
  const bool lacks = std::any_of(rows.begin(), rows.end(), [](const Row& row) { return !row.lacks.empty(); });
  std::string out =
      lacks ? "| | Fields | Not there |\n| --- | --- | --- |\n" : "| | Fields |\n| --- | --- |\n";
  for (const Row& row : rows) {
    out += "| " + joined(row.names) + " | " + (row.fields.empty() ? "" : "`" + row.fields + "`") + " |";
    if (lacks) out += " " + row.lacks + " |";
    out += "\n";
  }
  return out;
}

/// The table of a group, with what all of them share and what is missing.
std::string section(const Things& keras, Things own) {
  std::vector<Row> rows;
  Words missing, all;
  const Words common = common_fields(own);
  for (const Thing& wanted : keras) {
    all.push_back(wanted.name);
    const auto found =
        std::find_if(own.begin(), own.end(), [&](const Thing& thing) { return thing.name == wanted.name; });
    if (found == own.end()) {
      missing.push_back(wanted.name);
      continue;
    }
    Row row{.names = {wanted.name}, .fields = {}, .lacks = joined(lacking(wanted, *found))};
    Words fields = found->fields;
    std::erase_if(fields, [&](const std::string& field) { return holds(common, field); });
    row.fields = joined(shortened(fields));
    const auto same = std::find_if(rows.begin(), rows.end(), [&](const Row& other) {
      return other.fields == row.fields && other.lacks == row.lacks;
    });
    if (same == rows.end())
      rows.push_back(std::move(row));
    else
      same->names.push_back(wanted.name);
  }
  for (const Thing& thing : own)
    if (!holds(all, thing.name))
      throw ValueError(thing.name +
                       " is no class in keras_names.txt. Correct its name, or write the list anew.");
  std::string out = common.empty() ? "" : "All have `" + joined(common) + "`.\n\n";
  out += table(rows);
  if (!missing.empty()) out += "\nNot there: " + joined(missing) + ".\n";
  return out;
}

std::string activations(const Things& keras) {
  Words there, missing;
  detail::Notes notes;
  detail::FieldContext context{.who = "keras_page", .notes = notes};
  for (const Thing& word : keras) {
    try {
      detail::read_activation(word.name, context);
      there.push_back(word.name);
    } catch (const ValueError&) {
      missing.push_back(word.name);
    }
  }
  return "`" + joined(there) + "`, and any that you write with its derivative (CustomActivation).\n" +
         (missing.empty() ? "" : "\nNot there: `" + joined(missing) + "`.\n");
}

/// The page, its lines cut where they are prose.
std::string page(std::string text, std::map<std::string, Things> keras) {
  const std::map<std::string, std::string> parts{
      {"layers", section(keras["layers"], layer_things())},
      {"activations", activations(keras["activations"])},
      {"losses", section(keras["losses"], things<LossTypes>())},
      {"metrics", section(keras["metrics"], metric_things(keras["metrics"]))},
      {"optimizers", section(keras["optimizers"], things<OptimizerTypes>())},
      {"schedules", section(keras["schedules"], things<LearningRate::Types>())},
      {"initializers", section(keras["initializers"], things<Initializer::Types>())},
      {"regularizers", section(keras["regularizers"], things<Regularizer::Spec>())},
      {"constraints", section(keras["constraints"], things<Constraint::Types>())},
  };
  for (const auto& [name, part] : parts) {
    const std::string mark = "{{" + name + "}}\n";
    const std::size_t at = text.find(mark);
    if (at == std::string::npos) throw ValueError("keras_page.md has no " + mark);
    text.replace(at, mark.size(), part);
  }
  return text;
}

int first_difference(const std::string& a, const std::string& b) {
  const auto at = std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first;
  return 1 + static_cast<int>(std::count(a.begin(), at, '\n'));
}

int run(const std::string& folder, const std::string& path, bool check) {
  const std::string made =
      page(read_text(folder + "/keras_page.md"), keras_names(read_text(folder + "/keras_names.txt")));
  if (!check) {
    std::ofstream file(path, std::ios::binary);
    file << made << std::flush;
    if (!file) throw FileError("'" + path + "' cannot be written. Is the folder there?");
    return 0;
  }
  const std::string there = read_text(path);
  if (there == made) return 0;
  std::printf("%s is out of date from line %d. Run tools/dev docs.\n", path.c_str(),
              first_difference(there, made));
  return 1;
}

}  // namespace
}  // namespace cornu

int main(int argc, char** argv) {
  const bool check = argc == 4 && std::string_view(argv[3]) == "--check";
  if (argc != 3 && !check) {
    std::fprintf(stderr, "usage: keras_page FOLDER PAGE [--check]\n");
    return 2;
  }
  try {
    return cornu::run(argv[1], argv[2], check);
  } catch (const cornu::Error& error) {
    std::fprintf(stderr, "keras_page: %s\n", error.what());
    return 1;
  }
}
